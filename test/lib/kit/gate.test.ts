import assert from 'node:assert/strict'
import { Gate } from '../../../lib/kit/gate.ts'

describe('gate', () => {
  it('makes the calls that waited in order, and before what they set going', async () => {
    const calls: number[] = []
    let open = () => {}
    const gate = new Gate(new Promise<void>((resolve) => (open = resolve)))
    gate.pass(() => {
      calls.push(1)
      gate.pass(() => calls.push(4))
      queueMicrotask(() => gate.pass(() => calls.push(5)))
    })
    gate.pass(() => calls.push(2))
    gate.pass(() => calls.push(3))
    assert.deepEqual([calls, gate.isOpen], [[], false])
    open()
    await new Promise(setImmediate)
    assert.deepEqual([calls, gate.isOpen], [[1, 2, 3, 4, 5], true])
    gate.pass(() => calls.push(6))
    assert.equal(calls.at(-1), 6)
  })
})
