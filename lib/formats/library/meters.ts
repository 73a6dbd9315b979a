// Electricity meters whose records are many lines: P1 (DSMR), Linky (TIC), and read-outs after IEC 62056-21.
import type { FieldDefinition, FormatDefinition } from '../model/definition.ts'

/** channels of a P1 port that other meters may be on */
const channels = [1, 2, 3, 4]

/**
 * DSMR 2.2 to 5, Belgium and Luxembourg: all of these countries have one time. Gas and water are on any channel; an old
 * meter has no CRC, and gives gas on a line below its tag.
 */
export const p1: FormatDefinition = {
  type: 'p1',
  name: 'P1 port of smart meters (DSMR 2.2–5, Belgium, Luxembourg)',
  record: { start: '^/', end: '^!', emptyAfter: 1 },
  check: { kind: 'crc16-arc', from: '/', to: '!', marks: 'both', optional: true },
  decoder: { kind: 'tagged' },
  zone: 'Europe/Amsterdam',
  fields: [
    meterTime('time', '0-0:1.0.0'),
    value('energy', '1-0:1.8.0', 'kWh'),
    value('energy1', '1-0:1.8.1', 'kWh'),
    value('energy2', '1-0:1.8.2', 'kWh'),
    value('export', '1-0:2.8.0', 'kWh'),
    value('export1', '1-0:2.8.1', 'kWh'),
    value('export2', '1-0:2.8.2', 'kWh'),
    value('reactive', '1-0:3.8.0', 'kvarh'),
    { name: 'tariff', from: '0-0:96.14.0', type: 'integer' },
    value('power', '1-0:1.7.0', 'W', 'kW'),
    value('returned', '1-0:2.7.0', 'W', 'kW'),
    ...[32, 52, 72].map((tag, i) => value(`v${i + 1}`, `1-0:${tag}.7.0`, 'V')),
    ...[31, 51, 71].map((tag, i) => value(`i${i + 1}`, `1-0:${tag}.7.0`, 'A')),
    ofKind('gas', 3, 'read', { type: 'number', unit: 'm³', deviceClass: 'gas' }),
    ofKind('gasAt', 3, 'at', { type: 'time', time: 'ms' }),
    ofKind('water', 7, 'read', { type: 'number', unit: 'm³', deviceClass: 'water' }),
    ofKind('waterAt', 7, 'at', { type: 'time', time: 'ms' }),
    ...channels.flatMap(channel),
    {
      name: 'gasBelow',
      from: '0-1:24.3.0[-1]',
      also: channels.slice(1).map((n) => `0-${n}:24.3.0[-1]`),
      type: 'number',
      hidden: true,
    },
    { name: 'serial', from: '0-0:96.1.1', also: ['0-0:42.0.0'], type: 'string', hidden: true },
  ],
  key: ['serial'],
  time: 'time',
}

/** What the meter of a channel is, and what it read last and when; without a time there is no meter. */
function channel(n: number): FieldDefinition[] {
  const tags = [`0-${n}:24.2.1`, `0-${n}:24.2.3`] as const
  return [
    { name: `kind${n}`, from: `0-${n}:24.1.0`, type: 'integer', hidden: true },
    { ...meterTime(`at${n}`, `${tags[0]}[0]`), also: [`${tags[1]}[0]`], hidden: true },
    {
      name: `read${n}`,
      from: `${tags[0]}[1]`,
      also: [`${tags[1]}[1]`],
      type: 'number',
      unit: 'm³',
      hidden: true,
    },
  ]
}

/** A value of the first channel with such a meter. */
function ofKind(
  name: string,
  kind: number,
  what: 'read' | 'at',
  rest: Pick<FieldDefinition, 'type' | 'time' | 'unit' | 'deviceClass'>,
): FieldDefinition {
  const found = channels.map((n) => `kind${n} == ${kind} && at${n} != null ? ${what}${n}`)
  return {
    name,
    computed: [...found, kind === 3 && what === 'read' ? 'gasBelow' : 'null'].join(' : '),
    ...rest,
  }
}

function meterTime(name: string, from: string): FieldDefinition {
  return { name, from, type: 'time', time: 'pattern', pattern: 'YYMMDDHHmmssSW' }
}

/** A French meter in historic mode. */
export const linky: FormatDefinition = {
  type: 'linky',
  name: 'Linky, historic mode',
  record: { start: '^ADCO ', end: '\\x03', seconds: 5 },
  check: { kind: 'sum8', to: -2, written: 'six-bits', eachLine: true },
  decoder: { kind: 'tagged', valueSeparator: ' ' },
  fields: [
    { name: 'meter', from: 'ADCO', type: 'string' },
    value('base', 'BASE', 'Wh'),
    value('offPeak', 'HCHC', 'Wh'),
    value('peak', 'HCHP', 'Wh'),
    { name: 'tariff', from: 'PTEC', type: 'string' },
    value('power', 'PAPP', 'VA'),
    value('current', 'IINST', 'A'),
    ...[1, 2, 3].map((n) => value(`i${n}`, `IINST${n}`, 'A')),
  ],
  key: ['meter'],
}

/** The same meter in standard mode. */
export const linkyStandard: FormatDefinition = {
  type: 'linky-standard',
  name: 'Linky, standard mode',
  record: { start: '^ADSC\\t', end: '\\x03', seconds: 5 },
  check: { kind: 'sum8', to: -1, written: 'six-bits', eachLine: true },
  decoder: { kind: 'tagged', valueSeparator: '\t' },
  fields: [
    { name: 'meter', from: 'ADSC', type: 'string' },
    value('energy', 'EAST', 'Wh'),
    value('export', 'EAIT', 'Wh'),
    ...[1, 2, 3].map((n) => value(`v${n}`, `URMS${n}`, 'V')),
    ...[1, 2, 3].map((n) => value(`i${n}`, `IRMS${n}`, 'A')),
    value('power', 'SINSTS', 'VA'),
    value('returned', 'SINSTI', 'VA'),
    { name: 'tariff', from: 'LTARF', type: 'string', trim: true },
  ],
  key: ['meter'],
}

/** the counters of a read-out and their codes */
const registers = [
  ['energy', '1.8.0'],
  ['energy1', '1.8.1'],
  ['energy2', '1.8.2'],
  ['export', '2.8.0'],
  ['export1', '2.8.1'],
  ['export2', '2.8.2'],
] as const

/** Other meters by their optical head: most write the codes without the medium and the channel in front. */
export const iec62056: FormatDefinition = {
  type: 'iec62056',
  name: 'IEC 62056-21: read-out of a meter',
  record: { start: '^/', end: '^\\x03' },
  check: { kind: 'xor8', from: '\x02', to: '\x03', marks: 'to', at: '\x03', written: 'bytes' },
  decoder: { kind: 'tagged' },
  fields: [
    { name: 'meter', from: '0.0.0', also: ['C.1.0', '1-0:0.0.0', '1-0:0.0.0*255'], type: 'string' },
    ...registers.map(([name, code]): FieldDefinition => {
      return { ...value(name, code, 'kWh'), also: [`1-0:${code}`, `1-0:${code}*255`, `1-1:${code}`] }
    }),
    { name: 'fault', from: 'F.F', type: 'string' },
  ],
  key: ['meter'],
}

function value(name: string, from: string, unit: string, deviceUnit?: string): FieldDefinition {
  return { name, from, type: 'number', unit, ...(deviceUnit === undefined ? {} : { deviceUnit }) }
}
