import assert from 'node:assert/strict'
import {
  compactDay,
  dateTime,
  dayOf,
  latestTime,
  msPerDay,
  parseDateTime,
  parseDay,
  parseTimeOfDay,
  timeOfDay,
} from '../../../../lib/journal/format/time.ts'
import { fc } from '../../../support/random.ts'

const anyTime = fc.integer({ min: 0, max: latestTime })

describe('journal: times', () => {
  it('writes a moment as Date does, and reads it back', () => {
    fc.assert(
      fc.property(anyTime, (ms) => {
        const iso = new Date(ms).toISOString()
        assert.equal(dateTime(ms), iso.slice(0, 23))
        assert.equal(timeOfDay(ms), iso.slice(11, 23))
        assert.equal(compactDay(dayOf(ms)), iso.slice(0, 10).replaceAll('-', ''))
        assert.equal(parseDateTime(dateTime(ms)), ms)
        assert.equal(parseDay(compactDay(dayOf(ms))), dayOf(ms))
        assert.equal(parseTimeOfDay(`L ${timeOfDay(ms)} x`, 2), ms % msPerDay)
      }),
      { numRuns: 2000 },
    )
  })

  for (const text of [
    '24:00:00.000',
    '23:60:00.000',
    '23:59:60.000',
    '1:00:00.000',
    '12.00:00.000',
    '12:00:00,000',
    '12:00:00.00',
    '',
  ]) {
    it(`takes ${JSON.stringify(text)} for no time of day`, () => assert.equal(parseTimeOfDay(text, 0), -1))
  }

  for (const text of ['20260229', '20261301', '20260100', '2026112', '202611210', '2026-1-1', '']) {
    it(`takes ${JSON.stringify(text)} for no day`, () => assert.ok(Number.isNaN(parseDay(text))))
  }

  for (const text of [
    '2026-11-21 20:15:01.000',
    '2026-02-30T00:00:00.000',
    '2026-11-21T20:15:01.000Z',
    '2026x11-21T20:15:01.000',
  ]) {
    it(`takes ${JSON.stringify(text)} for no moment`, () => assert.ok(Number.isNaN(parseDateTime(text))))
  }
})
