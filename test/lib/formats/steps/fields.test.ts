import assert from 'node:assert/strict'
import type { FieldDefinition } from '../../../../lib/formats/model/definition.ts'
import { clean, decoded, format, integer, number, text } from '../helper.ts'

const json = { kind: 'json' } as const

/** What a field `v` makes of a JSON value: the value, undefined where it is not there, or the reasons. */
function value(field: Partial<FieldDefinition>, found: unknown): unknown {
  const definition = format(json, [{ name: 'v', type: 'number', ...field }, number('always')])
  const result = decoded(definition, { v: found, always: 1 })
  return Array.isArray(result) ? result : (result as { v?: unknown }).v
}

describe('formats: types of fields', () => {
  const cases: Array<[Partial<FieldDefinition>, found: unknown, expected: unknown]> = [
    [{ type: 'number' }, 18.2, 18.2],
    [{ type: 'number' }, ' -1.5e3 ', -1500],
    [{ type: 'number' }, '+.5', 0.5],
    [{ type: 'number' }, '5.', 5],
    [{ type: 'number' }, -0, 0],
    [{ type: 'number' }, 2 ** 53, 2 ** 53],
    [{ type: 'number' }, '', undefined],
    [{ type: 'number' }, ' \t', undefined],
    [{ type: 'number' }, null, undefined],
    [{ type: 'number' }, '1,5', 'found "1,5", expected a number'],
    [{ type: 'number' }, '0x10', 'found "0x10", expected a number'],
    [{ type: 'number' }, 'NaN', 'found "NaN", expected a number'],
    [{ type: 'number' }, 'Infinity', 'found "Infinity", expected a number'],
    [{ type: 'number' }, '1e999', 'found "1e999", expected a number'],
    [{ type: 'number' }, Number.NaN, 'found NaN, expected a number'],
    [{ type: 'number' }, true, 'found true, expected a number'],
    [{ type: 'number' }, [1], 'found a list, expected a number'],
    [{ type: 'number' }, { a: 1 }, 'found an object, expected a number'],
    [{ type: 'number' }, '9'.repeat(500), `found "${'9'.repeat(40)}…", expected a number`],
    [{ type: 'integer' }, 5, 5],
    [{ type: 'integer' }, '5.0', 5],
    [{ type: 'integer' }, 5.5, 'found 5.5, expected a whole number'],
    [{ type: 'integer' }, 2 ** 53 - 1, 2 ** 53 - 1],
    [{ type: 'integer' }, 2 ** 53, 'found 9007199254740992, expected a whole number'],
    [{ type: 'boolean' }, true, true],
    [{ type: 'boolean' }, 0, false],
    [{ type: 'boolean' }, ' ON ', true],
    [{ type: 'boolean' }, 'no', false],
    [{ type: 'boolean' }, '', undefined],
    [{ type: 'boolean' }, 2, 'found 2, expected true or false'],
    [{ type: 'boolean' }, 'maybe', 'found "maybe", expected true or false'],
    [{ type: 'string' }, ' café ', ' café '],
    [{ type: 'string' }, '', ''],
    [{ type: 'string' }, 5, '5'],
    [{ type: 'string' }, false, 'false'],
    [{ type: 'string' }, {}, 'found an object, expected a text'],
    [{ type: 'time' }, '2012-11-30T00:00:00.062Z', 1354233600062],
    [{ type: 'time' }, '2012-02-30', undefined],
    [{ type: 'time', required: true }, '2012-02-30', 'found "2012-02-30", expected a time that exists'],
    [{ type: 'time', time: 's' }, '2012-11-30', undefined],
    [
      { type: 'time', time: 's', required: true },
      '2012-11-30',
      'found "2012-11-30", expected seconds since 1970',
    ],
    [{ type: 'time', default: 5 }, '00:00:00', 5],
    [{ type: 'time' }, Number.NaN, undefined],
  ]
  for (const [field, found, expected] of cases) {
    const shown = typeof found === 'string' ? JSON.stringify(found.slice(0, 30)) : String(found)
    it(`${field.required ? 'required ' : ''}${field.type} from ${shown}`, () => {
      const isReason = typeof expected === 'string' && expected.startsWith('found ')
      assert.deepEqual(
        value(field, found),
        isReason ? [`${field.type === 'time' ? 'time' : 'type'}: v: ${expected}`] : expected,
      )
    })
  }
})

describe('formats: scale, offset and decimals', () => {
  const cases: Array<[Partial<FieldDefinition>, found: number, expected: number]> = [
    [{ scale: 0.0005, decimals: 4 }, 3029, 1.5145],
    [{ scale: '0.5/1000', decimals: 4 }, 50776, 25.388],
    [{ scale: 0.1, decimals: 1 }, 182, 18.2],
    [{ scale: '1/10' }, 3, 0.3],
    [{ scale: '1/10' }, -123, -12.3],
    [{ scale: 2, offset: -40 }, 21, 2],
    [{ offset: 273.15, decimals: 2 }, 0.1, 273.25],
    [{ decimals: 2 }, 1.005, 1.01],
    [{ decimals: 1 }, -0.05, -0.1],
    [{ decimals: 1 }, -0.01, 0],
    [{ decimals: 0 }, 2.5, 3],
    [{ decimals: 15 }, 1e300, 1e300],
    [{ type: 'integer', scale: '100/255' }, 200, 78],
    [{ type: 'integer', scale: '100/255' }, 255, 100],
    [{ type: 'integer', scale: 0.5 }, -5, -3],
  ]
  for (const [field, found, expected] of cases) {
    it(`${found} by ${JSON.stringify(field)} is ${expected}`, () => {
      assert.equal(value(field, found), expected)
    })
  }

  it('rejects what grows too great', () => {
    assert.deepEqual(value({ scale: 1e300 }, 1e300), [
      'calibrate: v: found 1e+300, which is too great when scaled',
    ])
  })
})

describe('formats: required, default, computed, when, hidden', () => {
  const abc = (...fields: FieldDefinition[]) => format(json, [number('a'), number('b'), text('s'), ...fields])

  it('names every field for which a line is rejected', () => {
    const definition = format(json, [
      number('a', { required: true }),
      number('b', { required: true, from: 'x.b' }),
      integer('c'),
    ])
    assert.deepEqual(decoded(definition, { c: 'no' }), [
      'required: a: found nothing at "a", expected a number',
      'required: b: found nothing at "x.b", expected a number',
      'type: c: found "no", expected a whole number',
    ])
  })

  it('a default stands in for what is missing, not for what is wrong', () => {
    const definition = format(json, [
      number('a', { default: 5, required: true }),
      text('s', { default: '' }),
      number('z'),
    ])
    assert.deepEqual(decoded(definition, { z: 1 }), { a: 5, s: '', z: 1 })
    assert.deepEqual(decoded(definition, { a: 'x', z: 1 }), ['type: a: found "x", expected a number'])
  })

  it('computes from other fields, whatever their order', () => {
    const definition = format(json, [
      number('twice', { computed: 'sum * 2' }),
      number('sum', { computed: 'a + b', hidden: true }),
      number('a'),
      number('b', { hidden: true }),
    ])
    const data = clean(definition, { a: 1, b: 2.5 }).data
    assert.deepEqual(data, { twice: 7, a: 1 })
    assert.deepEqual(Object.keys(data), ['twice', 'a'])
  })

  it('leaves out what cannot be computed, or rejects where it is required', () => {
    const maybe = abc(number('c', { computed: 'a / b' }))
    assert.deepEqual(decoded(maybe, { a: 1, b: 0 }), { a: 1, b: 0 })
    assert.deepEqual(decoded(maybe, { a: 1 }), { a: 1 })
    const must = abc(number('c', { computed: 'a / b', required: true }))
    assert.deepEqual(decoded(must, { a: 1, b: 0 }), ['compute: c: the result is Infinity, expected a number'])
    assert.deepEqual(decoded(must, { a: 1 }), ['compute: c: b is missing, expected a number'])
    const wrongType = abc(number('c', { computed: 's', required: true }))
    assert.deepEqual(decoded(wrongType, { s: 'x' }), [
      'compute: c: found "x", expected a number, expected a number',
    ])
    const fallback = abc(number('c', { computed: 'a / b', default: -1 }))
    assert.deepEqual(decoded(fallback, { a: 1 }), { a: 1, c: -1 })
  })

  it('forgets the values of the line before', () => {
    const definition = abc(number('c', { computed: 'a + b' }))
    assert.deepEqual(decoded(definition, { a: 1, b: 2 }), { a: 1, b: 2, c: 3 })
    assert.deepEqual(decoded(definition, { a: 1 }), { a: 1 })
  })

  it('a field with a condition is there only when that is true', () => {
    const definition = abc(number('w', { when: 'a > 0', required: true }))
    assert.deepEqual(decoded(definition, { a: 1, w: 5 }), { a: 1, w: 5 })
    assert.deepEqual(decoded(definition, { a: 0, w: 'not looked at' }), { a: 0 })
    assert.deepEqual(decoded(definition, { a: 1 }), ['required: w: found nothing at "w", expected a number'])
    assert.deepEqual(decoded(definition, { w: 5 }), [
      'when: w: found that a is missing, expected true or false',
    ])
  })

  it('a condition that is not true or false leaves the field out', () => {
    assert.deepEqual(decoded(abc(number('w', { when: 'a' })), { a: 1, w: 5 }), { a: 1 })
    assert.deepEqual(decoded(abc(number('w', { when: 's > 1' })), { s: 'x', w: 5 }), { s: 'x' })
  })

  it('a condition may look at the field itself', () => {
    const definition = abc(number('w', { when: 'w != -999' }), number('twice', { computed: 'w * 2' }))
    assert.deepEqual(decoded(definition, { a: 1, w: -999 }), { a: 1 })
    assert.deepEqual(decoded(definition, { a: 1, w: 4 }), { a: 1, w: 4, twice: 8 })
  })

  it('an expression can tell what is missing by null', () => {
    const definition = abc(number('c', { computed: 'b == null ? a : a + b' }))
    assert.deepEqual(decoded(definition, { a: 1 }), { a: 1, c: 1 })
    assert.deepEqual(decoded(definition, { a: 1, b: 1 }), { a: 1, b: 1, c: 2 })
  })

  it('rejects an event of hidden fields alone', () => {
    const definition = format(json, [number('a', { hidden: true })])
    assert.deepEqual(decoded(definition, { a: 1 }), [
      'decode: fields: found none of them, expected one at least',
    ])
  })
})

describe('formats: key and time', () => {
  it('the key joins its fields', () => {
    const definition = format(
      json,
      [text('room'), integer('node', { hidden: true }), number('t')],
      undefined,
      {
        key: ['room', 'node'],
      },
    )
    assert.equal(clean(definition, { room: 'hall', node: 3, t: 1 }).key, 'hall.3')
    assert.equal(clean(definition, { node: 3, t: 1 }).key, '.3')
  })

  it('the time is the field that the format declares', () => {
    const definition = format(json, [{ name: 'at', type: 'time', hidden: true }, number('t')], undefined, {
      time: 'at',
    })
    assert.deepEqual(clean(definition, { at: 1354233600, t: 1 }), {
      type: 'test',
      data: { t: 1 },
      time: 1354233600000,
    })
    assert.deepEqual(clean(definition, { t: 1 }), { type: 'test', data: { t: 1 } })
  })

  it('a time that fails costs the reading neither its other fields nor its place: it counts as received', () => {
    const at = (rest: Partial<FieldDefinition>): FieldDefinition => ({ name: 'at', type: 'time', ...rest })
    for (const wrong of ['00:00', '2026-02-30', '2100-01-01', -5, 5e18, true, [], Number.NaN]) {
      const definition = format(json, [at({}), number('t')], undefined, { time: 'at' })
      assert.deepEqual(clean(definition, { at: wrong, t: 1 }), { type: 'test', data: { t: 1 } })
    }
    const needed = format(json, [at({ required: true }), number('t')], undefined, { time: 'at' })
    assert.deepEqual(decoded(needed, { at: '00:00', t: 1 }), [
      'time: at: found "00:00", expected a time that exists',
    ])
    const bounded = format(json, [at({ min: 1e12, range: 'reject' }), number('t')], undefined, { time: 'at' })
    assert.deepEqual(decoded(bounded, { at: 0, t: 1 }), [
      'range: at: found 1970-01-01T00:00:00.000Z, expected 2001-09-09T01:46:40.000Z or more',
    ])
  })
})
