import assert from 'node:assert/strict'
import { parseTime, type WrittenTime } from '../../../../lib/formats/steps/time.ts'

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
    ['2012-01-01T23:59:60', 'iso', undefined],
    ['2012-01-01T00:00+24:00', 'iso', undefined],
    ['1.75A', 'auto', undefined],
    ['12:30', 'auto', undefined],
    ['', 'auto', undefined],
    ['2012-11-30 and so on, for a text that is too long', 'iso', undefined],
    [1354233600, 'auto', 1354233600000],
    [1354233600062, 'auto', 1354233600062],
    ['1354233600.062', 'auto', 1354233600062],
    [1701111111.111, 's', 1701111111111],
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
    it(`${JSON.stringify(value)} as ${format}`, () => {
      assert.equal(parseTime(value, format), expected)
    })
  }
})
