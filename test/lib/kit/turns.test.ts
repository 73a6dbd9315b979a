import assert from 'node:assert/strict'
import { isTurnLong, isWorkWaiting, nextTurn } from '../../../lib/kit/turns.ts'

/** Works until its slice is over. */
function workOn(): void {
  while (!isTurnLong());
}

describe('kit: turns', () => {
  it('let everything else have its turn, and end a slice in time', async () => {
    await nextTurn()
    const began = performance.now()
    workOn()
    const took = performance.now() - began
    assert.ok(took >= 3.5 && took < 200, `${took} ms`)
    let timer = false
    setTimeout(() => {
      timer = true
    }, 0)
    for (let turn = 0; turn < 1_000 && !timer; turn++) await nextTurn()
    assert.ok(timer)
  })

  it('are given to one at a time, in order, however many wait', async () => {
    const turns: string[] = []
    let loop = 0
    let done = false
    const count = () => {
      loop++
      if (!done) setImmediate(count)
    }
    setImmediate(count)
    const work = async (name: string) => {
      for (let i = 0; i < 3; i++) {
        await nextTurn()
        turns.push(`${name}${i} ${loop}`)
      }
    }
    await Promise.all([work('a'), work('b'), work('c')])
    done = true
    assert.deepEqual(
      turns.map((turn) => turn.split(' ')[0]),
      ['a0', 'b0', 'c0', 'a1', 'b1', 'c1', 'a2', 'b2', 'c2'],
    )
    assert.equal(new Set(turns.map((turn) => turn.split(' ')[1])).size, 9)
    assert.equal(isWorkWaiting(), false)
  })
})
