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

  it('says of a late event that it is one, and of no other', () => {
    const json = write({ ...event, late: true, time: 1353196740062 })
    assert.ok(json.endsWith('"reasons":[],"replayed":false,"late":true}'), json)
    assert.ok(json.includes('"time":1353196740062,"received":1353196800062'), json)
    assert.equal('late' in (JSON.parse(write(event)) as object), false)
  })

  it('tells all devices apart, however many there are and whatever they are called', () => {
    const names = Array.from({ length: 3_000 }, (_, i) => `"${i}"\n`)
    for (const device of [...names, ...names, 'x'.repeat(10_000), '']) {
      const { source, key, type } = { source: `s${device}`, key: `k${device}`, type: `t${device}` }
      const written = JSON.parse(write({ ...event, source, key, device, type })) as FieldlogEvent
      assert.deepEqual(
        [written.source, written.key, written.device, written.type],
        [source, key, device, type],
      )
    }
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

  it('says which cluster it belongs to, where one is known', () => {
    const cluster = { label: -1, distance: 12.5, run: 3 }
    const parsed = JSON.parse(write({ ...event, cluster })) as Record<string, unknown>
    assert.deepEqual(parsed.cluster, cluster)
    assert.equal(Object.keys(parsed).join(' ').endsWith('reasons cluster replayed'), true)
  })

  it('says what is unsure, where something is', () => {
    const parsed = JSON.parse(write({ ...event, unsure: ['temp "spike"'] })) as Record<string, unknown>
    assert.deepEqual(parsed.unsure, ['temp "spike"'])
    assert.equal(Object.keys(parsed).join(' ').endsWith('reasons unsure replayed'), true)
  })

  it('refuses an event that another node has spoilt, and says why: never invalid JSON, never a silent null', () => {
    const cyclic: Record<string, unknown> = {}
    cyclic.self = cyclic
    const spoilt: Array<[object, RegExp]> = [
      [{ time: Number.NaN }, /event\.time is NaN/],
      [{ verdict: undefined }, /event\.verdict is missing, although the event was judged/],
      [{ verdict: 'go"od' }, /event\.verdict is "go\\"od"/],
      [{ received: new Date(5) }, /event\.received is a Date/],
      [{ data: { temp: Number.NaN } }, /event\.data\.temp is NaN/],
      [{ data: { at: new Date(5) } }, /event\.data\.at is a Date/],
      [{ data: { n: 5n } }, /event\.data\.n is a BigInt/],
      [{ data: cyclic }, /contains itself/],
      [{ reasons: [5n] }, /event\.reasons is a list, expected a list of texts/],
      [{ raw: undefined }, /event\.raw is missing/],
    ]
    for (const [change, reason] of spoilt) {
      for (const kind of ['event', 'data', 'raw'] as const) {
        const form = payloadForm(kind, 'pi-4')
        const wrong = { ...event, ...change } as FieldlogEvent
        assert.throws(() => form.write(wrong), reason, kind)
        assert.throws(() => form.write(wrong), /^Error: mqtt out: the event was changed on its way: /)
      }
    }
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
