// Formats of meters and chargers, whose records are many lines. Meters and values are made up.
import assert from 'node:assert/strict'
import { compileFormats } from '../../../../lib/formats/compile.ts'
import { iec62056, linky, linkyStandard, p1 } from '../../../../lib/formats/library/meters.ts'
import { vedirect } from '../../../../lib/formats/library/vedirect.ts'
import type { FormatDefinition } from '../../../../lib/formats/model/definition.ts'
import type { FramingSettings } from '../../../../lib/serial/framing/settings.ts'
import { lineSettings, madeFramer } from '../../serial/framing/helper.ts'
import { block, historicFrame, readOutBytes, standardFrame, telegram } from '../records/meters.ts'

/** What becomes of the records in these payloads of one source. */
function records(definition: FormatDefinition, payloads: ReadonlyArray<string | Uint8Array>): unknown[] {
  const formats = compileFormats([definition])
  return payloads
    .flatMap((payload, seq) =>
      formats.take({ payload, source: 's', id: `e-${seq}`, seq, received: Date.UTC(2026, 6, 1) + seq }),
    )
    .map(({ outcome }) => outcome)
    .filter(({ kind }) => kind !== 'part')
    .map((outcome) => (outcome.kind === 'clean' ? outcome.events[0] : outcome.kind))
}

function timesOf(definition: FormatDefinition, payloads: readonly string[]): unknown[] {
  return records(definition, payloads).map((each) => (each as { time: number }).time)
}

/** What a port makes of bytes. */
function framed(bytes: Buffer, framing: Partial<FramingSettings>): Array<string | Buffer> {
  const { framer, frames } = madeFramer(lineSettings(framing, 1024))
  framer.begin(true)
  framer.push(bytes, 1)
  return frames.map(({ payload }) => payload)
}

describe('formats: the library of meters', () => {
  const lines = [
    '/ABC5\\2M999',
    '',
    '0-0:1.0.0(260701120000S)',
    '0-0:96.1.1(4530)',
    '1-0:1.8.1(000123.456*kWh)',
    '0-0:96.14.0(0002)',
    '1-0:1.7.0(01.193*kW)',
    '1-0:32.7.0(231.4*V)',
    '0-1:24.1.0(007)',
    '0-1:24.2.1(260701115500S)(00042.100*m3)',
    '0-2:24.1.0(003)',
    '0-2:24.2.3(260701115500S)(01234.567*m3)',
  ]
  const data = { energy1: 123.456, tariff: 2, power: 1193, v1: 231.4 }
  const time = Date.UTC(2026, 6, 1, 10)

  /** The telegram with one line in the place of those that match. */
  const changed = (pattern: RegExp, by: string) => lines.map((line) => line.replace(pattern, by))

  it('P1: the time in its zone, gas and water by their kind', () => {
    const others = { gas: 1234.567, gasAt: time - 300_000, water: 42.1, waterAt: time - 300_000 }
    assert.deepEqual(records(p1, telegram(lines)), [
      { type: 'p1', data: { time, ...data, ...others }, time, key: '4530' },
    ])
    const winter = changed(/0-0:1.0.0.*/, '0-0:1.0.0(261121120000W)')
    assert.deepEqual(timesOf(p1, telegram(winter)), [Date.UTC(2026, 10, 21, 11)])
  })

  it('P1: nothing of a meter that is not there, and nothing at all where the CRC is wrong', () => {
    const without = changed(/\(260701115500S\)\(0123.*/, '(632525252525W)(00000.000*m3)')
    assert.deepEqual(records(p1, telegram(without)), [
      { type: 'p1', data: { time, ...data, water: 42.1, waterAt: time - 300_000 }, time, key: '4530' },
    ])
    const wrong = telegram(lines).map((line) => line.replace('01.193', '01.793'))
    assert.deepEqual(records(p1, wrong), ['rejected'])
  })

  it('P1 of old meters: no CRC, no time, gas on a line below its tag and on any channel', () => {
    for (const channel of [1, 2, 3, 4]) {
      const old = [
        '/ABC4 200',
        '',
        '0-0:96.1.1(5A30)',
        '1-0:1.8.1(16722.627*kWh)',
        '1-0:1.7.0(0000.59*kW)',
        `0-${channel}:24.1.0(03)`,
        `0-${channel}:24.3.0(111123200000)(00)(60)(1)(0-${channel}:24.2.1)(m3)`,
        '(13376.292)',
        '!',
      ]
      const event = { energy1: 16722.627, power: 590, gas: 13376.292 }
      assert.deepEqual(records(p1, old), [{ type: 'p1', data: event, key: '5A30' }])
    }
  })

  it('P1 in Luxembourg: energy without tariffs, reactive energy, another serial number', () => {
    const ours = [
      '/Lux5\\253663629_D',
      '',
      '0-0:1.0.0(260701120000S)',
      '0-0:42.0.0(53414731)',
      '1-0:1.8.0(000012.345*kWh)',
      '1-0:2.8.0(000000.123*kWh)',
      '1-0:3.8.0(000002.500*kvarh)',
    ]
    const event = { time, energy: 12.345, export: 0.123, reactive: 2.5 }
    assert.deepEqual(records(p1, telegram(ours)), [{ type: 'p1', data: event, time, key: '53414731' }])
  })

  it('VE.Direct: a block is an event, whose checksum holds', () => {
    const bytes = block([
      'PID\t0xA053',
      'SER#\tHQ1',
      'V\t12003',
      'I\t-20',
      'PPV\t7',
      'LOAD\tON',
      'OR\t0x00000001',
      'H19\t42',
    ])
    const event = { PID: '0xA053', V: 12.003, I: -0.02, PPV: 7, LOAD: true, OR: 1, H19: 0.42 }
    assert.deepEqual(records(vedirect, [bytes]), [{ type: 'vedirect', data: event, key: 'HQ1' }])
    bytes[bytes.indexOf('12003') + 1]! ^= 1
    assert.deepEqual(records(vedirect, [bytes]), ['rejected'])
  })

  it('Linky in both modes', () => {
    const historic = historicFrame(['ADCO 021728123456', 'BASE 002815235', 'PTEC TH..', 'PAPP 00750'])
    assert.deepEqual(records(linky, [historic]), [
      {
        type: 'linky',
        data: { meter: '021728123456', base: 2815235, tariff: 'TH..', power: 750 },
        key: '021728123456',
      },
    ])
    const standard = standardFrame(['ADSC\t811775123456', 'EAST\t006484975', 'SINSTS\t00310'])
    assert.deepEqual(records(linkyStandard, [standard]), [
      {
        type: 'linky-standard',
        data: { meter: '811775123456', energy: 6484975, power: 310 },
        key: '811775123456',
      },
    ])
  })

  it('IEC 62056-21, with short and with full codes', () => {
    const event = { meter: '00123456', energy: 1234.5, export2: 7.25, fault: '00' }
    for (const [medium, behind] of [
      ['', ''],
      ['1-0:', '*255'],
    ]) {
      const bytes = readOutBytes('/ABC5XYZ', [
        `${medium}0.0.0${behind}(00123456)`,
        `${medium}1.8.0${behind}(001234.5*kWh)`,
        `${medium}2.8.2${behind}(0007.25*kWh)`,
        'F.F(00)',
      ])
      assert.deepEqual(records(iec62056, [bytes]), [{ type: 'iec62056', data: event, key: '00123456' }])
      bytes[bytes.indexOf('1234.5')]! ^= 1
      assert.deepEqual(records(iec62056, [bytes]), ['rejected'])
    }
  })

  const streams: Array<
    [definition: FormatDefinition, bytes: Buffer, key: string, framing?: Partial<FramingSettings>]
  > = [
    [p1, Buffer.from(`${telegram(lines).join('\r\n')}\r\n`), '4530'],
    // its checksum is a line feed
    [vedirect, block(['PID\t0xA053', 'SER#\tHQ1', 'V\t10000', 'I\t-1']), 'HQ1'],
    [linky, historicFrame(['ADCO 021728123456', 'BASE 002815235', 'PAPP 00750']), '021728123456'],
    [linkyStandard, standardFrame(['ADSC\t811775123456', 'EAST\t006484975']), '811775123456'],
    [
      iec62056,
      readOutBytes('/ABC5XYZ', ['0.0.0(00123456)', '1.8.0(001234.5*kWh)']),
      '00123456',
      { framing: 'marks', frameStart: '/', frameEnd: '\\x03', frameAfter: 1 },
    ],
  ]
  for (const [definition, bytes, key, framing = {}] of streams) {
    it(`${definition.type}: as a port cuts it, frame after frame`, () => {
      const payloads = framed(Buffer.concat([bytes, bytes, bytes, Buffer.from('\r\n')]), framing)
      assert.deepEqual(
        records(definition, payloads)
          .filter((each) => each !== 'unknown')
          .map((each) => (each as { key: string }).key),
        [key, key, key],
      )
    })
  }

  it('a checksum that is a raw byte may be any byte', () => {
    const marks = { framing: 'marks', frameStart: '/', frameEnd: '\\x03', frameAfter: 1 } as const
    const numbers = Array.from({ length: 600 }, (_, i) => 10_000 + i)
    const readOuts = numbers.map((n) => readOutBytes('/ABC5XYZ', [`1.8.0(${n}*kWh)`, `C.90(${letters(n)})`]))
    const blocks = numbers.map((n) => block(['PID\t0xA053', `V\t${n}`, `XX\t${letters(n)}`]))
    const sums = (all: readonly Buffer[]) => new Set(all.map((bytes) => bytes.at(-1)))
    assert.ok(sums(blocks).size > 200 && sums(readOuts).size > 60)
    const valuesOf = (definition: FormatDefinition, bytes: readonly Buffer[], framing = {}) =>
      records(definition, framed(Buffer.concat([...bytes, Buffer.from('\r\n')]), framing))
        .filter((each) => each !== 'unknown')
        .map((each) => Object.values((each as { data?: object }).data ?? {}).at(-1))
    assert.deepEqual(valuesOf(iec62056, readOuts, marks), numbers)
    assert.deepEqual(
      valuesOf(vedirect, blocks),
      numbers.map((n) => n / 1000),
    )
  })
})

/** A text that differs in its sum and its exclusive or. */
function letters(n: number): string {
  return 'z'.repeat(n % 16) + String.fromCharCode(0x30 + ((n * n) % 71), 0x30 + ((n * 37) % 74))
}
