// The emonTx: key-values on its serial port, and its radio frames as a JeeLink hears them.
import type { FieldDefinition, FormatDefinition } from '../model/definition.ts'

/** What the firmware sends for a temperature sensor that is not there, or was not read. */
const noSensor = [300, 302, 304]

/** `MSG:71923,Vrms:246.78,P1:157,E1:16346,pulse:15` */
export const emontx: FormatDefinition = {
  type: 'emontx',
  name: 'emonTx V3 and V4, emonPi2 on a serial port: key-values',
  takes: { prefix: 'MSG' },
  decoder: { kind: 'key-values' },
  fields: [
    { name: 'MSG', type: 'integer' },
    { name: 'Vrms', type: 'number', unit: 'V', min: 0, max: 300 },
    ...numbered('V', 3, { type: 'number', unit: 'V', min: 0, max: 300 }),
    ...numbered('P', 12, { type: 'number', unit: 'W' }),
    ...numbered('E', 12, { type: 'integer', unit: 'Wh' }),
    ...numbered('T', 6, { type: 'number', unit: '°C', nulls: noSensor, min: -55, max: 125 }),
    { name: 'pulse', type: 'integer', min: 0 },
    ...numbered('pulse', 3, { type: 'integer', min: 0 }),
  ],
}

/** emonTx 3 with continuous monitoring: 14 numbers, 40 bytes. */
export const emontxContinuous: FormatDefinition = {
  type: 'emontx3cm',
  name: 'emonTx 3 by radio, continuous monitoring',
  takes: { nodes: [15] },
  decoder: { kind: 'datacodes', codes: 'L,h,h,h,h,h,L,L,L,L,h,h,h,L' },
  fields: [
    { name: 'MSG', from: 0, type: 'integer' },
    { name: 'Vrms', from: 1, type: 'number', unit: 'V', scale: '1/100', decimals: 2, min: 0, max: 300 },
    ...placed('P', 4, 2, { type: 'integer', unit: 'W' }),
    ...placed('E', 4, 6, { type: 'integer', unit: 'Wh' }),
    ...placed('T', 3, 10, temperature(100)),
    { name: 'pulse', from: 13, type: 'integer', min: 0 },
    node(),
  ],
  key: ['node'],
}

/** emonTx 3 with discrete sampling: 12 numbers, 26 bytes. */
export const emontxDiscrete: FormatDefinition = {
  type: 'emontx3',
  name: 'emonTx 3 by radio, discrete sampling',
  takes: { nodes: [8] },
  decoder: { kind: 'datacodes', codes: 'h,h,h,h,h,h,h,h,h,h,h,L' },
  fields: [
    ...placed('P', 4, 0, { type: 'integer', unit: 'W' }),
    { name: 'Vrms', from: 4, type: 'number', unit: 'V', scale: '1/100', decimals: 2, min: 0, max: 300 },
    ...placed('T', 6, 5, temperature(10)),
    { name: 'pulse', from: 11, type: 'integer', min: 0 },
    node(),
  ],
  key: ['node'],
}

/** emonTx 4 and emonPi2, six channels of one phase: 18 numbers, 52 bytes. */
export const emontx4: FormatDefinition = {
  type: 'emontx4',
  name: 'emonTx V4 or emonPi2 by radio, one phase',
  takes: { nodes: [17], bytes: [45, 60] },
  decoder: { kind: 'datacodes', codes: 'L,h,h,h,h,h,h,h,l,l,l,l,l,l,h,h,h,L' },
  fields: [
    { name: 'MSG', from: 0, type: 'integer' },
    { name: 'Vrms', from: 1, type: 'number', unit: 'V', scale: '1/100', decimals: 2, min: 0, max: 300 },
    ...placed('P', 6, 2, { type: 'integer', unit: 'W' }),
    ...placed('E', 6, 8, { type: 'integer', unit: 'Wh' }),
    ...placed('T', 3, 14, temperature(100)),
    { name: 'pulse', from: 17, type: 'integer', min: 0 },
    node(),
  ],
  key: ['node'],
}

type Part = Omit<FieldDefinition, 'name' | 'from'>

/** A temperature that is sent as whole parts of a degree. */
function temperature(parts: number): Part {
  return {
    type: 'number',
    unit: '°C',
    scale: `1/${parts}`,
    decimals: 2,
    nulls: noSensor.map((value) => value * parts),
    min: -55,
    max: 125,
  }
}

function numbered(name: string, count: number, rest: Part): FieldDefinition[] {
  return Array.from({ length: count }, (_, i) => ({ name: `${name}${i + 1}`, ...rest }))
}

function placed(name: string, count: number, first: number, rest: Part): FieldDefinition[] {
  return Array.from({ length: count }, (_, i) => ({ name: `${name}${i + 1}`, from: first + i, ...rest }))
}

function node(): FieldDefinition {
  return { name: 'node', from: 'node', type: 'integer', hidden: true }
}
