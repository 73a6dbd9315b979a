// What is promised of ages: with a right clock a file goes when it is older than the days; a wrong clock never makes a file
// go that is younger, whatever it says, at a start or while it runs.
import assert from 'node:assert/strict'
import { type AgeFacts, agesOf, type DatedFile } from '../../../../lib/journal/keep/age.ts'
import { fc } from '../../../support/random.ts'

const files = (...days: number[]): DatedFile[] =>
  days.map((day, index) => ({ day, firstSeq: index * 10 + 1 }))
const facts = (today: number, more: Partial<AgeFacts> = {}): AgeFacts => ({
  today,
  uptime: 0,
  confirmed: undefined,
  isSteady: () => false,
  ...more,
})
const ages = (days: number[], today: number, more?: Partial<AgeFacts>) =>
  agesOf(files(...days), facts(today, more)).ages

describe('agesOf', () => {
  it('are those of the calendar where the days follow each other', () => {
    assert.deepEqual(ages([10, 11, 11, 12, 13], 13), [3, 2, 2, 1, 0])
    assert.deepEqual(ages([10, 11], 12), [2, 1])
    assert.deepEqual(agesOf(files(10, 11), facts(11)).doubts, [])
    assert.deepEqual(agesOf([], facts(11)), { ages: [], doubts: [] })
  })

  it('does not count a jump, neither forward nor back, and names it', () => {
    // a boot in 2037, and lines there, before the clock is set
    const boot = agesOf(files(10, 11, 4000, 4001), facts(4001))
    assert.deepEqual(boot, { ages: [2, 1, 1, 0], doubts: [{ from: 11, to: 4000 }] })
    const back = agesOf(files(10, 11, 4000, 12, 13), facts(13))
    assert.deepEqual(back.ages, [2, 1, 1, 1, 0])
    assert.deepEqual(back.doubts, [
      { from: 4000, to: 12 },
      { from: 11, to: 4000 },
    ])
  })

  it('are not known while the clock and the newest entries disagree', () => {
    for (const today of [13, 4000, 9, 0])
      assert.deepEqual(agesOf(files(10, 11), facts(today)), {
        ages: [undefined, undefined],
        doubts: [{ from: 11, to: today }],
      })
  })

  it('counts days in which this process ran, or the writer, though nothing came', () => {
    assert.deepEqual(ages([10, 11], 15, { uptime: 4 }), [5, 4])
    assert.deepEqual(ages([1, 11, 12], 12, { isSteady: (index) => index === 0 }), [11, 1, 0])
  })

  it('are those of the calendar up to where the user has confirmed it', () => {
    const confirmed = { seq: 21, day: 20 }
    assert.deepEqual(ages([10, 11, 20, 21], 21, { confirmed }), [11, 10, 1, 0])
    assert.deepEqual(ages([10, 11, 20, 30], 30, { confirmed }), [10, 9, 0, 0])
    // before anything was written there
    assert.deepEqual(ages([10, 11], 20, { confirmed: { seq: 11, day: 20 } }), [10, 9])
  })

  it('a file is at least as old as each one behind it', () => {
    assert.deepEqual(ages([10, 9, 10, 11, 12], 12), [3, 3, 2, 1, 0])
  })
})

describe('a wrong clock', () => {
  /** A start: true days since the one before, files it writes on following days, and by how much its clock is wrong. */
  const start = fc.record({
    pause: fc.integer({ min: 0, max: 5 }),
    days: fc.integer({ min: 1, max: 6 }),
    // by more than the day that is tolerated, and never by nearly the same twice
    error: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      fc.integer({ min: -400, max: 400 }).map((n) => n * 50),
    ),
  })

  it('never makes a file go that is not older than the days; a right one lets all go that are', () => {
    fc.assert(
      fc.property(
        fc.array(start, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 30 }),
        (starts, days) => {
          const trueDays: number[] = []
          const shown: DatedFile[] = []
          let now = 20_000
          let clock = now
          for (const { pause, days: count, error } of starts) {
            now += pause
            for (let i = 0; i < count; i++, now++) {
              clock = now + error
              trueDays.push(now)
              shown.push({ day: clock, firstSeq: shown.length + 1 })
            }
            now--
          }
          const { ages: found } = agesOf(shown, facts(clock))
          for (const [index, age] of found.entries()) {
            const truth = now - trueDays[index]!
            assert.ok((age ?? 0) <= truth, `file ${index}: taken for ${age} days old, but it is ${truth}`)
          }
          const isRight = starts.every(({ error, pause }) => error === 0 && pause <= 1)
          if (!isRight) return
          const due = (list: Array<number | undefined>) => list.map((age) => age !== undefined && age > days)
          assert.deepEqual(due(found), due(trueDays.map((day) => now - day)))
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
