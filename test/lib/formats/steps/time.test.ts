import assert from 'node:assert/strict'
import { parseTime, type WrittenTime } from '../../../../lib/formats/steps/time.ts'
import { fc } from '../../../support/random.ts'

describe('formats: times', () => {
  const cases: Array<[unknown, WrittenTime, number | undefined]> = [
    ['2012-11-30T12:34:56.789Z', 'auto', Date.UTC(2012, 10, 30, 12, 34, 56, 789)],
    ['2012-11-30 12:34:56', 'iso', Date.UTC(2012, 10, 30, 12, 34, 56)],
    ['2012-11-30t12:34', 'iso', Date.UTC(2012, 10, 30, 12, 34)],
    ['2016-10-4 6:47:50', 'iso', Date.UTC(2016, 9, 4, 6, 47, 50)],
    ['2012-11-30', 'auto', Date.UTC(2012, 10, 30)],
    ['2012-11-30T12:34:56,5+01:30', 'iso', Date.UTC(2012, 10, 30, 11, 4, 56, 500)],
    ['2012-11-30T12:34:56.123456789 -0800', 'iso', Date.UTC(2012, 10, 30, 20, 34, 56, 123)],
    ['0001-01-01', 'iso', -62135596800000],
    ['2012-02-29', 'iso', Date.UTC(2012, 1, 29)],
    ['2013-02-29', 'iso', undefined],
    ['2012-02-30', 'iso', undefined],
    ['2012-13-01', 'iso', undefined],
    ['2012-00-01', 'iso', undefined],
    ['2012-01-00', 'iso', undefined],
    ['2012-01-01T24:00', 'iso', undefined],
    ['2012-01-01T23:60', 'iso', undefined],
    ['2016-12-31T23:59:60Z', 'iso', Date.UTC(2017, 0)],
    ['2016-12-31T23:59:60.250Z', 'auto', Date.UTC(2017, 0, 1, 0, 0, 0, 250)],
    ['2017-01-01T00:59:60+01:00', 'iso', Date.UTC(2017, 0)],
    ['2016-12-31T23:58:60Z', 'iso', undefined],
    ['2017-01-01T00:59:60Z', 'iso', undefined],
    ['2016-12-31T23:59:61Z', 'iso', undefined],
    ['2012-01-01T00:00+24:00', 'iso', undefined],
    ['1.75A', 'auto', undefined],
    ['12:30', 'auto', undefined],
    ['', 'auto', undefined],
    ['2012-11-30 and so on, for a text that is too long', 'iso', undefined],
    ['Tue, 04 Oct 2016 16:47:50 GMT', 'iso', Date.UTC(2016, 9, 4, 16, 47, 50)],
    ['tue, 4 oct 2016 16:47:50 gmt', 'auto', Date.UTC(2016, 9, 4, 16, 47, 50)],
    ['Wed, 04 Oct 2016 16:47:50 GMT', 'iso', undefined],
    ['Thu, 31 Feb 2016 16:47:50 GMT', 'iso', undefined],
    ['Tue, 04 Okt 2016 16:47:50 GMT', 'iso', undefined],
    ['Tue, 04 Oct 2016 24:00:00 GMT', 'iso', undefined],
    ['Tue, 04 Oct 2016 16:47:50 CET', 'iso', undefined],
    ['Tue, 04 Oct 2016 16:47:50 GMT', 's', undefined],
    [1354233600, 'auto', 1354233600000],
    [1354233600062, 'auto', 1354233600062],
    ['1354233600.062', 'auto', 1354233600062],
    [1701111111.111, 's', 1701111111111],
    [20240101, 'auto', Date.UTC(2024, 0)],
    ['20240101', 'auto', Date.UTC(2024, 0)],
    ['20240229', 'auto', Date.UTC(2024, 1, 29)],
    ['20230229', 'auto', undefined],
    [20241301, 'auto', undefined],
    [20240101123456, 'auto', Date.UTC(2024, 0, 1, 12, 34, 56)],
    ['20161231235960', 'auto', Date.UTC(2017, 0)],
    ['20240101250000', 'auto', undefined],
    [20240101, 's', 20240101000],
    [20240101, 'ms', 20240101],
    ['20240101', 'iso', undefined],
    [1704067200123456, 'auto', 1704067200123],
    ['1704067200123456', 'auto', 1704067200123],
    ['1704067200123456789', 'auto', 1704067200123],
    [1704067200123456789n, 'auto', undefined],
    [4102444799, 'auto', Date.UTC(2099, 11, 31, 23, 59, 59)],
    [4102444800, 'auto', undefined],
    [99_999_999_999, 'auto', undefined],
    [100_000_000_000, 'auto', 100_000_000_000],
    [4102444799999, 'auto', 4102444799999],
    [4102444800000, 'auto', undefined],
    [1e14, 'auto', 1e11],
    [1e17, 'auto', 1e11],
    [5e18, 'auto', undefined],
    [-1, 'auto', undefined],
    ['1969-12-31T23:59:59Z', 'auto', undefined],
    ['2099-12-31', 'auto', Date.UTC(2099, 11, 31)],
    ['2100-01-01', 'auto', undefined],
    ['9999-12-31', 'auto', undefined],
    ['+275760-09-13', 'auto', undefined],
    [1.001, 's', 1001],
    [-1, 's', -1000],
    [0, 'auto', 0],
    [1354233600, 'ms', 1354233600],
    [1.9, 'ms', 1],
    [1354233600, 'iso', undefined],
    ['2012-11-30', 's', undefined],
    [8.64e15, 'ms', 8.64e15],
    [8.64e15 + 2, 'ms', undefined],
    [1e300, 'auto', undefined],
    [Number.NaN, 'ms', undefined],
    [Number.POSITIVE_INFINITY, 's', undefined],
    [true, 'auto', undefined],
    [{}, 'auto', undefined],
  ]
  for (const [value, format, expected] of cases) {
    it(`${typeof value === 'bigint' ? `${value}n` : JSON.stringify(value)} as ${format}`, () => {
      assert.equal(parseTime(value, format), expected)
    })
  }

  it('auto never gives a time before 1970 or after 2099, whatever it is given', () => {
    const number = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.nat(20).chain((digits) => fc.double({ min: 0, max: 10 ** digits, noNaN: true })),
    )
    const text = fc.oneof(
      number.map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    )
    fc.assert(
      fc.property(fc.oneof(number, text), (value) => {
        const time = parseTime(value, 'auto')
        if (time === undefined) return
        assert.ok(Number.isInteger(time) && time >= 0 && time < Date.UTC(2100, 0), `${value} gave ${time}`)
      }),
      { numRuns: 5_000 },
    )
  })
})
