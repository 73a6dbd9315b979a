import assert from 'node:assert/strict'
import { expireAfter } from '../../../lib/announce/expiry.ts'
import { isNewer } from '../../../lib/announce/newest.ts'
import { event, start } from './support.ts'

describe('the newest reading', () => {
  const there = { id: 'e-100', time: start, received: start }
  const reading = (seq: number, received: number, time = received, over = {}) =>
    event({ seq, id: `e-${seq}`, received: start + received, time: start + time, ...over })

  const cases: Array<[what: string, event: ReturnType<typeof reading>, isNew: boolean]> = [
    ['a later one', reading(101, 1_000), true],
    ['an older one that is sent again', reading(50, -1_000, -1_000, { replayed: true }), false],
    ['an older one of a device that keeps readings', reading(101, 1_000, -5_000), false],
    ['one of the same moment that stands later', reading(101, 0), true],
    ['one of the same moment that stands before', reading(99, 0), false],
    ['the very same one, again', reading(100, 0, 0, { replayed: true }), true],
    ['a live one after the clock was set back by a second', reading(101, -1_000), true],
    ['the same, but sent again', reading(101, -1_000, -1_000, { replayed: true }), false],
    ['a late one', reading(101, 1_000, -1_000, { late: true }), false],
    [
      'one of another journal, live, after the clock was set back',
      reading(3, -1_000, -1_000, { id: 'f-3' }),
      true,
    ],
  ]
  for (const [what, given, isNew] of cases) {
    it(`${isNew ? 'is' : 'is not'} ${what}`, () => assert.equal(isNewer(given, there), isNew))
  }

  it('is not blocked for ever by one from the future', () => {
    const future = { id: 'e-100', time: start + 3_600_000, received: start }
    assert.equal(isNewer(reading(101, 1_000), future), true)
    assert.equal(isNewer(reading(101, 1_000, 1_000, { replayed: true }), future), false)
    // a minute may be the difference of two clocks that are right
    assert.equal(isNewer(reading(101, 1_000), { ...future, time: start + 60_000 }), false)
  })

  it('is the later one of those that a single line gave', () => {
    const ninth = { ...there, id: 'e-100.9' }
    const part = (n: number) => reading(100, 0, 0, { id: `e-100.${n}` })
    assert.deepEqual(
      [8, 9, 10, 11].map((n) => isNewer(part(n), ninth)),
      [false, true, true, true],
    )
    assert.equal(isNewer(reading(101, 0), ninth), true)
    // derived from the line
    assert.equal(isNewer(reading(100, 0, 0, { id: 'e-100.timing' }), there), true)
  })

  it('is the first one where there is none', () => assert.equal(isNewer(reading(1, 0), undefined), true))
})

describe('the expiry of values', () => {
  const cases: Array<[quiet: number | null, before: number | undefined, after: number | undefined]> = [
    [null, undefined, undefined],
    [null, 300, 300],
    [12, undefined, 60],
    [100, undefined, 120],
    [130, 120, 300],
    [100, 300, 300],
    [30, 600, 60],
    [1_000_000, 300, undefined],
  ]
  for (const [quiet, before, after] of cases) {
    it(`of a device that may be quiet for ${quiet} s is ${after} s, where it was ${before}`, () =>
      assert.equal(expireAfter(quiet, before), after))
  }
})
