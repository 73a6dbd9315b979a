import assert from 'node:assert/strict'
import {
  type Entry,
  MemoryOutbox,
  OutboxFullError,
  type OutboxListener,
} from '../../../../lib/mqtt/outbox/outbox.ts'

let orders = 0
const entry = (id: string, bytes = 10): Entry => ({
  key: `${id} t`,
  id,
  topic: 't',
  payload: 'p',
  retain: false,
  replayed: false,
  order: ++orders,
  bytes,
  at: orders,
  seq: 0,
  settled: [],
})
const silent = (): OutboxListener => ({
  readable: () => {},
  kept: () => assert.fail('a memory outbox has nothing to say about what it keeps'),
  dropped: () => assert.fail('it drops nothing'),
  found: () => assert.fail('it finds nothing'),
  problem: () => assert.fail('it has no disk'),
})

describe('mqtt outbox in memory', () => {
  it('gives the entries in order, and again after a rewind what is not acknowledged', () => {
    const outbox = new MemoryOutbox()
    outbox.listener = silent()
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => entry(id)) as [Entry, Entry, Entry, Entry]
    for (const each of [a, b, c]) outbox.append(each)
    assert.deepEqual([outbox.read()?.id, outbox.read()?.id], ['a', 'b'])
    outbox.acknowledge(b)
    outbox.rewind()
    outbox.append(d)
    assert.deepEqual([outbox.count, outbox.bytes, outbox.oldest], [3, 30, a.at])
    assert.deepEqual(
      [outbox.read()?.id, outbox.read()?.id, outbox.read()?.id, outbox.read()],
      ['a', 'c', 'd', undefined],
    )
    for (const each of [a, c, d]) outbox.acknowledge(each)
    assert.deepEqual([outbox.count, outbox.bytes], [0, 0])
  })

  it('has room for so many messages and bytes, those under way included', () => {
    const outbox = new MemoryOutbox({ maxCount: 2, maxBytes: 25 })
    const first = entry('a')
    outbox.append(first)
    outbox.read()
    const errors = [entry('big', 16), entry('b'), entry('c', 1)].map((each) => outbox.append(each))
    assert.deepEqual(
      errors.map((error) => error instanceof OutboxFullError && error.message),
      [
        '1 messages (10 bytes) wait already, there is no room for more',
        false,
        '2 messages (20 bytes) wait already, there is no room for more',
      ],
    )
    outbox.acknowledge(first)
    outbox.append(entry('c'))
    assert.equal(outbox.count, 2)
  })

  it('tells when there is something to read again', () => {
    const outbox = new MemoryOutbox()
    const read: Array<string | undefined> = []
    outbox.listener = { ...silent(), readable: () => read.push(outbox.read()?.id) }
    outbox.append(entry('a'))
    outbox.append(entry('b'))
    assert.deepEqual(read, ['a', 'b'])
  })
})
