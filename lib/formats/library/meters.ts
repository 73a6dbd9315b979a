// Electricity meters whose records are many lines: P1 (DSMR), Linky (TIC), and read-outs after IEC 62056-21.
import type { FieldDefinition, FormatDefinition } from '../model/definition.ts'

/** channels of a P1 port that a gas meter may be on */
const channels = [1, 2, 3, 4]

/**
 * DSMR 2.2 to 5, Belgium and Luxembourg: all of these countries have one time. Gas is on any channel; an old meter gives
 * it on a line below its tag, and has no CRC.
 */
export const p1: FormatDefinition = {
  type: 'p1',
  name: 'P1 port of smart meters (DSMR 2.2–5, Belgium, Luxembourg)',
  record: { start: '^/', end: '^!', emptyAfter: 1 },
  check: { kind: 'crc16-arc', from: '/', to: '!', marks: 'both', optional: true },
  decoder: { kind: 'tagged' },
  zone: 'Europe/Amsterdam',
  fields: [
    { name: 'time', from: '0-0:1.0.0', type: 'time', time: 'pattern', pattern: 'YYMMDDHHmmssSW' },
    value('energy', '1-0:1.8.0', 'kWh'),
    value('energy1', '1-0:1.8.1', 'kWh'),
    value('energy2', '1-0:1.8.2', 'kWh'),
    value('export', '1-0:2.8.0', 'kWh'),
    value('export1', '1-0:2.8.1', 'kWh'),
    value('export2', '1-0:2.8.2', 'kWh'),
    { name: 'tariff', from: '0-0:96.14.0', type: 'integer' },
    value('power', '1-0:1.7.0', 'W', 'kW'),
    value('returned', '1-0:2.7.0', 'W', 'kW'),
    ...[32, 52, 72].map((tag, i) => value(`v${i + 1}`, `1-0:${tag}.7.0`, 'V')),
    ...[31, 51, 71].map((tag, i) => value(`i${i + 1}`, `1-0:${tag}.7.0`, 'A')),
    ...channels.flatMap(gasOn),
    value('gasOld', '0-1:24.3.0[-1]', 'm³'),
    { name: 'serial', from: '0-0:96.1.1', type: 'string', hidden: true },
  ],
  key: ['serial'],
  time: 'time',
}

/** Kind 3 is gas; without a time there is no meter. */
function gasOn(channel: number): FieldDefinition[] {
  const suffix = channel === 1 ? '' : String(channel)
  const reading = [`0-${channel}:24.2.1`, `0-${channel}:24.2.3`] as const
  return [
    {
      name: `gas${suffix}`,
      from: `${reading[0]}[1]`,
      also: [`${reading[1]}[1]`],
      when: `kind${channel} == 3 && gasAt${suffix} > 0`,
      type: 'number',
      unit: 'm³',
    },
    {
      name: `gasAt${suffix}`,
      from: `${reading[0]}[0]`,
      also: [`${reading[1]}[0]`],
      when: `kind${channel} == 3`,
      type: 'time',
      time: 'pattern',
      pattern: 'YYMMDDHHmmssSW',
    },
    { name: `kind${channel}`, from: `0-${channel}:24.1.0`, type: 'integer', hidden: true },
  ]
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

/** Other meters by their optical head: codes without a medium and channel in front, as most write them. */
export const iec62056: FormatDefinition = {
  type: 'iec62056',
  name: 'IEC 62056-21: read-out of a meter',
  record: { start: '^/', end: '^\\x03' },
  check: { kind: 'xor8', from: '\x02', to: '\x03', marks: 'to', at: '\x03', written: 'bytes' },
  decoder: { kind: 'tagged' },
  fields: [
    { name: 'meter', from: '0.0.0', also: ['C.1.0'], type: 'string' },
    value('energy', '1.8.0', 'kWh'),
    value('energy1', '1.8.1', 'kWh'),
    value('energy2', '1.8.2', 'kWh'),
    value('export', '2.8.0', 'kWh'),
    { name: 'fault', from: 'F.F', type: 'string' },
  ],
  key: ['meter'],
}

function value(name: string, from: string, unit: string, deviceUnit?: string): FieldDefinition {
  return { name, from, type: 'number', unit, ...(deviceUnit === undefined ? {} : { deviceUnit }) }
}
