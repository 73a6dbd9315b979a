import assert from 'node:assert/strict'
import { FlowTracker, Tracked } from '../../../../lib/delivery/track/tracker.ts'
import { FakeHooks, flowNode } from '../support/fake-hooks.ts'

interface Message {
  _msgid?: string
  payload?: unknown
  event?: { id: string }
}

describe('delivery: FlowTracker', () => {
  let hooks: FakeHooks
  let tracker: FlowTracker
  let event: Tracked
  let msg: Message
  let turns: string[]
  const a = flowNode('a')
  const b = flowNode('b')
  const noDone = flowNode('switch', 0)

  beforeEach(() => {
    hooks = new FakeHooks()
    tracker = new FlowTracker(hooks)
    tracker.start()
    turns = []
    event = track('ep-1', 1)
    msg = { _msgid: 'ep-1', event: { id: 'ep-1' } }
    tracker.begin(event)
  })

  function track(id: string, seq: number): Tracked {
    return new Tracked(id, seq, {
      opened: () => turns.push(`${id} opened`),
      closed: () => turns.push(`${id} closed`),
    })
  }

  it('counts a delivery from the router to done, and each change between none and some', () => {
    hooks.deliver(msg, a)
    assert.deepEqual([event.open, event.nodes], [1, ['a']])
    hooks.receive(msg, a)
    hooks.returned(msg, a)
    assert.equal(event.open, 1, 'the handler has not called done')
    hooks.done(msg, a)
    assert.deepEqual([event.open, event.nodes], [0, []])
    assert.deepEqual(turns, ['ep-1 opened', 'ep-1 closed'])
  })

  it('stays open from one node to the next when a node sends before it is done', () => {
    hooks.take(msg, a)
    hooks.deliver(msg, b)
    hooks.done(msg, a)
    assert.deepEqual([event.open, event.nodes], [1, ['b']])
    hooks.receive(msg, b)
    hooks.done(msg, b)
    assert.deepEqual(turns, ['ep-1 opened', 'ep-1 closed'])
  })

  it('counts clones by the id of their event', () => {
    const clone = structuredClone(msg)
    hooks.deliver(msg, a)
    hooks.deliver(clone, b)
    assert.equal(event.open, 2)
    hooks.receive(clone, b)
    hooks.done(clone, b)
    assert.deepEqual([event.open, event.nodes], [1, ['a']])
  })

  it('knows what split sends and then completes, though it deletes the _msgid', () => {
    hooks.take(msg, a)
    delete msg._msgid
    const part: Message = { payload: 'one part', event: { id: 'ep-1' }, _msgid: 'new' }
    hooks.deliver(part, b)
    assert.equal(event.open, 2)
    hooks.done(msg, a)
    assert.deepEqual(event.nodes, ['b'])
  })

  it('knows a new object by its _msgid alone', () => {
    hooks.take(msg, a)
    const fresh = { _msgid: 'ep-1', payload: 'made by a function' }
    hooks.deliver(fresh, b)
    hooks.done(msg, a)
    assert.deepEqual(event.nodes, ['b'])
    hooks.receive(fresh, b)
    hooks.done(fresh, b)
    assert.equal(event.open, 0)
  })

  it('knows the events that one line gave', () => {
    hooks.deliver({ _msgid: 'x', event: { id: 'ep-1.2' } }, a)
    assert.equal(event.open, 1)
  })

  it('leaves messages alone that belong to no event', () => {
    for (const other of [
      {},
      { _msgid: 'other' },
      { event: null },
      { event: { id: 7 } },
      { event: { id: 'ep-11' } },
      { event: { id: 'other.1' }, _msgid: 5 },
    ]) {
      hooks.take(other, a)
      hooks.take(other, noDone)
      hooks.done(other, a)
    }
    assert.deepEqual([event.open, turns], [0, []])
  })

  it('counts what link call and catch hand over without the router, once', () => {
    hooks.take(msg, a)
    const linked = structuredClone(msg)
    hooks.receive(linked, b)
    assert.deepEqual(event.nodes, ['a', 'b'])
    hooks.returned(linked, b)
    hooks.done(linked, b)
    hooks.done(msg, a)
    assert.equal(event.open, 0)
  })

  it('counts the same object at the same node again when it comes back to it', () => {
    hooks.take(msg, a)
    hooks.deliver(msg, b)
    hooks.receive(msg, b)
    hooks.receive(msg, a)
    assert.equal(event.open, 3)
    hooks.done(msg, a)
    hooks.done(msg, b)
    hooks.done(msg, a)
    assert.equal(event.open, 0)
  })

  it('takes done called twice for one', () => {
    const clone = structuredClone(msg)
    hooks.take(clone, b)
    hooks.take(msg, a)
    hooks.done(msg, a)
    hooks.done(msg, a)
    assert.deepEqual([event.open, event.nodes], [1, ['b']])
  })

  it('takes done of a message that was sent on for the sender, not for the receiver', () => {
    hooks.take(msg, a)
    hooks.deliver(msg, a)
    hooks.done(msg, a)
    assert.equal(event.open, 1, 'the delivery to itself has not been received')
    hooks.receive(msg, a)
    hooks.done(msg, a)
    assert.equal(event.open, 0)
  })

  it('takes done(error) for done, and the event for failed', () => {
    hooks.take(msg, a)
    hooks.done(msg, a, new Error('no'))
    assert.deepEqual([event.open, event.failed], [0, true])
  })

  it('takes a node without done for done when its handler returns', () => {
    hooks.deliver(msg, noDone)
    hooks.receive(msg, noDone)
    hooks.deliver(msg, b)
    assert.equal(event.open, 2)
    hooks.returned(msg, noDone)
    assert.deepEqual([event.open, event.nodes], [1, ['b']])
  })

  it('keeps a delivery open whose handler threw', () => {
    hooks.take(msg, a)
    assert.deepEqual(event.nodes, ['a'])
  })

  it('names a node of a subflow as the editor does', () => {
    hooks.deliver(msg, { id: 'made-up', _alias: 'in-editor', _expectedDoneCount: 1 })
    hooks.deliver(structuredClone(msg), { id: 'other', _alias: 'in-editor', _expectedDoneCount: 1 })
    assert.deepEqual(event.nodes, ['in-editor'])
  })

  it('does not count what still moves after the end, nor for the same event sent again', () => {
    hooks.take(msg, a)
    tracker.end(event)
    hooks.deliver({ _msgid: 'ep-1', event: { id: 'ep-1' } }, b)
    assert.equal(event.open, 1)
    const again = track('ep-1', 1)
    const second = { _msgid: 'ep-1', event: { id: 'ep-1' } }
    tracker.begin(again)
    hooks.take(second, a)
    hooks.done(msg, a)
    assert.deepEqual([event.open, again.open], [0, 1])
    hooks.deliver(msg, b)
    assert.deepEqual([event.open, again.open], [0, 2], 'what is left of the first one keeps the second open')
    hooks.receive(msg, b)
    hooks.done(msg, b)
    hooks.done(second, a)
    assert.equal(again.open, 0)
  })

  it('keeps two events apart, and thousands of parts of one', () => {
    const other = track('ep-2', 2)
    tracker.begin(other)
    const parts = Array.from({ length: 3_000 }, () => ({ event: { id: 'ep-1' } }))
    for (const part of parts) hooks.take(part, a)
    hooks.take({ event: { id: 'ep-2' } }, b)
    assert.deepEqual([event.open, other.open], [3_000, 1])
    for (const part of parts.slice(1).reverse()) hooks.done(part, a)
    assert.deepEqual([event.open, event.nodes, other.open], [1, ['a'], 1])
    hooks.done(parts[0]!, a)
    assert.deepEqual(turns, ['ep-1 opened', 'ep-2 opened', 'ep-1 closed'])
  })

  it('takes its hooks away', () => {
    tracker.stop()
    assert.equal(hooks.callbacks.size, 0)
  })
})
