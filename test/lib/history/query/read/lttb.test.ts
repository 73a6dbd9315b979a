import assert from 'node:assert/strict'
import { evenly, thinned } from '../../../../../lib/history/query/read/lttb.ts'
import { fc } from '../../../../support/random.ts'

const line = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.double({ min: -1e6, max: 1e6, noNaN: true })), {
    minLength: 1,
    maxLength: 400,
  })
  .map((steps) => {
    let time = 1_700_000_000_000
    const t = steps.map(([gap]) => (time += gap))
    return { t, v: steps.map(([, value]) => value) }
  })

describe('thinning a line', () => {
  it('keeps its ends, its least and its greatest value, and the order, with as few points as asked for', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 4, max: 100 }), (whole, points) => {
        const { t, v } = thinned(whole, points)
        assert.ok(t.length <= Math.max(points, 1), `${t.length} of ${points}`)
        assert.equal(t.length, v.length)
        assert.equal(t[0], whole.t[0])
        assert.equal(t.at(-1), whole.t.at(-1))
        assert.equal(Math.min(...v), Math.min(...whole.v))
        assert.equal(Math.max(...v), Math.max(...whole.v))
        // each point is one of the line, in its order
        let place = 0
        for (const [index, time] of t.entries()) {
          while (place < whole.t.length && !(whole.t[place] === time && whole.v[place] === v[index])) place++
          assert.ok(place < whole.t.length, `point ${index} is none of the line`)
          place++
        }
      }),
    )
  })

  it('leaves a short line as it is', () => {
    const whole = { t: [1, 2, 3], v: [5, 5, 5] }
    assert.deepEqual(thinned(whole, 4), whole)
    assert.deepEqual(thinned({ t: [], v: [] }, 4), { t: [], v: [] })
  })

  it('keeps the peaks of a flat line', () => {
    const t = Array.from({ length: 10_000 }, (_, place) => place * 1000)
    const v = t.map((_, place) => (place === 2345 ? 50 : place === 7777 ? -50 : 20))
    const { v: shown } = thinned({ t, v }, 100)
    assert.equal(shown.filter((value) => value === 50).length, 1)
    assert.equal(shown.filter((value) => value === -50).length, 1)
  })

  it('takes items from all over a list', () => {
    assert.deepEqual(evenly([1, 2, 3], 3), [1, 2, 3])
    assert.deepEqual(evenly([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 2), [2, 7])
    assert.deepEqual(evenly([1, 2], 0), [])
  })
})
