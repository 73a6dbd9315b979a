import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Node, NodeStatus } from 'node-red'
import { showStatus } from '../../../nodes/shared/show-status.ts'
import { FakeClock } from '../../support/fake-clock.ts'

describe('nodes: the status that is shown', () => {
  function start() {
    const clock = new FakeClock()
    const shown: string[] = []
    const node = Object.assign(new EventEmitter(), {
      status: (status: { fill?: string; text?: string }) =>
        shown.push(status.fill === undefined ? 'cleared' : `${status.fill} ${status.text}`),
    })
    let now: NodeStatus = {}
    const status = showStatus(node as unknown as Node, () => now, clock)
    const look = (fill: 'green' | 'blue' | 'red', text: string) => {
      now = { fill, shape: fill === 'red' ? 'ring' : 'dot', text }
      status.changed()
      clock.tick(500)
    }
    return { clock, shown, node, status, look }
  }

  it('sends nothing that is shown already', () => {
    const { shown, look } = start()
    for (const text of ['1', '1', '2', '2']) look('green', text)
    assert.deepEqual(shown, ['green 1', 'green 2'])
  })

  it('does not flicker between working states, but shows one that lasts', () => {
    const { clock, shown, look } = start()
    for (const n of [1, 2, 3]) {
      look('green', String(n))
      look('blue', String(n))
    }
    assert.deepEqual(shown, ['green 1', 'green 2', 'green 3'])
    clock.tick(500)
    assert.deepEqual(shown, ['green 1', 'green 2', 'green 3', 'blue 3'])
    look('blue', '4')
    assert.equal(shown.at(-1), 'blue 4')
  })

  it('shows red at once, and what follows it, too', () => {
    const { shown, look } = start()
    look('green', '1')
    look('red', 'gone')
    look('green', '2')
    assert.deepEqual(shown, ['green 1', 'red gone', 'green 2'])
  })

  it('is cleared when the node closes, and leaves no timer', () => {
    const { clock, shown, node, status, look } = start()
    look('green', '1')
    look('blue', '2')
    node.emit('close')
    status.changed()
    clock.tick(5_000)
    assert.deepEqual([shown, clock.timers], [['green 1', 'cleared'], 0])
  })
})
