import assert from 'node:assert/strict'
import type { FieldlogEvent } from '../../../../lib/event.ts'
import { lineProtocolWriter } from '../../../../lib/mqtt/message/line-protocol.ts'

const event: FieldlogEvent = {
  ...{ id: 'e-7', seq: 7, received: 1353196800062, time: 1353196800062, source: 'ttyUSB0', raw: 'OK "12"' },
  ...{ key: '12', device: 'kitchen', type: 'room', verdict: 'good', reasons: [], replayed: false },
  data: { temp: 18.2, humi: 59, door: 'open', lobat: false, gone: null },
}
const write = lineProtocolWriter('pi-4')

describe('line protocol', () => {
  it('has tags that tell the series, and the fields that have a value', () => {
    const tags = 'device=kitchen,gateway=pi-4,key=12,source=ttyUSB0,verdict=good'
    const fields = 'temp=18.2,humi=59,door="open",lobat=false'
    assert.equal(write(event), `room,${tags} ${fields} 1353196800062000000`)
  })

  it('escapes by the rules of names and of texts', () => {
    const odd = {
      ...event,
      type: 'my type',
      device: 'a, b=c\\',
      key: undefined,
      source: 'x',
    }
    const data = { 'a b': 'say "hi" \\ now' }
    assert.equal(
      lineProtocolWriter('pi 4')({ ...odd, data } as unknown as FieldlogEvent),
      'my\\ type,device=a\\,\\ b\\=c_,gateway=pi\\ 4,source=x,verdict=good a\\ b="say \\"hi\\" \\\\ now" 1353196800062000000',
    )
  })

  it('has the line as it came where there is no value', () => {
    const line = write({ ...event, data: undefined, verdict: 'rejected' } as unknown as FieldlogEvent)
    assert.match(line, /verdict=rejected raw="OK \\"12\\"" 1353196800062000000$/)
  })

  it('is an error of an event that another node has spoilt', () => {
    assert.throws(() => write({ ...event, data: { temp: Number.NaN } }), /the event was changed on its way/)
  })
})
