import assert from 'node:assert/strict'
import { type Entry, MemoryOutbox, OutboxFullError } from '../../../lib/mqtt/outbox.ts'

let orders = 0
const entry = (id: string, bytes = 10): Entry => ({
  key: `${id} t`,
  id,
  topic: 't',
  payload: 'p',
  retain: false,
  order: ++orders,
  bytes,
  settled: [],
})
const neverTold = () => assert.fail('a memory outbox has nothing to say about what it keeps')

describe('mqtt outbox in memory', () => {
  it('gives the entries in order, and again after a rewind what is not acknowledged', () => {
    const outbox = new MemoryOutbox()
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => entry(id)) as [Entry, Entry, Entry, Entry]
    for (const each of [a, b, c]) outbox.append(each, neverTold)
    assert.deepEqual([outbox.read()?.id, outbox.read()?.id], ['a', 'b'])
    outbox.acknowledge(b)
    outbox.rewind()
    outbox.append(d, neverTold)
    assert.deepEqual([outbox.count, outbox.bytes], [3, 30])
    assert.deepEqual(
      [outbox.read()?.id, outbox.read()?.id, outbox.read()?.id, outbox.read()],
      ['a', 'c', 'd', undefined],
    )
    for (const each of [a, c, d]) outbox.acknowledge(each)
    assert.deepEqual([outbox.count, outbox.bytes], [0, 0])
  })

  it('has room for so many messages and bytes, those under way included', () => {
    const errors: Array<Error | undefined> = []
    const outbox = new MemoryOutbox({ maxCount: 2, maxBytes: 25 })
    const first = entry('a')
    outbox.append(first, neverTold)
    outbox.read()
    outbox.append(entry('big', 16), (error) => errors.push(error))
    outbox.append(entry('b'), neverTold)
    outbox.append(entry('c', 1), (error) => errors.push(error))
    assert.deepEqual(
      errors.map((error) => error instanceof OutboxFullError && error.message),
      [
        '1 messages (10 bytes) wait already, there is no room for more',
        '2 messages (20 bytes) wait already, there is no room for more',
      ],
    )
    outbox.acknowledge(first)
    outbox.append(entry('c'), neverTold)
    assert.equal(outbox.count, 2)
  })

  it('tells when there is something to read again', () => {
    const outbox = new MemoryOutbox()
    const read: Array<string | undefined> = []
    outbox.onReadable = () => read.push(outbox.read()?.id)
    outbox.append(entry('a'), neverTold)
    outbox.append(entry('b'), neverTold)
    assert.deepEqual(read, ['a', 'b'])
  })
})
