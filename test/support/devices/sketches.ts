// Sketches, loggers and other devices whose formats their users make.
import { ds18b20Row } from '../../../lib/formats/library/sketches.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { type Device, integer, lines, number, text } from './device.ts'

const temp = number('temp', { unit: '°C' })
const humi = integer('humi', { unit: '%' })

const changing: FormatDefinition = {
  type: 'changing',
  decoder: { kind: 'columns', header: ['time', 'temp', 'humi'], headers: true },
  fields: [
    { name: 'at', from: 'time', type: 'time', hidden: true },
    temp,
    humi,
    number('press', { unit: 'hPa' }),
  ],
  time: 'at',
}

const local: FormatDefinition = {
  type: 'local',
  decoder: { kind: 'columns', delimiter: ';' },
  zone: 'Europe/Berlin',
  decimal: ',',
  thousands: '.',
  fields: [
    { name: 'at', from: 0, type: 'time', time: 'pattern', pattern: 'DD.MM.YYYY HH:mm:ss', hidden: true },
    number('temp', { from: 1 }),
    integer('humi', { from: 2 }),
  ],
  time: 'at',
}

const tag: FormatDefinition = {
  type: 'tag',
  decoder: { kind: 'pattern', pattern: '^T(?P<tag>[A-Z]{4}[0-9]{7})$' },
  fields: [text('tag')],
}

const degrees: FormatDefinition = {
  type: 'degrees',
  decoder: { kind: 'pattern', pattern: '^ *(?P<temp>[+-]?[0-9.]+)C$' },
  fields: [temp],
}

const meter: FormatDefinition = {
  type: 'counter',
  takes: { prefix: 'N', word: true },
  decoder: { kind: 'key-values' },
  fields: [number('N'), number('step', { difference: { of: 'N', modulus: 6553.6, most: 200 }, decimals: 1 })],
}

const sensor: FormatDefinition = {
  type: 'sensor',
  takes: { where: [{ from: 'node', is: ['gps'] }] },
  decoder: { kind: 'json', lenient: true },
  fields: [number('volt')],
}

/** What is whole at the end of a line of noise. */
const behindNoise: FormatDefinition = {
  type: 'behind-noise',
  charset: 'latin-1',
  decoder: { kind: 'pattern', pattern: '[^{}]\\{"node":"gps","volt":(?P<volt>-?[0-9]+[.][0-9]+)\\}$' },
  fields: [number('volt')],
}

const row: FormatDefinition = {
  type: 'row',
  takes: { columns: [2, 2] },
  decoder: { kind: 'columns' },
  fields: [number('temp', { from: 0 }), integer('humi', { from: 1 })],
}

const commas: FormatDefinition = {
  type: 'commas',
  takes: { prefix: 'Temp' },
  decoder: { kind: 'key-values', pairSeparator: ', ' },
  decimal: ',',
  fields: [number('Temp', { unit: '°C' }), number('Hum', { unit: '%' })],
}

const whole: FormatDefinition = {
  type: 'whole',
  takes: { where: [{ from: 'level', matches: '.' }] },
  decoder: { kind: 'json' },
  fields: [number('level')],
}

export const sketchDevices: Device[] = [
  {
    name: 'a logger whose header comes again, and changed',
    formats: [changing],
    sent: [
      '"time","temp","humi"',
      '2026-11-21T07:00:00Z,18.5,52',
      '"time","temp","humi"',
      '2026-11-21T07:01:00Z,18.6,52',
      '"time","press","humi","temp"',
      '2026-11-21T07:02:00Z,998.7,51,18.7',
      '',
    ].join('\n'),
    good: [
      { at: '2026-11-21T07:00:00Z', temp: 18.5, humi: 52 },
      { at: '2026-11-21T07:01:00Z', temp: 18.6, humi: 52 },
      { at: '2026-11-21T07:02:00Z', temp: 18.7, humi: 51, press: 998.7 },
    ],
  },
  {
    name: 'a logger in local time, over the end of summer time, with a decimal comma',
    formats: [local],
    sent: lines(
      '26.10.2025 01:45:00;9,5;80',
      '26.10.2025 02:45:00;9,4;81',
      '26.10.2025 02:45:00;9,3;82',
      '26.10.2025 03:45:00;9,2;83',
      '29.03.2026 02:30:00;9,1;84',
      '29.03.2026 03:30:00;2.009,1;85',
    ),
    good: [
      { at: '2025-10-25T23:45:00Z', temp: 9.5, humi: 80 },
      { at: '2025-10-26T00:45:00Z', temp: 9.4, humi: 81 },
      { at: '2025-10-26T01:45:00Z', temp: 9.3, humi: 82 },
      { at: '2025-10-26T02:45:00Z', temp: 9.2, humi: 83 },
      { at: '2026-03-29T01:30:00Z', temp: 2009.1, humi: 85 },
    ],
  },
  {
    name: 'lines that end in CR alone',
    formats: [tag, degrees],
    sent: 'TABCD0000042\r 19.50C\rTABCD0000043\r 19.60C\r',
    good: [{ tag: 'ABCD0000042' }, { temp: 19.5 }, { tag: 'ABCD0000043' }, { temp: 19.6 }],
  },
  {
    name: 'thermometers that are not there, or have just been switched on',
    formats: [ds18b20Row],
    sent: [
      'T1:85.00,T2:4.50',
      'T1:18.25,T2:-127.00',
      'T1:18.31,T2:65535',
      'T1:nan,T2:ovf',
      'T1: inf,T2:4.56',
      '',
    ].join('\n'),
    good: [{ T2: 4.5 }, { T1: 18.25 }, { T1: 18.31 }, { T2: 4.56 }],
  },
  {
    name: 'a counter that wraps, and one that is set back',
    formats: [meter],
    sent: ['N:6500.0', 'N:6550.6', 'N:7.0', 'N:107.5', 'N:0.0', 'N:12.0', ''].join('\n'),
    good: [
      { N: 6500 },
      { N: 6550.6, step: 50.6 },
      { N: 7, step: 10 },
      { N: 107.5, step: 100.5 },
      { N: 0 },
      { N: 12, step: 12 },
    ],
  },
  {
    name: 'a boot at another speed, a line that was cut, and two objects in one line',
    formats: [sensor, behindNoise],
    sent: lines(
      '\xe4Bl\x8c\x9e\x83\xefb\x8eR{lrl\x9c\xff\x00\x00 ets Jan  8 2013,rst cause:2, boot mode:(3,7)',
      '',
      'load 0x4010f000, len 1392, room 16 ',
      'csum 0xd0',
      '!,\x92bf4HXa>@%\x92{"node":"gps","volt":3.31}',
      '{"node":"gps","volt":3.32}',
      '{"node":"gps","vo',
      '{"node":"gps","volt":3.34}{"node":"gps","volt":3.35}',
    ),
    good: [{ volt: 3.31 }, { volt: 3.32 }, { volt: 3.34 }, { volt: 3.35 }],
  },
  {
    name: 'a stream that was joined in the middle of a line',
    formats: [row],
    isCutIn: true,
    sent: '8.25,61\n18.26,61\n18.27,62\n',
    good: [
      { temp: 18.26, humi: 61 },
      { temp: 18.27, humi: 62 },
    ],
  },
  { name: 'a device that waits for a command', formats: [], sent: '\r\nMTS> ', good: [] },
  {
    name: 'decimal commas between comma-separated pairs',
    formats: [commas],
    sent: 'Temp: 18,5\xc2\xb0C, Hum: 61,2 %\n',
    good: [{ Temp: 18.5, Hum: 61.2 }],
  },
  {
    name: 'JSON with whole numbers first',
    formats: [whole],
    sent: '{"level":40.0}\n{"level":41}\n{"level":40.5}\n',
    good: [{ level: 40 }, { level: 41 }, { level: 40.5 }],
  },
]
