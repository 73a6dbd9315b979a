import assert from 'node:assert/strict'
import {
  age,
  bytes,
  clock,
  count,
  counted,
  date,
  days,
  decimal,
  duration,
  interval,
  milliseconds,
  moment,
  value,
  valueWithUnit,
} from '../../../pages/model/words.ts'

const number = { kind: 'number', decimals: 1, unit: '°C' } as const

describe('the words of the pages', () => {
  it('tell ages by their greatest unit', () => {
    const texts = [-5, 0, 59.9, 60, 3_599, 3_600, 172_799, 172_800, 86_400 * 365].map(duration)
    assert.deepEqual(texts, ['0 s', '0 s', '59 s', '1 min', '59 min', '1 h', '47 h', '2 d', '1 y'])
    assert.equal(age(1_000, 65_000), '1 min')
    // a clock that is ahead
    assert.equal(age(9_000, 1_000), '0 s')
  })

  it('round usual intervals', () => {
    assert.deepEqual([0.96, 63.7, 299, 3_700, 86_400].map(interval), [
      '1 s',
      '64 s',
      '5 min',
      '62 min',
      '24 h',
    ])
  })

  it('tell lengths of spans', () => {
    const texts = [null, 2.44, 38, 1_250, 45_000, 125_000, 3_700_000].map(milliseconds)
    assert.deepEqual(texts, ['–', '2.4 ms', '38 ms', '1.25 s', '45.0 s', '2 min 5 s', '1 h 1 min'])
  })

  it('write numbers with the decimals of their field, or with four digits', () => {
    assert.deepEqual(
      [18.25, -0.04, -3.21, 10802.8].map((number) => decimal(number, 1)),
      ['18.3', '0.0', '−3.2', '10,802.8'],
    )
    const texts = [0, 0.12345, 1.2346, 21.456, 234.56, 2345.6, 12345.6, 1e12, 1e-7].map((each) =>
      decimal(each, null),
    )
    assert.deepEqual(texts, [
      '0',
      '0.123',
      '1.235',
      '21.46',
      '234.6',
      '2346',
      '12,346',
      '1.000e+12',
      '1.000e-7',
    ])
  })

  it('write values with their units, and booleans as words', () => {
    assert.equal(valueWithUnit(18.2, number), '18.2\u202f°C')
    assert.equal(valueWithUnit(59, { kind: 'number', decimals: 0, unit: '%' }), '59%')
    assert.equal(valueWithUnit(null, number), '–')
    assert.equal(valueWithUnit(1, { kind: 'boolean', decimals: null, unit: null }), 'yes')
    assert.equal(value(false, { kind: 'boolean', decimals: null }), 'no')
    assert.equal(value('winter', { kind: 'text', decimals: null }), 'winter')
  })

  it('count, and tell sizes and what is left of the disk', () => {
    assert.deepEqual(
      [count(812_345), counted(1, 'day'), counted(1_204, 'reading')],
      ['812,345', '1 day', '1,204 readings'],
    )
    assert.deepEqual([950, 1_500, 48_200_000, 21.4e9].map(bytes), ['950 bytes', '1.5 kB', '48 MB', '21 GB'])
    assert.deepEqual([1.9, 45, 61, 800, 4000].map(days), [
      '1 day',
      '45 days',
      '2 months',
      '2 years',
      'over 10 years',
    ])
  })

  it('write moments in the time zone of the browser', () => {
    const time = new Date(2026, 10, 8, 4, 3, 2).getTime()
    assert.equal(date(time), '2026-11-08')
    assert.equal(clock(time), '04:03')
    assert.equal(moment(time), '2026-11-08 04:03:02')
    assert.equal(moment(time, false), '2026-11-08 04:03')
  })
})
