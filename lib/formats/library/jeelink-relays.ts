// More packets of the JeeLink's sample house, from nodes that pass on what others say: an OpenTherm boiler, sensors and
// clocks on 868 MHz (on-off keying), a smart meter, and two small loggers. All numbers are little-endian. Each format
// takes only lengths that are its own, or that a damaged line of its own may have.
import type { FieldDefinition, FormatDefinition } from '../model/definition.ts'

const node: FieldDefinition = { name: 'node', from: 'node', type: 'integer', hidden: true }

/** OpenTherm's data ids whose value is a signed number of 1/256. */
const fixedPointIds = [1, 7, 8, 14, 16, 17, 18, 19, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 39, 56, 57, 58]

export const otrelay: FormatDefinition = {
  type: 'otrelay',
  name: 'OpenTherm relay: one value of a boiler',
  takes: { nodes: [14], bytes: [0, 4] },
  decoder: { kind: 'packet', minBytes: 3, maxBytes: 3 },
  fields: [
    { name: 'id', from: 0, type: 'integer' },
    {
      name: 'what',
      from: 0,
      type: 'string',
      map: {
        '0': 'status',
        '1': 'control setpoint',
        '14': 'maximum relative modulation',
        '16': 'room setpoint',
        '17': 'relative modulation',
        '18': 'water pressure',
        '19': 'hot water flow',
        '20': 'day and time',
        '24': 'room temperature',
        '25': 'boiler water temperature',
        '26': 'hot water temperature',
        '27': 'outside temperature',
        '28': 'return water temperature',
        '56': 'hot water setpoint',
        '57': 'maximum boiler water setpoint',
      },
      mapElse: 'keep',
    },
    {
      name: 'value',
      computed: `id in [${fixedPointIds.map((id) => `${id}.0`).join(', ')}] ? fixed : raw`,
      when: 'id != 20',
      type: 'number',
      decimals: 2,
    },
    { name: 'day', from: 2, bit: 5, bits: 3, when: 'id == 20', type: 'integer' },
    { name: 'hour', from: 2, bit: 0, bits: 5, when: 'id == 20', type: 'integer' },
    { name: 'minute', from: 1, when: 'id == 20', type: 'integer' },
    { name: 'raw', from: 1, read: 'u16le', type: 'integer', hidden: true },
    { name: 'fixed', from: 1, read: 'i16le', type: 'number', scale: '1/256', hidden: true },
    node,
  ],
  key: ['id'],
}

/** What a segment is of, by the low four bits of its first byte; the high ones are its length. */
const kinds = ['dcf', 'viso', 'emx', 'ksx', 'fsx', 'orsc', 'cres', 'kaku', 'xrf', 'hez', 'elro']
const [dcf, emx, ksx, fsx] = ['dcf', 'emx', 'ksx', 'fsx'].map((kind) => `kind == ${kinds.indexOf(kind)}`)
const s300 = `${ksx} && d0 == 1`
const ks300 = `${ksx} && d0 == 7`

/** Bits of a segment, the first one behind its first byte being 0. */
function bits(name: string, at: number, count: number): FieldDefinition {
  const bit = at & 7
  const read = bit + count > 8 ? { read: 'u16le' as const } : {}
  return { name, from: 1 + (at >> 3), ...read, bit, bits: count, type: 'integer', hidden: true }
}

/** A segment of half bytes with a bit between each two of them, and one of bytes likewise. */
const digits = Array.from({ length: 13 }, (_, i) => bits(`d${i}`, 5 * i, 4))
const bytes = Array.from({ length: 9 }, (_, i) => bits(`v${i}`, 9 * i, 8))

const house = 'string(int(256 * v1 + v0)) + ":" + string(int(2 * v2 + vhigh))'
const twoDigits = (name: string) => `(${name} < 10 ? "0" : "") + string(int(${name}))`

export const ookrelay: FormatDefinition = {
  type: 'ookrelay',
  name: 'OOK relay: clock, weather and power sensors on 868 MHz',
  takes: { nodes: [19], bytes: [1, 66] },
  decoder: { kind: 'packet', minBytes: 1, parts: { size: { bit: 4, bits: 4 } } },
  fields: [
    {
      name: 'tag',
      computed: [
        `${dcf} ? "DCF77"`,
        `${emx} ? "EMX-" + string(int(v0)) + ":" + string(int(v1))`,
        `${s300} ? "S300-" + string(int(unit))`,
        `${ks300} ? "KS300"`,
        `${ksx} ? "KSX-" + string(int(d0))`,
        `${fsx} ? (extended == 1 ? "FS20X-" : "FS20-") + ${house}`,
        'name',
      ].join(' : '),
      type: 'string',
    },
    {
      name: 'date',
      computed: `"20" + ${twoDigits('year')} + "-" + ${twoDigits('month')} + "-" + ${twoDigits('dayOfMonth')}`,
      when: dcf as string,
      type: 'string',
    },
    {
      name: 'clock',
      computed: `string(int(hour)) + ":" + ${twoDigits('minute')}`,
      when: dcf as string,
      type: 'string',
    },
    { name: 'dst', from: 6, when: dcf as string, type: 'integer' },
    {
      name: 'temp',
      computed: '(minus == 1 ? -1 : 1) * (100 * d4 + 10 * d3 + d2) / 10',
      when: `${ksx} && (d0 == 1 || d0 == 7)`,
      type: 'number',
      unit: '°C',
      decimals: 1,
      min: -50,
      max: 70,
    },
    {
      name: 'humi',
      computed: 'd0 == 1 ? (100 * d7 + 10 * d6 + d5) / 10 : 10 * d6 + d5',
      when: `${ksx} && (d0 == 1 || d0 == 7)`,
      type: 'number',
      unit: '%',
      deviceClass: 'humidity',
      decimals: 1,
      min: 0,
      max: 100,
    },
    {
      name: 'wind',
      computed: '(100 * d9 + 10 * d8 + d7) / 10',
      when: ks300,
      type: 'number',
      unit: 'km/h',
      deviceClass: 'wind_speed',
      decimals: 1,
    },
    { name: 'rain', computed: '256 * d12 + 16 * d11 + d10', when: ks300, type: 'integer' },
    { name: 'raining', from: 1, bit: 6, bits: 1, when: ks300, type: 'integer' },
    { name: 'seq', computed: 'v2', when: emx as string, type: 'integer' },
    { name: 'avg', computed: '12 * (256 * v6 + v5)', when: emx as string, type: 'integer', unit: 'W' },
    { name: 'max', computed: '12 * (256 * v8 + v7)', when: emx as string, type: 'integer', unit: 'W' },
    { name: 'total', computed: '256 * v4 + v3', when: emx as string, type: 'integer', unit: 'Wh' },
    { name: 'command', computed: 'vlow', when: fsx as string, type: 'integer' },
    { name: 'extension', computed: 'v4', when: `${fsx} && extended == 1`, type: 'integer' },
    {
      name: 'hex',
      from: 'hex',
      when: `!(${dcf} || ${emx} || ${fsx} || (${ksx} && (d0 == 1 || d0 == 7)))`,
      type: 'string',
    },
    { name: 'kind', from: 0, bit: 0, bits: 4, type: 'integer', hidden: true },
    {
      name: 'name',
      from: 0,
      bit: 0,
      bits: 4,
      type: 'string',
      map: Object.fromEntries(kinds.map((kind, number) => [String(number), kind])),
      mapElse: 'keep',
      hidden: true,
    },
    { name: 'year', from: 1, type: 'integer', hidden: true },
    { name: 'month', from: 2, type: 'integer', hidden: true },
    { name: 'dayOfMonth', from: 3, type: 'integer', hidden: true },
    { name: 'hour', from: 4, type: 'integer', hidden: true },
    { name: 'minute', from: 5, type: 'integer', hidden: true },
    bits('unit', 5, 3),
    bits('minus', 8, 1),
    ...digits,
    ...bytes,
    bits('vlow', 27, 5),
    bits('extended', 32, 1),
    bits('vhigh', 34, 1),
    node,
  ],
  key: ['tag'],
}

export const p1scanner: FormatDefinition = {
  type: 'p1scanner',
  name: 'P1 scanner: a smart meter',
  takes: { nodes: [18], bytes: [10, 66], where: [{ from: 0, is: [1] }] },
  decoder: { kind: 'datacodes', codes: 'v v v v v v v v v v' },
  fields: [
    meter('use1', 1),
    meter('use2', 2),
    meter('gen1', 3),
    meter('gen2', 4),
    { name: 'mode', from: 5, type: 'integer', newsOf: 'mode' },
    { name: 'usew', from: 6, type: 'integer', unit: 'W', scale: 10 },
    { name: 'genw', from: 7, type: 'integer', unit: 'W', scale: 10 },
    { name: 'gas', from: 9, type: 'integer', unit: 'dm³', newsOf: 'gas' },
    node,
  ],
  key: ['node'],
}

export const slowlogger: FormatDefinition = {
  type: 'slowlogger',
  name: 'Slow logger: four voltages',
  takes: { nodes: [20], bytes: [0, 10] },
  decoder: { kind: 'packet', minBytes: 8, maxBytes: 8 },
  fields: [
    ...[0, 1, 2].map(
      (n): FieldDefinition => ({
        name: `a${n}`,
        from: 2 * n,
        read: 'u16le',
        type: 'number',
        unit: 'mV',
        // 32 samples of 10 bits
        scale: '3300/32736',
        decimals: 2,
      }),
    ),
    { name: 'a3', from: 6, read: 'u16le', type: 'number', unit: 'V', scale: '3.3/32', decimals: 3 },
    node,
  ],
  key: ['node'],
}

/** Its node id is the user's choice, so no flow has it by itself: it would take any other node's packets of one byte. */
export const lightnode: FormatDefinition = {
  type: 'lightnode',
  name: 'Light node: brightness',
  takes: { bytes: [1, 1] },
  decoder: { kind: 'packet', minBytes: 1, maxBytes: 1 },
  fields: [{ name: 'light', from: 0, type: 'integer', unit: '%', scale: '100/255', min: 0, max: 100 }, node],
  key: ['node'],
}

function meter(name: string, from: number): FieldDefinition {
  return { name, from, type: 'integer', unit: 'Wh', newsOf: name }
}
