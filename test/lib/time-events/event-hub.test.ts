import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { systemClock } from '../../../lib/kit/clock.ts'
import { EvClient } from '../../../lib/time-events/ev-client.ts'
import { EventHub } from '../../../lib/time-events/event-hub.ts'
import { ownQueue } from './helper.ts'

describe('time events: the server of a gateway', () => {
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
