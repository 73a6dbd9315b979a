import assert from 'node:assert/strict'
import { type Awaited, Receipts, receiptOf } from '../../../../lib/delivery/once/receipts.ts'

/** What has become of a request so far. */
async function stateOf({ durable, settled }: Awaited): Promise<[durable: string, settled: boolean]> {
  const open = Symbol('open')
  const later = new Promise((resolve) => setImmediate(resolve, open))
  const outcome = await Promise.race([
    durable.then(
      () => 'yes',
      (error: Error) => error.message,
    ),
    later,
  ])
  const end = await Promise.race([settled, new Promise((resolve) => setImmediate(resolve, open))])
  return [outcome === open ? 'open' : String(outcome), end !== open]
}

describe('delivery: receipts', () => {
  const part = (number: number) => ({ request: 'r', part: number })

  it('a request is durable when each of its messages is, in any order', async () => {
    const receipts = new Receipts()
    const awaited = receipts.expect('r', 2)
    for (const number of [0, 1]) receipts.taken(part(number))
    receipts.ended(part(1))
    assert.deepEqual(await stateOf(awaited), ['open', false])
    receipts.ended(part(0))
    assert.deepEqual(await stateOf(awaited), ['yes', true])
  })

  it('one message that came twice is not two', async () => {
    const receipts = new Receipts()
    const awaited = receipts.expect('r', 2)
    for (let copy = 0; copy < 2; copy++) {
      receipts.taken(part(0))
      receipts.ended(part(0))
    }
    assert.deepEqual(await stateOf(awaited), ['open', false])
  })

  it('the first error is told at once, and what is on its way is still waited for', async () => {
    const receipts = new Receipts()
    const awaited = receipts.expect('r', 2)
    for (const number of [0, 1]) receipts.taken(part(number))
    receipts.ended(part(0), new Error('memory is full'))
    assert.deepEqual(await stateOf(awaited), ['memory is full', false])
    receipts.ended(part(1))
    assert.deepEqual(await stateOf(awaited), ['memory is full', true])
  })

  it('given up, it is settled when nothing of it is on its way', async () => {
    const receipts = new Receipts()
    const awaited = receipts.expect('r', 3)
    receipts.taken(part(0))
    awaited.giveUp()
    assert.deepEqual(await stateOf(awaited), ['open', false])
    receipts.ended(part(0))
    assert.deepEqual(await stateOf(awaited), ['open', true])
    // nobody waits for it any longer
    receipts.taken(part(1))
    receipts.ended(part(1))
  })

  it('a message has one where it names a request and a part', () => {
    assert.deepEqual(receiptOf({ receipt: part(3) }), part(3))
    for (const receipt of [undefined, null, 'r', {}, { request: 1, part: 0 }, { request: 'r', part: '0' }]) {
      assert.equal(receiptOf({ receipt }), undefined)
    }
  })
})
