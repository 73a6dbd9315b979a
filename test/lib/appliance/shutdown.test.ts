import assert from 'node:assert/strict'
import { Shutdown } from '../../../lib/appliance/shutdown.ts'
import { FakeClock } from '../../support/fake-clock.ts'

function subject() {
  const said: string[] = []
  const exits: number[] = []
  const clock = new FakeClock()
  const shutdown = new Shutdown({
    limit: 9000,
    log: (text) => said.push(text),
    exit: (status) => exits.push(status),
    clock,
  })
  return { shutdown, said, exits, clock }
}

describe('appliance shutdown', () => {
  it('stops what was started last first, one after the other, then exits', async () => {
    const { shutdown, exits } = subject()
    const order: string[] = []
    shutdown.add('broker', () => order.push('broker'))
    shutdown.add('flow', async () => {
      order.push('flow begins')
      await new Promise(setImmediate)
      order.push('flow ended')
    })
    assert.equal(shutdown.stopping, false)
    const stopped = shutdown.stop(0)
    assert.equal(shutdown.stopping, true)
    await stopped
    assert.deepEqual(order, ['flow begins', 'flow ended', 'broker'])
    assert.deepEqual(exits, [0])
  })

  it('does everything once, however often it is asked', async () => {
    const { shutdown, exits } = subject()
    let stops = 0
    shutdown.add('flow', () => stops++)
    await Promise.all([shutdown.stop(0), shutdown.stop(0), shutdown.stop(1)])
    assert.equal(stops, 1)
    assert.deepEqual(exits, [0])
  })

  it('goes on after a step that fails, and says so', async () => {
    const { shutdown, said, exits } = subject()
    let stopped = false
    shutdown.add('broker', () => {
      stopped = true
    })
    shutdown.add('flow', () => Promise.reject(new Error('stuck node')))
    await shutdown.stop(1)
    assert.equal(stopped, true)
    assert.deepEqual(said, ['stopping flow failed: stuck node'])
    assert.deepEqual(exits, [1])
  })

  it('ends without the step that hangs when the time is over', async () => {
    const { shutdown, said, exits, clock } = subject()
    shutdown.add('flow', () => new Promise(() => {}))
    void shutdown.stop(0)
    await clock.advance(8999)
    assert.deepEqual([said, exits], [[], []])
    await clock.advance(1)
    assert.deepEqual(said, ['flow did not stop within 9 s; ending without it'])
    assert.deepEqual(exits, [0])
  })
})
