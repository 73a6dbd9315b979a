import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { ConnectionQueue } from '../../../../lib/appliance/web/connection-queue.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'

/** A queue, and how many it let in, turn by turn. */
function setUp() {
  const clock = new FakeClock()
  const letIn: Socket[] = []
  const queue = new ConnectionQueue((socket) => letIn.push(socket), clock)
  const add = () => {
    const socket = new PassThrough() as unknown as Socket & PassThrough
    queue.add(socket)
    return socket
  }
  return { clock, letIn, add }
}

describe('appliance: ConnectionQueue', () => {
  it('lets sixteen in at a turn, when they have something to say', async () => {
    const { letIn, add } = setUp()
    add()
    for (let i = 0; i < 40; i++) add().write('x')
    const counts: number[] = []
    for (let turn = 0; turn < 6; turn++) {
      await settle(1)
      counts.push(letIn.length)
    }
    assert.deepEqual(
      [...new Set(counts)].filter((count) => count > 0),
      [16, 32, 40],
    )
    assert.equal(String(letIn[0]?.read()), 'x')
  })

  it('ends a connection that says nothing for a minute, and leaves the others theirs', async () => {
    const { clock, letIn, add } = setUp()
    const silent = add()
    const speaking = add()
    speaking.write('x')
    await settle()
    clock.tick(60_000)
    assert.deepEqual([silent.destroyed, speaking.destroyed], [true, false])
    assert.deepEqual(letIn, [speaking])
    await settle()
    assert.equal(clock.timers, 0)
  })

  it('takes no notice of one that has gone meanwhile', async () => {
    const { letIn, add, clock } = setUp()
    const gone = add()
    gone.write('x')
    gone.destroy(new Error('connection reset'))
    await settle()
    assert.deepEqual(letIn, [])
    assert.equal(clock.timers, 0)
  })

  it('hears the error of one that waits for its turn, and leaves errors to the server from then on', async () => {
    const { letIn, add } = setUp()
    const reset = add()
    reset.write('x')
    await once(reset, 'readable')
    assert.deepEqual([reset.listenerCount('error'), letIn], [1, []])
    reset.destroy(new Error('connection reset'))
    const other = add()
    other.write('x')
    await settle()
    assert.deepEqual(letIn, [other])
    assert.equal(other.listenerCount('error'), 0)
  })
})
