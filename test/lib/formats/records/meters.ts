// Formats of records as a user would write them in the panel, and what such devices send. Meters and values are made up.
import { sums } from '../../../../lib/formats/frames/sums.ts'
import type { FieldDefinition, FormatDefinition } from '../../../../lib/formats/model/definition.ts'

type Rest = Partial<FieldDefinition>

function value(name: string, from: string, rest: Rest = {}): FieldDefinition {
  return { name, from, type: 'number', ...rest }
}

function computed(name: string, expression: string, when: string): FieldDefinition {
  return { name, computed: expression, when, type: 'number' }
}

/** A Dutch meter, DSMR 2.2 to 5: gas and water may be on any channel, and old meters give gas on a line of its own. */
export const p1: FormatDefinition = {
  type: 'p1',
  record: { start: '^/', end: '^!', emptyAfter: 1 },
  check: { kind: 'crc16-arc', from: '/', to: '!', marks: 'both', optional: true },
  decoder: { kind: 'tagged' },
  fields: [
    value('energy', '1-0:1.8.1', { unit: 'kWh', required: true }),
    value('tariff', '0-0:96.14.0'),
    value('power', '1-0:1.7.0', { unit: 'W', deviceUnit: 'kW' }),
    value('kind1', '0-1:24.1.0', { hidden: true }),
    value('kind2', '0-2:24.1.0', { hidden: true }),
    value('m1', '0-1:24.2.1[1]', { unit: 'm3', hidden: true }),
    value('m2', '0-2:24.2.1[1]', { unit: 'm3', hidden: true }),
    computed('gas', 'kind1 == 3 ? m1 : m2', 'kind1 == 3 || kind2 == 3'),
    computed('water', 'kind1 == 7 ? m1 : m2', 'kind1 == 7 || kind2 == 7'),
    value('oldGas', '0-1:24.3.0[-1]'),
    { name: 'gasAt', from: '0-2:24.2.1[0]', type: 'string' },
  ],
}

export const p1Lines: readonly string[] = [
  '/ABC5\\2M999',
  '',
  '1-3:0.2.8(50)',
  '0-0:1.0.0(261121120000W)',
  '1-0:1.8.1(000123.456*kWh)',
  '0-0:96.14.0(0002)',
  '1-0:1.7.0(01.193*kW)',
  '1-0:99.97.0(1)(0-0:96.7.19)(200421120530S)(0000000939*s)',
  '0-1:24.1.0(007)',
  '0-1:24.2.1(261121115500W)(00042.100*m3)',
  '0-2:24.1.0(003)',
  '0-2:24.2.1(261121115500W)(01234.567*m3)',
]

export const p1Event = {
  energy: 123.456,
  tariff: 2,
  power: 1193,
  gas: 1234.567,
  water: 42.1,
  gasAt: '261121115500W',
}

/** The lines of a telegram with its CRC. */
export function telegram(lines: readonly string[]): string[] {
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\n!`)
  const { add, start, finish } = sums['crc16-arc']
  const crc = finish(add(start, bytes, 0, bytes.length))
  return [...lines, `!${crc.toString(16).toUpperCase().padStart(4, '0')}`]
}

/** A solar charger, VE.Direct in text mode. */
export const charger: FormatDefinition = {
  type: 'charger',
  record: { start: '^PID\\t', end: '^Checksum\\t', seconds: 2 },
  check: { kind: 'lrc', at: 'Checksum\t', written: 'bytes' },
  decoder: { kind: 'key-values', valueSeparator: '\t' },
  fields: [
    { name: 'PID', type: 'string' },
    value('V', 'V', { unit: 'V', deviceUnit: 'mV' }),
    value('VPV', 'VPV', { unit: 'V', deviceUnit: 'mV' }),
    { name: 'LOAD', type: 'boolean', map: { ON: true, OFF: false } },
  ],
}

/** The bytes of one block, each line with the line end in front of it as the device sends it. */
export function block(lines: readonly string[]): Buffer {
  const bytes = Buffer.from([...lines, 'Checksum\t'].map((line) => `\r\n${line}`).join(''), 'latin1')
  return Buffer.concat([bytes, Buffer.from([-bytes.reduce((sum, byte) => sum + byte, 0) & 0xff])])
}

/** A French meter in historic mode: each group has its checksum, and the frame stands in STX and ETX. */
export const linky: FormatDefinition = {
  type: 'linky',
  record: { start: '^ADCO ', end: '\\x03', seconds: 5 },
  check: { kind: 'sum8', to: -2, written: 'six-bits', eachLine: true },
  decoder: { kind: 'tagged', valueSeparator: ' ' },
  fields: [
    { name: 'meter', from: 'ADCO', type: 'string' },
    value('base', 'BASE', { unit: 'Wh' }),
    value('power', 'PAPP', { unit: 'VA' }),
    { name: 'tariff', from: 'PTEC', type: 'string' },
  ],
}

/** The bytes of a frame of groups, each `label value`. */
export function historicFrame(groups: readonly string[]): Buffer {
  return Buffer.from(`\x02${groups.map((group) => `\n${group} ${groupSum(group)}\r`).join('')}\x03`)
}

/** The same meter in standard mode: some groups have a time in front of their value. */
export const linkyStandard: FormatDefinition = {
  type: 'linky-standard',
  record: { start: '^ADSC\\t', end: '\\x03', seconds: 5 },
  check: { kind: 'sum8', to: -1, written: 'six-bits', eachLine: true },
  decoder: { kind: 'tagged', valueSeparator: '\t' },
  fields: [
    { name: 'meter', from: 'ADSC', type: 'string' },
    value('east', 'EAST', { unit: 'Wh' }),
    value('most', 'SMAXSN[1]', { unit: 'VA' }),
    { name: 'mostAt', from: 'SMAXSN[0]', type: 'string' },
  ],
}

export function standardFrame(groups: readonly string[]): Buffer {
  return Buffer.from(`\x02${groups.map((group) => `\n${group}\t${groupSum(`${group}\t`)}\r`).join('')}\x03`)
}

function groupSum(counted: string): string {
  return String.fromCharCode((Buffer.from(counted).reduce((sum, byte) => sum + byte, 0) & 0x3f) + 0x20)
}

/** The read-out of a meter after IEC 62056-21, with its block check character behind ETX. */
export const readOut: FormatDefinition = {
  type: 'read-out',
  record: { start: '^/', end: '^\\x03' },
  check: { kind: 'xor8', from: '\x02', to: '\x03', marks: 'to', at: '\x03', written: 'bytes' },
  decoder: { kind: 'tagged' },
  fields: [
    { name: 'meter', from: '0.0.0', type: 'string' },
    value('used', '1.8.0', { unit: 'kWh' }),
    value('fault', 'F.F'),
  ],
}

export function readOutBytes(header: string, lines: readonly string[]): Buffer {
  const data = Buffer.from(`${lines.join('\r\n')}\r\n!\r\n\x03`)
  return Buffer.concat([
    Buffer.from(`${header}\r\n\x02`),
    data,
    Buffer.from([data.reduce((sum, byte) => sum ^ byte, 0)]),
  ])
}
