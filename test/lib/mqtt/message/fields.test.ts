import assert from 'node:assert/strict'
import type { FieldlogEvent } from '../../../../lib/event.ts'
import { fieldMessages, whenAll } from '../../../../lib/mqtt/message/fields.ts'

function event(rest: Partial<FieldlogEvent>): FieldlogEvent {
  const place = {
    id: 'k3x9a7qd-7',
    seq: 7,
    received: 1,
    time: 1,
    source: 'ttyUSB0',
    raw: 'a \\xff',
    replayed: false,
  }
  return { ...place, ...rest }
}

describe('an event as a message for each field', () => {
  it('has the bare values, each under an id of its own', () => {
    const data = { temp: 18.2, open: true, moved: false, text: 'on "time"', none: null, count: 0, empty: '' }
    assert.deepEqual(fieldMessages(event({ data, verdict: 'good', reasons: [] })), [
      { field: 'temp', id: 'k3x9a7qd-7:temp', payload: '18.2' },
      { field: 'open', id: 'k3x9a7qd-7:open', payload: 'true' },
      { field: 'moved', id: 'k3x9a7qd-7:moved', payload: 'false' },
      { field: 'text', id: 'k3x9a7qd-7:text', payload: 'on "time"' },
      { field: 'count', id: 'k3x9a7qd-7:count', payload: '0' },
      { field: 'empty', id: 'k3x9a7qd-7:empty', payload: '' },
    ])
  })

  it('gives the line where there is no data: of a rejected event, or one that was not cleaned', () => {
    const raw = [{ field: 'raw', id: 'k3x9a7qd-7:raw', payload: Buffer.from([0x61, 0x20, 0xff]) }]
    assert.deepEqual(fieldMessages(event({})), raw)
    assert.deepEqual(fieldMessages(event({ data: {} })), raw)
    assert.deepEqual(fieldMessages(event({ data: { temp: null } })), raw)
    assert.deepEqual(fieldMessages(event({ verdict: 'rejected', reasons: ['range: temp: …'] })), raw)
  })

  it('refuses what another node has spoilt', () => {
    assert.throws(() => fieldMessages(event({ data: { temp: Number.NaN } })), /event.data.temp is NaN/)
  })

  it('is settled when its last message is, once, with the first error', () => {
    const outcomes: string[] = []
    const tell = (error?: Error) => void outcomes.push(error?.message ?? 'done')
    const each = whenAll(3, tell)
    each()
    each(new Error('humi: refused'))
    assert.equal(outcomes.length, 0)
    each(new Error('later'))
    assert.deepEqual(outcomes, ['humi: refused'])
    const others = whenAll(2, tell)
    others()
    assert.equal(outcomes.length, 1)
    others()
    assert.deepEqual(outcomes, ['humi: refused', 'done'])
  })
})
