// Kinds of lines that devices in the field send, each with the format for it and the values that must come out.
import assert from 'node:assert/strict'
import { checkDefinition, describeProblems, type FormatDefinition } from '../../../lib/public/formats.ts'
import { outcomes } from './series.ts'

interface Kind {
  title: string
  definition: Omit<FormatDefinition, 'type'>
  lines: Array<string | Buffer>
  /** each event's data; with its time where the format has one */
  expected: object[]
}

const kinds: Kind[] = [
  {
    title: 'a radio gateway with hexadecimal values and a sign in the highest bit',
    definition: {
      decoder: { kind: 'key-values', pairSeparator: ';', valueSeparator: '=' },
      fields: [
        { name: 'id', from: 'ID', type: 'string' },
        {
          name: 'temp',
          from: 'TEMP',
          type: 'number',
          notation: 'hex',
          bits: 16,
          signed: 'magnitude',
          scale: 0.1,
          decimals: 1,
          unit: '°C',
        },
        { name: 'humi', from: 'HUM', type: 'integer' },
        { name: 'rain', from: 'RAIN', type: 'number', notation: 'hex', scale: 0.1, decimals: 1 },
        { name: 'lobat', from: 'BAT', type: 'boolean', map: { OK: false, LOW: true } },
      ],
    },
    lines: [
      '20;2D;Vendor;ID=00a4;TEMP=00d7;HUM=48;BAT=OK;',
      '20;2E;Vendor;ID=0042;TEMP=801f;HUM=07;RAIN=010c;BAT=LOW;',
    ],
    expected: [
      { id: '00a4', temp: 21.5, humi: 48, lobat: false },
      { id: '0042', temp: -3.1, humi: 7, rain: 26.8, lobat: true },
    ],
  },
  {
    title: 'a logger in local time, over the night on which the clocks are put back',
    definition: {
      decoder: { kind: 'columns', delimiter: ';' },
      decimal: ',',
      thousands: '.',
      zone: 'Europe/Paris',
      fields: [
        { name: 'at', from: 0, type: 'time', time: 'pattern', pattern: 'DD/MM/YY HH:mm', hidden: true },
        { name: 'temp', from: 1, type: 'number' },
      ],
      time: 'at',
    },
    lines: ['29/10/23 01:30;8,5', '29/10/23 02:30;8,25', '29/10/23 02:30;8', '29/10/23 03:30;1.234,5'],
    expected: [
      { temp: 8.5, time: '2023-10-28T23:30:00.000Z' },
      { temp: 8.25, time: '2023-10-29T00:30:00.000Z' },
      { temp: 8, time: '2023-10-29T01:30:00.000Z' },
      { temp: 1234.5, time: '2023-10-29T02:30:00.000Z' },
    ],
  },
  {
    title: 'a receiver whose JSON has no numbers where there are none',
    definition: {
      decoder: { kind: 'json', lenient: true },
      zone: 'America/New_York',
      fields: [
        { name: 'at', from: 'time', type: 'time', hidden: true },
        { name: 'model', type: 'string' },
        { name: 'temp', from: 'temperature_F', type: 'number', deviceUnit: 'F', unit: 'C', decimals: 1 },
      ],
      time: 'at',
    },
    lines: [
      '{"time" : "2024-07-01 12:00:00", "model" : "A", "temperature_F" : 70.7}',
      '{"time" : "2024-07-01 12:00:30", "model" : "A", "temperature_F" : -nan}',
    ],
    expected: [
      { model: 'A', temp: 21.5, time: '2024-07-01T16:00:00.000Z' },
      { model: 'A', time: '2024-07-01T16:00:30.000Z' },
    ],
  },
  {
    title: 'a weather station with packed digits in the reverse order',
    definition: {
      decoder: {
        kind: 'pattern',
        pattern: '^K(?P<flags>..)(?P<temp>\\d{3})(?P<humi>\\d{2})(?P<rain>[0-9A-F]{3})$',
      },
      fields: [
        { name: 'temp', type: 'number', reversed: true, scale: 0.1, decimals: 1 },
        { name: 'humi', type: 'integer', reversed: true },
        { name: 'rain', type: 'integer', notation: 'hex', reversed: true },
        { name: 'isRaining', from: 'flags', type: 'boolean', notation: 'hex', bit: 1, bits: 1 },
      ],
    },
    lines: ['K02512843A1', 'K0102169000'],
    expected: [
      { temp: 21.5, humi: 48, rain: 0x1a3, isRaining: true },
      { temp: 12, humi: 96, rain: 0, isRaining: false },
    ],
  },
  {
    title: 'scales with a sign apart from its digits',
    definition: {
      decoder: {
        kind: 'pattern',
        pattern: '^(?P<state>S[TU])?,?GS,(?P<weight>[+-] *[0-9.]+) *(?P<unit>kg|g|lb)',
      },
      fields: [
        { name: 'weight', type: 'number' },
        { name: 'isStable', from: 'state', type: 'boolean', map: { ST: true, SU: false } },
      ],
    },
    lines: ['ST,GS,+   1.234kg', 'US,GS,-   0.5 kg', 'SU,GS,- 12.50 kg'],
    expected: [
      { weight: 1.234, isStable: true },
      { weight: -12.5, isStable: false },
    ],
  },
  {
    title: 'a meter whose counter wraps, in bytes of Base64',
    definition: {
      decoder: { kind: 'bytes', written: 'base64', path: 'data' },
      fields: [
        { name: 'device', from: 'id', type: 'string' },
        { name: 'count', from: 0, read: 'u16be', type: 'integer' },
        { name: 'pulses', type: 'integer', difference: { of: 'count', modulus: 65536 } },
      ],
      key: ['device'],
    },
    lines: [
      '{"id":"a","data":"//A="}',
      '{"id":"b","data":"AAE="}',
      '{"id":"a","data":"AAQ="}',
      '{"id":"b","data":"AAM="}',
    ],
    expected: [
      { device: 'a', count: 65520 },
      { device: 'b', count: 1 },
      { device: 'a', count: 4, pulses: 20 },
      { device: 'b', count: 3, pulses: 2 },
    ],
  },
  {
    title: 'a sketch with the sign of degrees of an old display',
    definition: {
      decoder: { kind: 'key-values', pairSeparator: '  ' },
      charset: 'cp437',
      fields: [
        { name: 'temp', from: 'T', type: 'number', unit: '°C' },
        { name: 'humi', from: 'H', type: 'number', unit: '%' },
      ],
    },
    lines: [Buffer.from('T: 21.5 \xf8C  H: 48.0 %RH', 'latin1'), 'T: 21.5 *C  H: 48.0 %'],
    expected: [
      { temp: 21.5, humi: 48 },
      { temp: 21.5, humi: 48 },
    ],
  },
  {
    title: 'bare seconds of a clock without a date',
    definition: {
      decoder: { kind: 'columns' },
      fields: [
        { name: 'at', from: 1, type: 'time', time: 'pattern', pattern: 'HHmmss.SS', hidden: true },
        { name: 'speed', from: 2, type: 'number', deviceUnit: 'knots', unit: 'km/h', decimals: 2 },
      ],
      time: 'at',
      takes: { prefix: 'XRMC' },
    },
    lines: ['XRMC,235959.50,10.0'],
    expected: [{ speed: 18.52, time: '2029-12-31T23:59:59.500Z' }],
  },
]

describe('formats: lines of devices in the field', () => {
  for (const { title, definition, lines, expected } of kinds) {
    it(title, () => {
      const format: FormatDefinition = { type: 'test', ...definition }
      assert.equal(describeProblems(checkDefinition(format)), '')
      const events = outcomes(format, lines).flatMap((outcome) =>
        outcome.kind === 'clean' ? outcome.events : [],
      )
      assert.deepEqual(
        events.map(({ data, time }) =>
          time === undefined ? data : { ...data, time: new Date(time).toISOString() },
        ),
        expected,
      )
      for (const event of events) assert.equal(event.unsure, undefined)
    })
  }
})
