import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { systemClock } from '../../../lib/kit/clock.ts'
import type { EventEntry } from '../../../lib/time-events/entry.ts'
import { EvClient } from '../../../lib/time-events/ev-client.ts'
import { EventHub, type Subscriber } from '../../../lib/time-events/event-hub.ts'
import { Libc } from '../../../lib/time-events/transport/libc.ts'
import { ownQueue, ownSocket } from './helper.ts'

/** One that takes whatever comes. */
function subscriber(event: (entry: EventEntry) => void): Subscriber {
  return {
    event,
    rejected: ({ reason }) => assert.fail(reason),
    changed: () => {},
    canTake: () => true,
    whenReady: () => Promise.resolve(),
  }
}

describe('time events: the server of a gateway', () => {
  it('gives each subscriber an entry of its own', async () => {
    const name = ownSocket()
    const hub = new EventHub({ clock: systemClock })
    const client = new EvClient({ name: 'a', transport: `socket:${name}` })
    const entries: EventEntry[] = []
    const told = new EventEmitter()
    try {
      hub.attach(
        { socket: { name, mode: 0o600 }, limit: 0, known: new Set() },
        { logged: () => {}, warn: (text) => assert.fail(text) },
      )
      for (let n = 0; n < 2; n++) {
        hub.subscribe(
          subscriber((entry) => {
            entry.payload.data.flow = n
            entries.push(entry)
            if (n === 1) told.emit('both')
          }),
        )
      }
      const both = once(told, 'both')
      hub.release()
      client.connect()
      client.send({ cat: 'A' })
      await both
      assert.deepEqual(
        entries.map(({ payload }) => payload.data.flow),
        [0, 1],
      )
    } finally {
      client.close()
      await hub.close()
    }
  })

  it('opens what new settings say although what was open cannot be closed', async () => {
    const hub = new EventHub({
      clock: systemClock,
      loadLibc: () => {
        const libc = Libc.load()
        libc.close = () => {
          throw new Error('cannot close')
        }
        return libc
      },
    })
    const warnings: string[] = []
    const listener = { logged: () => {}, warn: (text: string) => warnings.push(text) }
    const settings = (name: string) => ({ socket: { name, mode: 0o600 }, limit: 0, known: new Set<string>() })
    const opened = new EventEmitter()
    hub.subscribe({ ...subscriber(() => {}), changed: () => opened.emit('changed') })
    hub.attach(settings(ownSocket()), listener)
    await once(opened, 'changed')
    hub.attach(settings(ownSocket()), listener)
    await once(opened, 'changed')
    assert.equal(hub.transports.get('socket')?.isOpen, true)
    await assert.rejects(hub.close(), /cannot close/)
    assert.deepEqual(warnings, ['cannot close'])
  })

  it('leaves events in the queue while a subscriber can take no more, and goes on when it can', async () => {
    const queue = ownQueue()
    const hub = new EventHub({ clock: systemClock })
    const client = new EvClient({ name: 'a', transport: `queue:${queue.name}` })
    const told = new EventEmitter()
    const taken: string[] = []
    let room = 2
    let ready = () => {}
    try {
      hub.attach(
        { queue: { name: queue.name, mode: 0o600 }, limit: 0, known: new Set() },
        { logged: () => {}, warn: (text) => assert.fail(text) },
      )
      hub.subscribe({
        event({ payload }) {
          taken.push(payload.eventId)
          room--
          told.emit('event')
        },
        rejected: ({ reason }) => assert.fail(reason),
        changed: () => {},
        canTake: () => room > 0,
        whenReady: () =>
          new Promise((resolve) => {
            ready = resolve
            told.emit('full')
          }),
      })
      client.connect()
      for (let n = 0; n < 5; n++) client.send({ cat: String(n) })
      const full = once(told, 'full')
      hub.release()
      await full
      assert.deepEqual(taken, ['0', '1'])
      room = 10
      ready()
      while (taken.length < 5) await once(told, 'event')
      assert.deepEqual(taken, ['0', '1', '2', '3', '4'])
    } finally {
      client.close()
      await hub.close()
      queue.remove()
    }
  })
})
