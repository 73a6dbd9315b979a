import assert from 'node:assert/strict'
import { Fifo } from '../../../lib/kit/fifo.ts'

describe('kit: Fifo', () => {
  it('agrees with an array, whatever is done with it', () => {
    const fifo = new Fifo<number>()
    const model: number[] = []
    let next = 0
    for (let round = 0; round < 5_000; round++) {
      // more comes than goes, and now and then almost all of it goes: the emptied front is cut off then
      for (let i = 0; i < (round * 7) % 5; i++) {
        fifo.push(next)
        model.push(next++)
      }
      for (let i = round % 1_000 === 999 ? 3_000 : 1; i > 0; i--) assert.equal(fifo.shift(), model.shift())
      if (round % 100 === 0) {
        fifo.putBack([-1, -2])
        model.unshift(-1, -2)
      }
      assert.deepEqual([fifo.length, fifo.first], [model.length, model[0]])
      assert.deepEqual(fifo.last(3), model.slice(-3))
    }
    assert.deepEqual(fifo.takeAll(), model)
    assert.deepEqual([fifo.length, fifo.first, fifo.shift()], [0, undefined, undefined])
  })
})
