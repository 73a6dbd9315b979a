import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Node, NodeAPI } from 'node-red'
import { takeWatchSeat, watchedDevices } from '../../../nodes/devices/registry.ts'

describe('the watches of a runtime', () => {
  it('are forgotten when the flows start without a user of theirs, and kept through a deploy', async () => {
    const events = new EventEmitter()
    const RED = { events, nodes: { eachNode: () => {}, getNode: () => null } } as unknown as NodeAPI
    const user = (id: string) => ({ id, warn: () => {} }) as unknown as Node
    const hear = ({ watch }: ReturnType<typeof takeWatchSeat>, key: string) =>
      watch.hear({ seq: 1, id: 'k3x9a7qd-1' }, { source: 's', type: 'room', key, received: 1_000 })
    const heard = () => watchedDevices(RED).map(({ key }) => key)
    const first = takeWatchSeat(RED, user('one'), undefined)
    const second = takeWatchSeat(RED, user('two'), undefined)
    hear(first, '1')
    hear(second, '2')
    // both nodes are replaced; the second one has another journal behind it, and so another watch
    await first.leave(false)
    await second.leave(false)
    assert.deepEqual(heard(), ['1', '2'])
    const onStart = () => {
      events.off('flows:started', onStart)
      hear(takeWatchSeat(RED, user('one'), undefined), '3')
    }
    events.on('flows:started', onStart)
    events.emit('flows:started', {})
    await Promise.resolve()
    assert.deepEqual(heard().sort(), ['1', '3'])
    await takeWatchSeat(RED, user('one'), undefined).leave(true)
    assert.deepEqual(heard(), [])
  })
})
