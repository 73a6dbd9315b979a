import assert from 'node:assert/strict'
import {
  type DirectNode,
  DirectWay,
  type Done,
  type Send,
  type Sendable,
  type Taking,
} from '../../../../lib/delivery/track/direct.ts'
import { FlowTracker, Tracked } from '../../../../lib/delivery/track/tracker.ts'
import { FakeHooks } from '../support/fake-hooks.ts'

interface Message {
  event?: { id: string }
  payload?: unknown
}

/** What a node was handed directly, and what it can do with it. */
interface Taken {
  message: Message
  send: Send
  done: Done
}

describe('delivery: the direct way', () => {
  let hooks: FakeHooks
  let tracker: FlowTracker
  let way: DirectWay
  let event: Tracked
  let turns: string[]
  let message: Message

  /** A node that keeps what it is handed; `sent` and `errors` went to Node-RED. */
  class TestNode implements DirectNode {
    readonly id: string
    readonly wires: string[][]
    readonly _expectedDoneCount = 1
    _alias?: string
    _inputCallback: unknown
    readonly taken: Taken[] = []
    readonly sent: Sendable[] = []
    readonly errors: string[] = []

    constructor(id: string, ...wires: string[][]) {
      this.id = id
      this.wires = wires
    }

    /** Takes messages directly, as our nodes do. */
    ours(
      handler = (...[taken, send, done]: [object, Send, Done]) => this.#keep(taken, send, done),
      taking: Taking = {},
    ): this {
      this._inputCallback = handler
      way.add(this, handler, handler, taking)
      return this
    }

    send(messages: Sendable): void {
      this.sent.push(messages)
    }

    error(error: Error): void {
      this.errors.push(error.message)
      turns.push(`${this.id} says ${error.message}`)
    }

    get last(): Taken {
      return this.taken.at(-1)!
    }

    #keep(taken: object, send: Send, done: Done): void {
      this.taken.push({ message: taken as Message, send, done })
    }
  }

  beforeEach(() => {
    hooks = new FakeHooks()
    tracker = new FlowTracker(hooks)
    tracker.start()
    way = new DirectWay({ tracker: () => tracker, clone: (each) => structuredClone(each) })
    turns = []
    event = tracked()
    message = { event: { id: 'ep-1' } }
    way.open(new Set())
  })

  function tracked(): Tracked {
    return new Tracked('ep-1', 1, {
      opened: () => turns.push('opened'),
      closed: () => turns.push('closed'),
    })
  }

  it('hands the very message over, and follows the event from node to node', () => {
    const log = new TestNode('log', ['clean'])
    const clean = new TestNode('clean', ['label'], ['out']).ours()
    const label = new TestNode('label', ['out']).ours()
    way.send(log, message, event)
    assert.equal(clean.last.message, message)
    assert.deepEqual([event.open, event.nodes], [1, ['clean']])
    const next = { ...message }
    clean.last.send([next, null])
    clean.last.done()
    assert.equal(label.last.message, next)
    assert.deepEqual([event.open, event.nodes], [1, ['label']])
    label.last.done()
    label.last.done()
    assert.deepEqual([event.open, event.strayed, turns], [0, false, ['opened', 'closed']])
    assert.deepEqual([log.sent, clean.sent], [[], []])
  })

  it('hands a message to several nodes: each has it open before the first is done, and a clone where it may change it', () => {
    const label = new TestNode('label', ['out', 'timing', 'store'])
    const opens: number[] = []
    const sink = (taken: object, _send: Send, done: Done) => {
      opens.push(event.open)
      assert.equal(taken, message)
      done()
    }
    new TestNode('out').ours(sink, { readsOnly: true })
    const timing = new TestNode('timing').ours()
    new TestNode('store').ours(sink, { readsOnly: true })
    way.send(label, [message], event)
    assert.deepEqual(opens, [3, 2])
    assert.deepEqual(timing.last.message, message)
    assert.notEqual(timing.last.message, message)
    assert.deepEqual([event.open, event.nodes, turns], [1, ['timing'], ['opened']])
    timing.last.done()
    assert.deepEqual([event.open, event.strayed, label.sent], [0, false, []])
  })

  it('leaves to Node-RED what leads to other nodes, to several of which one is another, or to none, and tells the hooks before', () => {
    for (const wires of [['function'], ['clean', 'debug'], []]) {
      new TestNode('clean').ours()
      const again = tracked()
      const log = new TestNode('log', wires)
      log.send = (sent) => {
        log.sent.push(sent)
        if (wires.length > 0) hooks.deliver(sent as object, new TestNode('function'))
      }
      way.send(log, message, again)
      assert.deepEqual([log.sent, again.strayed, again.open], [[message], true, wires.length > 0 ? 1 : 0])
      tracker.end(again)
    }
  })

  it('parts the outputs: some directly, the others by Node-RED, nothing where there is nothing', () => {
    const clean = new TestNode('clean', ['label'], ['debug'], [])
    const label = new TestNode('label').ours()
    const [first, second, third] = [{}, {}, {}]
    way.send(clean, [[first, second], third, null], event)
    assert.deepEqual([label.taken[0]?.message, label.taken.length], [first, 2])
    assert.notEqual(label.taken[1]?.message, second, 'all but the first are clones')
    assert.deepEqual(clean.sent, [[null, third, null]])
    way.send(clean, [[], null, null], event)
    way.send(clean, [null, [], null], event)
    assert.deepEqual([label.taken.length, clean.sent.length], [2, 1])
  })

  it('gives a node whose completed messages are watched every message by Node-RED', () => {
    const log = new TestNode('log', ['clean'])
    const clean = new TestNode('clean').ours()
    way.open(new Set(['clean']))
    way.send(log, message, event)
    assert.deepEqual([clean.taken, log.sent], [[], [message]])
    // in a subflow, where it has the id of the template
    clean._alias = 'template'
    way.open(new Set(['template']))
    way.send(log, message, event)
    assert.deepEqual([clean.taken, log.sent], [[], [message, message]])
    way.open(new Set(['other']))
    way.send(log, message, event)
    assert.equal(clean.taken.length, 1)
  })

  it('does not call a node to which somebody has added a handler, or which is gone', () => {
    const log = new TestNode('log', ['clean'])
    const clean = new TestNode('clean').ours()
    // what Node-RED does at a second handler
    clean._inputCallback = null
    way.send(log, message, event)
    const next = new TestNode('clean').ours()
    way.remove(clean)
    way.open(new Set())
    way.send(log, message, event)
    way.remove(next)
    way.send(log, message, event)
    assert.deepEqual([clean.taken.length, next.taken.length, log.sent.length], [0, 1, 2])
  })

  it('leaves everything to Node-RED from the moment on when the flows stop', () => {
    const log = new TestNode('log', ['clean'])
    const clean = new TestNode('clean', ['label']).ours()
    const label = new TestNode('label').ours()
    way.send(log, message, event)
    way.close()
    clean.last.send(message)
    way.send(log, message, event)
    assert.deepEqual([label.taken, clean.sent, log.sent], [[], [message], [message]])
  })

  it('passes an error on before the event is done with, so that a catch node can have it', () => {
    const log = new TestNode('log', ['clean'])
    const clean = new TestNode('clean').ours()
    way.send(log, message, event)
    clean.error = (error) => {
      turns.push(error.message)
      hooks.receive(message, new TestNode('catch'))
    }
    clean.last.done(new Error('no'))
    assert.deepEqual([event.failed, event.nodes, event.strayed], [true, ['catch'], true])
    assert.deepEqual(turns, ['opened', 'no'])
    hooks.done(message, new TestNode('catch'))
  })

  it('keeps an event open whose handler throws: the time limit will tell', () => {
    const log = new TestNode('log', ['clean'])
    const clean = new TestNode('clean').ours(() => {
      throw new Error('thrown')
    })
    way.send(log, message, event)
    assert.deepEqual([clean.errors, event.nodes], [['thrown'], ['clean']])
  })

  it('counts what is left of an earlier sending for the new one, which it never completes', () => {
    const log = new TestNode('log', ['clean'])
    const clean = new TestNode('clean', ['label']).ours()
    const label = new TestNode('label').ours()
    way.send(log, message, event)
    tracker.end(event)
    const again = tracked()
    tracker.begin(again)
    clean.last.send(message)
    clean.last.done()
    assert.deepEqual([again.nodes, event.open], [['label'], 0])
    label.last.done()
    assert.equal(again.open, 0)
  })

  it('leaves everything to Node-RED once somebody has added a handler, so that nothing overtakes', () => {
    const log = new TestNode('log', ['clean'], ['label'])
    const clean = new TestNode('clean').ours()
    const label = new TestNode('label').ours()
    way.send(log, [null, message], event)
    clean._inputCallback = null
    way.send(log, [message, null], event)
    way.send(log, [null, message], event)
    assert.deepEqual([clean.taken.length, label.taken.length, log.sent.length], [0, 1, 2])
  })

  it('leaves to Node-RED what the wiring does not allow, and passes over nodes that are switched off', () => {
    const log = new TestNode('log', ['clean', 'debug'])
    const clean = new TestNode('clean').ours()
    way.open(new Set(), { absent: new Set(['debug']), byMessaging: new Set() })
    way.send(log, message, event)
    assert.deepEqual([clean.taken.length, log.sent.length], [1, 0])
    way.open(new Set(), { absent: new Set(['debug']), byMessaging: new Set(['log']) })
    way.send(log, message, event)
    assert.deepEqual([clean.taken.length, log.sent.length], [1, 1])
  })

  it('hands over lines, which are no events yet', () => {
    const port = new TestNode('serial', ['log'])
    const log = new TestNode('log').ours()
    way.send(port, { payload: 'a line' })
    log.last.done(new Error('full'))
    assert.deepEqual([log.last.message.payload, log.errors], ['a line', ['full']])
  })
})
