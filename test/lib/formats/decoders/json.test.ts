import assert from 'node:assert/strict'
import { parsePath } from '../../../../lib/formats/decoders/paths.ts'
import { clean, decoded, format, number, text } from '../helper.ts'

const json = { kind: 'json' } as const

describe('formats: decoder json', () => {
  const nested = format(json, [
    number('temp', { from: 'sensor.temp' }),
    number('first', { from: 'list[0].v' }),
    text('odd', { from: 'a\\.b' }),
  ])

  it('rejects a text that is too long to be parsed in time', () => {
    const definition = format(json, [number('temp')])
    const long = (length: number) => `{"temp":5${' '.repeat(length - 10)}}`
    assert.deepEqual(decoded(definition, long(1_000_000)), { temp: 5 })
    assert.deepEqual(decoded(definition, long(1_000_001)), [
      'decode: json: found 1000001 characters, expected 1000000 at most',
    ])
  })

  it('follows paths into text and into structured events', () => {
    const value = { sensor: { temp: 21.5 }, list: [{ v: 3 }], 'a.b': 'x' }
    const data = { temp: 21.5, first: 3, odd: 'x' }
    assert.deepEqual(decoded(nested, JSON.stringify(value)), data)
    assert.deepEqual(decoded(nested, `  ${JSON.stringify(value)} `), data)
    assert.deepEqual(decoded(nested, value), data)
  })

  it('leaves out what is null or not there', () => {
    assert.deepEqual(decoded(nested, { sensor: { temp: null }, list: [{ v: 1 }] }), { first: 1 })
    assert.deepEqual(decoded(nested, { sensor: 5, list: 'text', 'a.b': 'y' }), { odd: 'y' })
  })

  it('sees own properties only', () => {
    const definition = format(json, [
      text('a', { from: 'constructor.name' }),
      text('b', { from: '__proto__.x' }),
      number('c', { from: 'text.length' }),
      text('d', { from: 'toString' }),
      number('e'),
    ])
    assert.deepEqual(decoded(definition, { e: 1, text: 'abc' }), { e: 1 })
    assert.deepEqual(decoded(definition, '{"__proto__":{"x":"own"},"e":2}'), { b: 'own', e: 2 })
  })

  it('takes the data of {eventId, data}, and keeps the id', () => {
    const definition = format(json, [number('rpm')])
    const event = { type: 'test', data: { rpm: 1400 }, eventId: 7 }
    assert.deepEqual(clean(definition, { eventId: 7, data: { rpm: 1400 } }), event)
    assert.deepEqual(clean(definition, { event_id: 7, data: { rpm: 1400 } }), event)
    assert.deepEqual(clean(definition, '{"eventId":7,"data":{"rpm":1400}}'), event)
    assert.equal(clean(definition, { eventId: 'p-1', data: { rpm: 1 } }).eventId, 'p-1')
    assert.equal(clean(definition, { eventId: { odd: 1 }, data: { rpm: 1 }, rpm: 3 }).eventId, undefined)
    assert.deepEqual(clean(definition, { eventId: 7, rpm: 3 }), { type: 'test', data: { rpm: 3 } })
  })

  it('cuts a prefix off', () => {
    const definition = format(json, [number('a')], { prefix: 'DATA ' })
    assert.deepEqual(decoded(definition, 'DATA {"a":1}'), { a: 1 })
    assert.equal(decoded(definition, '{"a":1}'), 'unknown')
    assert.equal(decoded(definition, { a: 1 }), 'unknown')
    assert.equal(decoded(definition, 'DATA a=1'), 'unknown')
  })

  it('rejects text that begins as JSON and is none', () => {
    const [reason] = decoded(format(json, [number('a')]), '{"a":1') as string[]
    assert.match(reason as string, /^decode: json: found .+, expected JSON$/)
  })

  it('does not take other values', () => {
    const definition = format(json, [number('a')])
    for (const value of ['12', '"a"', 'true', '', 'x{}', 5, true, null, undefined]) {
      assert.equal(decoded(definition, value), 'unknown', String(value))
    }
  })

  it('rejects an object that has none of the fields', () => {
    const none = ['decode: fields: found none of them, expected one at least']
    assert.deepEqual(decoded(format(json, [number('a')]), { b: 1 }), none)
    assert.deepEqual(decoded(format(json, [number('a')]), '[]'), none)
  })

  const paths: Array<[string, string[]]> = [
    ['a', ['a']],
    ['a.b.c', ['a', 'b', 'c']],
    ['a[0].b', ['a', '0', 'b']],
    ['[1][2].x', ['1', '2', 'x']],
    ['a\\.b.c\\[0\\]', ['a.b', 'c[0]']],
    ['a..b', ['a', '', 'b']],
    ['', ['']],
  ]
  for (const [path, steps] of paths) {
    it(`path ${path}`, () => {
      assert.deepEqual(parsePath(path), steps)
    })
  }
})
