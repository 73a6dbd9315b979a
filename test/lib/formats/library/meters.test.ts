// Formats of meters and chargers, whose records are many lines. Meters and values are made up.
import assert from 'node:assert/strict'
import { compileFormats } from '../../../../lib/formats/compile.ts'
import { iec62056, linky, linkyStandard, p1 } from '../../../../lib/formats/library/meters.ts'
import { vedirect } from '../../../../lib/formats/library/vedirect.ts'
import type { FormatDefinition } from '../../../../lib/formats/model/definition.ts'
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

  it('P1: the time in its zone, gas by its kind, nothing of a gas meter that is not there', () => {
    const gas = { gas2: 1234.567, gasAt2: time - 300_000 }
    assert.deepEqual(records(p1, telegram(lines)), [
      { type: 'p1', data: { time, ...data, ...gas }, time, key: '4530' },
    ])
    const without = lines.map((line) =>
      line.replace(/\(260701115500S\)\(0123.*/, '(632525252525W)(00000.000*m3)'),
    )
    assert.deepEqual(records(p1, telegram(without)), [
      { type: 'p1', data: { time, ...data }, time, key: '4530' },
    ])
    const wrong = telegram(lines).map((line) => line.replace('01.193', '01.793'))
    assert.deepEqual(records(p1, wrong), ['rejected'])
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

  it('IEC 62056-21', () => {
    const bytes = readOutBytes('/ABC5XYZ', ['0.0.0(00123456)', '1.8.0(001234.5*kWh)', 'F.F(00)'])
    assert.deepEqual(records(iec62056, [bytes]), [
      { type: 'iec62056', data: { meter: '00123456', energy: 1234.5, fault: '00' }, key: '00123456' },
    ])
  })
})
