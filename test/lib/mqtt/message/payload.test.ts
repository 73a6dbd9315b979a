import assert from 'node:assert/strict'
import type { FieldlogEvent } from '../../../../lib/event.ts'
import { payloadForm, payloadWriter } from '../../../../lib/mqtt/message/payload.ts'

const write = payloadWriter('pi-4')
const event: FieldlogEvent = {
  id: 'k3x9a7qd-812345',
  seq: 812345,
  time: 1353196800062,
  received: 1353196800062,
  source: 'ttyUSB0',
  raw: 'OK 12 1 118 182 0',
  type: 'room',
  data: { light: 0, moved: 0, humi: 59, temp: 18.2, lobat: 0 },
  verdict: 'good',
  reasons: [],
  flags: { warm: 1 },
  rules: 'a1b2',
  replayed: false,
}

describe('mqtt payload', () => {
  it('writes the keys of a good event in their order', () => {
    assert.equal(
      write(event),
      '{"id":"k3x9a7qd-812345","seq":812345,"time":1353196800062,"received":1353196800062,"gateway":"pi-4",' +
        '"source":"ttyUSB0","type":"room","data":{"light":0,"moved":0,"humi":59,"temp":18.2,"lobat":0},' +
        '"verdict":"good","reasons":[],"replayed":false}',
    )
  })

  it('has the eventId where the event has one', () => {
    const keys = Object.keys(JSON.parse(write({ ...event, eventId: 7 })) as object)
    const order = 'id seq time received gateway source type eventId data verdict reasons replayed'
    assert.equal(keys.join(' '), order)
    assert.equal((JSON.parse(write({ ...event, eventId: '"7' })) as { eventId: unknown }).eventId, '"7')
  })

  it('gives raw and reasons of a rejected event, and no data', () => {
    const reasons = ['packet: temp: "x" is not a number']
    const rejected = { ...event, raw: 'OK \\x00 "', verdict: 'rejected' as const, reasons, replayed: true }
    assert.equal(
      write(rejected),
      '{"id":"k3x9a7qd-812345","seq":812345,"time":1353196800062,"received":1353196800062,"gateway":"pi-4",' +
        '"source":"ttyUSB0","type":"room","raw":"OK \\\\x00 \\"","verdict":"rejected",' +
        '"reasons":["packet: temp: \\"x\\" is not a number"],"replayed":true}',
    )
  })

  it('gives raw of an event that nothing has cleaned', () => {
    const { type: _type, data: _data, verdict: _verdict, reasons: _reasons, ...logged } = event
    assert.deepEqual(JSON.parse(write(logged)), {
      id: 'k3x9a7qd-812345',
      seq: 812345,
      time: 1353196800062,
      received: 1353196800062,
      gateway: 'pi-4',
      source: 'ttyUSB0',
      raw: 'OK 12 1 118 182 0',
      reasons: [],
      replayed: false,
    })
  })

  it('can be the data alone, or the line byte by byte', () => {
    const base = { id: 'e-1', seq: 1, time: 1, received: 1, source: 's', replayed: false }
    const line = { ...base, raw: 'a\\x00\\xff' }
    const structured = { ...base, raw: '{"eventId":7,"text":"a\\\\x41"}' }
    const cleaned = { ...base, raw: 'OK 12', data: { temp: 18.2 } }
    const data = payloadForm('data', 'gw')
    const raw = payloadForm('raw', 'gw')
    assert.deepEqual(raw.write(line), Buffer.from([0x61, 0, 0xff]))
    assert.equal(raw.write(structured), structured.raw)
    assert.equal(raw.write(cleaned), 'OK 12')
    assert.deepEqual([data.write(cleaned), data.write(structured)], ['{"temp":18.2}', structured.raw])
    assert.deepEqual([data.contentType, raw.contentType], ['application/json', undefined])
  })
})
