import assert from 'node:assert/strict'
import { parsePath } from '../../../../lib/formats/decoders/paths.ts'
import { clean, decoded, format, number, outcome, text } from '../helper.ts'

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

  describe('that is lenient', () => {
    const lenient = format({ kind: 'json', lenient: true }, [
      text('model'),
      number('t', { from: 'temperature_C', also: ['t'] }),
      text('id'),
    ])
    const lines: Array<[line: string, expected: unknown]> = [
      ['{"model" : "WH2", "id" : "7", "temperature_C" : 17.4}', { model: 'WH2', t: 17.4, id: '7' }],
      ['{"model" : "WH2", "temperature_C" : NaN}', { model: 'WH2' }],
      ['{"model" : "WH2", "temperature_C" : -nan,}', { model: 'WH2' }],
      ["{'model':'WH2',t:Infinity}", { model: 'WH2' }],
      ['{"t":0x1F}', ['type: t: found "0x1F", expected a number']],
      ['{"t":21.5,"id":007}', { t: 21.5, id: '007' }],
      ['{"t":21.5,"id":12345678901234567890}', { t: 21.5, id: '12345678901234567890' }],
      ['{"t":21.', ['decode: json: found the end of the line at character 8, expected , or }']],
      ['{"t":21.5} x', ['decode: json: found "x", expected an object or a list']],
      ['[1', ['decode: json: found the end of the line at character 2, expected , or ]']],
    ]
    for (const [line, expected] of lines) {
      it(line, () => assert.deepEqual(decoded(lenient, line), expected))
    }

    it('takes several objects of a line as an event each', () => {
      const result = outcome(lenient, '{"t":21.2}{"t":21.3}')
      assert.deepEqual(result.kind === 'clean' && result.events.map(({ data, part }) => [data, part]), [
        [{ t: 21.2 }, 1],
        [{ t: 21.3 }, 2],
      ])
      const single = outcome(lenient, '{"t":21.2}')
      assert.deepEqual(single.kind === 'clean' && single.events, [{ type: 'test', data: { t: 21.2 } }])
    })

    it('each with its own id', () => {
      const result = outcome(lenient, '{"eventId":1,"data":{"t":1}} {"eventId":2,"data":{"t":2}}')
      assert.deepEqual(result.kind === 'clean' && result.events.map(({ eventId, data }) => [eventId, data]), [
        [1, { t: 1 }],
        [2, { t: 2 }],
      ])
    })

    it('rejects them all where one is cut', () => {
      assert.equal(outcome(lenient, '{"t":21.2}{"t":21').kind, 'rejected')
    })

    it('takes the lists of all of them', () => {
      const definition = format({ kind: 'json', each: 'r', lenient: true }, [number('v')])
      const result = outcome(definition, '{"r":[{"v":1},{"v":2},]}{"r":[{"v":3}]}')
      assert.deepEqual(result.kind === 'clean' && result.events.map(({ data }) => data.v), [1, 2, 3])
      assert.deepEqual(decoded(definition, '{"r":[{"v":1}]}{"q":1}'), [
        'decode: json: found undefined at "r", expected a list with items',
      ])
    })

    it('without the option such lines are rejected', () => {
      const strict = format({ kind: 'json' }, [number('t')])
      assert.equal(outcome(strict, '{"t":NaN}').kind, 'rejected')
      assert.equal(outcome(strict, '{"t":1}{"t":2}').kind, 'rejected')
    })
  })
})
