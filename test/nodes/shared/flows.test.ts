import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { onFlows } from '../../../nodes/shared/flows.ts'

describe('nodes: when the flows start and stop', () => {
  it('is told to any number of nodes, in order, by one listener of the runtime', () => {
    const events = new EventEmitter()
    const told: string[] = []
    const forget = Array.from({ length: 12 }, (_, n) =>
      onFlows(events, {
        started: () => told.push(`${n} started`),
        stopping: () => told.push(`${n} stopping`),
      }),
    )
    assert.deepEqual([events.listenerCount('flows:started'), events.listenerCount('flows:stopping')], [1, 1])
    events.emit('flows:started', {})
    assert.deepEqual(
      told,
      Array.from({ length: 12 }, (_, n) => `${n} started`),
    )
    for (const each of forget.slice(1)) each()
    told.length = 0
    events.emit('flows:stopping', {})
    assert.deepEqual(told, ['0 stopping'])
  })

  it('is not told to those that have gone meanwhile', () => {
    const events = new EventEmitter()
    const told: string[] = []
    let forgetSecond = () => {}
    onFlows(events, {
      stopping() {
        told.push('first')
        forgetSecond()
      },
    })
    forgetSecond = onFlows(events, { stopping: () => told.push('second') })
    events.emit('flows:stopping', {})
    assert.deepEqual(told, ['first'])
  })
})
