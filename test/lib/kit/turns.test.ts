import assert from 'node:assert/strict'
import { isTurnLong, isWorkWaiting, nextTurn } from '../../../lib/kit/turns.ts'

/** Holds the event loop. */
function busyFor(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

describe('work in slices', () => {
  it('may go on for 4 ms, and no longer', async () => {
    await nextTurn()
    assert.equal(isTurnLong(), false)
    busyFor(5)
    assert.equal(isTurnLong(), true)
    await nextTurn()
    assert.equal(isTurnLong(), false)
  })

  it('lets timers have their turn between two slices', async () => {
    let fired = false
    setTimeout(() => {
      fired = true
    }, 0)
    busyFor(5)
    for (let turns = 0; turns < 3 && !fired; turns++) await nextTurn()
    assert.equal(fired, true)
  })

  it('shares one slice a turn, in the order in which it waits', async () => {
    const order: string[] = []
    let turn = 0
    let counting = true
    const count = () => {
      turn++
      if (counting) setImmediate(count)
    }
    setImmediate(count)
    const work = async (name: string) => {
      for (let i = 0; i < 3; i++) {
        await nextTurn()
        order.push(`${name} ${turn}`)
      }
    }
    await Promise.all([work('a'), work('b')])
    counting = false
    assert.deepEqual(
      order.map((step) => step[0]),
      ['a', 'b', 'a', 'b', 'a', 'b'],
    )
    assert.equal(new Set(order.map((step) => step.slice(2))).size, 6)
  })

  it('is known to wait until its turn has come', async () => {
    assert.equal(isWorkWaiting(), false)
    const turn = nextTurn()
    assert.equal(isWorkWaiting(), true)
    await turn
    assert.equal(isWorkWaiting(), false)
  })
})
