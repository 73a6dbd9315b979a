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

  it('tells a deploy from a stop', () => {
    const events = new EventEmitter()
    const told: boolean[] = []
    onFlows(events, { stopping: ({ isDeploy }) => told.push(isDeploy) })
    const [first, second] = [{}, {}]
    events.emit('flows:started', { config: first })
    events.emit('flows:stopping', { config: second })
    events.emit('flows:started', { config: second })
    events.emit('flows:stopping', { config: second })
    assert.deepEqual(told, [true, false])
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
