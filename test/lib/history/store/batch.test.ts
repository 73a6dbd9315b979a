import assert from 'node:assert/strict'
import type { FieldlogEvent } from '../../../../lib/event.ts'
import { BatchMaker } from '../../../../lib/history/store/batch.ts'

const event: FieldlogEvent = {
  ...{ id: 'k3x9a7qd-12', seq: 12, received: 5, time: 7, source: 'ttyUSB0', raw: 'OK 12', replayed: false },
  ...{
    type: 'room',
    key: '3',
    device: 'kitchen',
    data: { temp: 21.5, low: true },
    verdict: 'good',
    rules: 'a1',
  },
}

const numbersOf = (maker: BatchMaker) => [...maker.take().numbers].slice(1)

describe('history: a batch for the worker thread', () => {
  it('has the numbers of events, and what they have in common once', () => {
    const maker = new BatchMaker((type, field) => (`${type}.${field}` === 'room.temp' ? { unit: '°C' } : {}))
    maker.add(event)
    maker.add({ ...event, id: 'k3x9a7qd-13', seq: 13, data: { temp: 22, low: false }, verdict: 'bad' })
    const { shapes, numbers, size, isFresh } = maker.take()
    assert.deepEqual([size, isFresh, shapes.length], [2, true, 1])
    const { id, ...shape } = shapes[0]!
    assert.deepEqual(shape, {
      ...{ type: 'room', source: 'ttyUSB0', key: '3', name: 'kitchen', epoch: 'k3x9a7qd', rules: 'a1' },
      fields: [
        { name: 'temp', kind: 'number', unit: '°C' },
        { name: 'low', kind: 'boolean' },
      ],
    })
    assert.deepEqual([...numbers], [id, 7, 12, 0, 1, -1, 21.5, 1, id, 7, 13, 0, 2, -1, 22, 0])
    maker.add(event)
    assert.deepEqual(maker.take().shapes, [])
  })

  it('has texts, lists, reasons and flags as JSON, and nothing for null', () => {
    const maker = new BatchMaker()
    const data = { state: 'auto', temp: null, list: [1, 2] as unknown as string }
    maker.add({ ...event, data, verdict: 'bad', reasons: ['spike: temp: 9'], flags: { spike: 4 } })
    const { texts, numbers, shapes } = maker.take()
    assert.deepEqual(texts, ['{"state":"auto","list":[1,2]}', '["spike: temp: 9"]', '{"spike":4}'])
    assert.deepEqual([...numbers].slice(5), [0, Number.NaN, Number.NaN, Number.NaN])
    assert.deepEqual(
      shapes[0]?.fields.map(({ kind }) => kind),
      ['text', 'none', 'text'],
    )
  })

  it('has flags that many events share once', () => {
    const maker = new BatchMaker()
    const places = () => [...maker.take().numbers].filter((_, at) => at % 8 === 5)
    for (const spike of [1, 4, 1, 1] as const) maker.add({ ...event, flags: { spike } })
    maker.add({ ...event, flags: { spike: 1 }, reasons: ['hot'] })
    assert.deepEqual(places(), [0, 3, 0, 0, 6])
    maker.add({ ...event, flags: { spike: 4 } })
    assert.deepEqual(maker.take().texts, [null, null, '{"spike":4}'])
  })

  it('takes the parts of a line, and what was derived from an entry, by their ids', () => {
    const maker = new BatchMaker()
    maker.add({ ...event, id: 'k3x9a7qd-12.3' })
    assert.deepEqual(numbersOf(maker).slice(0, 3), [7, 12, 3])
    maker.add({ ...event, id: 'k3x9a7qd-9-span' })
    assert.deepEqual(numbersOf(maker).slice(0, 3), [7, 9, -1])
    maker.add({ ...event, id: '-12' })
    assert.deepEqual(numbersOf(maker).slice(0, 3), [7, 12, 0])
    assert.throws(() => maker.add({ ...event, id: 'something else' }), /a journal gives <epoch>-<seq>/)
    assert.equal(maker.size, 0)
  })

  it('has what was rejected, or what no format takes, apart', () => {
    const maker = new BatchMaker()
    const { data: _data, verdict: _verdict, type: _type, ...unknown } = event
    maker.add({ ...event, verdict: 'rejected', reasons: ['range: temp: 99'] })
    maker.add(unknown)
    const { rejects, numbers } = maker.take()
    const place = { epoch: 'k3x9a7qd', seq: 12, sub: 0, time: 7, source: 'ttyUSB0', raw: 'OK 12' }
    assert.deepEqual(rejects, [
      { ...place, type: 'room', reasons: '["range: temp: 99"]' },
      { ...place, type: null, reasons: '[]' },
    ])
    assert.equal(numbers.length, 0)
  })

  it('knows the shapes of a device again that come in turn, and its flags', () => {
    const maker = new BatchMaker()
    const others: Array<Partial<FieldlogEvent>> = Array.from({ length: 20 }, (_, i) => ({
      ...event,
      type: `type ${i}`,
      flags: { [`rule ${i}`]: 1 },
    }))
    for (let round = 0; round < 3; round++) for (const other of others) maker.add({ ...event, ...other })
    const { shapes, texts, size } = maker.take()
    assert.deepEqual(
      shapes.map(({ type }) => type),
      others.map(({ type }) => type),
    )
    assert.deepEqual([texts.length, size], [60, 60])
    assert.deepEqual(texts.slice(57), [null, null, '{"rule 19":1}'])
  })

  it('is of another shape when name, epoch, rules or fields change', () => {
    const maker = new BatchMaker()
    const others: Array<Partial<FieldlogEvent>> = [
      { device: 'hall' },
      { id: 'zzzzzzzz-12' },
      { rules: 'b2' },
      { data: { temp: 21.5 } },
      { data: { temp: 'high', low: true } },
    ]
    for (const other of [{}, ...others, {}]) maker.add({ ...event, ...other })
    assert.equal(maker.take().shapes.length, 6)
  })
})
