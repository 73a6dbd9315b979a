import assert from 'node:assert/strict'
import { pauseAfter } from '../../../lib/kit/backoff.ts'

describe('kit: pauseAfter', () => {
  it('doubles from the first to the longest', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7, 8, 1_000].map((failures) => pauseAfter(failures, 0.5))
    assert.deepEqual(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
  })

  it('is spread by a quarter to either side, and never longer than the longest', () => {
    const own = { first: 100, longest: 150 }
    assert.deepEqual([pauseAfter(1, 0, own), pauseAfter(1, 1, own)], [75, 125])
    assert.deepEqual([pauseAfter(2, 0, own), pauseAfter(2, 1, own)], [113, 150])
  })
})
