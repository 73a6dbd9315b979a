import assert from 'node:assert/strict'
import { checkDefinition } from '../../../../lib/formats/check/check.ts'
import type { FormatDefinition } from '../../../../lib/formats/model/definition.ts'
import { decoded, format, integer, number, text } from '../helper.ts'

const colons = { kind: 'key-values' } as const
const equals = { kind: 'key-values', pairSeparator: ' ', valueSeparator: '=' } as const

describe('formats: decoder key-values', () => {
  const emon = format(
    colons,
    [integer('MSG'), number('Vrms'), integer('P1'), integer('E1'), integer('pulse')],
    { prefix: 'MSG' },
  )

  it('reads an emonTx line, whose prefix is a key itself', () => {
    assert.deepEqual(decoded(emon, 'MSG:71923,Vrms:246.78,P1:157,E1:16346,pulse:15'), {
      MSG: 71923,
      Vrms: 246.78,
      P1: 157,
      E1: 16346,
      pulse: 15,
    })
    assert.equal(decoded(emon, 'Vrms:246.78,P1:157'), 'unknown')
  })

  const cases: Array<[string, object | string]> = [
    ['a=1 b=2', { a: 1, b: '2' }],
    ['  a=1 \t  b=2  ', { a: 1, b: '2' }],
    ['b=x=y a=1', { a: 1, b: 'x=y' }],
    ['note a=1', { a: 1 }],
    ['a=1 note', { a: 1 }],
    ['a=1 a=2', { a: 2 }],
    ['c=1 b=', { b: '' }],
    ['c=1 d=2', 'unknown'],
    ['A=1', 'unknown'],
    ['=1', 'unknown'],
    ['a', 'unknown'],
    ['', 'unknown'],
  ]
  for (const [line, expected] of cases) {
    it(`spaces between the pairs: "${line}"`, () => {
      assert.deepEqual(decoded(format(equals, [number('a'), text('b')]), line), expected)
    })
  }

  it('separators may be of several characters', () => {
    const definition = format({ kind: 'key-values', pairSeparator: '; ', valueSeparator: ' -> ' }, [
      number('a'),
      text('b', { from: 'long key' }),
    ])
    assert.deepEqual(decoded(definition, 'a -> 1; long key -> x;y'), { a: 1, b: 'x;y' })
  })

  it('a space may stand between key and value', () => {
    const definition = format({ kind: 'key-values', valueSeparator: ' ' }, [number('t'), number('h')])
    assert.deepEqual(decoded(definition, 't 21.5, h   40'), { t: 21.5, h: 40 })
  })

  it('cuts off a prefix that is no key', () => {
    const definition = format(colons, [number('a'), number('b')], { prefix: 'WX ' })
    assert.deepEqual(decoded(definition, 'WX a:1,b:2'), { a: 1, b: 2 })
    assert.deepEqual(decoded(definition, 'WX c:1'), [
      'decode: fields: found none of them, expected one at least',
    ])
  })

  it('two fields may come from one key', () => {
    const definition = format(colons, [
      number('watt', { from: 'P' }),
      number('kilowatt', { from: 'P', scale: '1/1000' }),
    ])
    assert.deepEqual(decoded(definition, 'P:157'), { watt: 157, kilowatt: 0.157 })
  })

  it('is linear on a long line without what it looks for', () => {
    const definition = format(equals, [number('a')])
    assert.equal(decoded(definition, `${'x '.repeat(1_000_000)}=`), 'unknown')
    assert.deepEqual(decoded(definition, `${'x=y '.repeat(300_000)}a=1`), { a: 1 })
  })

  describe('blanks around the value separator', () => {
    const spaced: Array<[line: string, expected: unknown]> = [
      ['a = 21.5 b = x', { a: 21.5, b: 'x' }],
      ['a= 21.5   b =x', { a: 21.5, b: 'x' }],
      ['a= b=x', { b: 'x' }],
      ['a = b = x', { b: 'x' }],
      ['note a = 21.5 rest', { a: 21.5 }],
      ['a=+  1.234 b=x', { a: 1.234, b: 'x' }],
      ['a = - 3', { a: -3 }],
      ['b = y= a=1', { a: 1, b: '' }],
    ]
    for (const [line, expected] of spaced) {
      it(line, () => assert.deepEqual(decoded(format(equals, [number('a'), text('b')]), line), expected))
    }
  })

  describe('a decimal comma where commas separate the pairs', () => {
    const line = 'Temp: 21,5°C, Hum: 48,2 %'
    const climate = (rest: object) =>
      format(colons, [number('Temp', { unit: '°C' }), number('Hum', { unit: '%' })], undefined, rest)

    it("is the number's where the format takes both marks, and never cuts it", () => {
      assert.deepEqual(decoded(climate({ decimal: 'any' }), line), { Temp: 21.5, Hum: 48.2 })
      assert.deepEqual(decoded(climate({}), line), [
        'type: Temp: found "21,5°C", expected a number',
        'type: Hum: found "48,2 %", expected a number',
      ])
    })

    it('is read with a separator that is another one', () => {
      const definition = { ...climate({ decimal: ',' }), decoder: { ...colons, pairSeparator: ', ' } }
      assert.deepEqual(checkDefinition(definition), [])
      assert.deepEqual(decoded(definition, line), { Temp: 21.5, Hum: 48.2 })
    })

    const problems: Array<[rest: Partial<FormatDefinition>, expected: string]> = [
      [{ decimal: ',' }, 'decimal: "," stands between the pairs, too, expected another sign there'],
      [{ thousands: ',' }, 'thousands: "," stands between the pairs, too, expected another sign there'],
      [
        { fields: [number('t', { decimal: ',' })] },
        'fields[0].decimal: "," stands between the pairs, too, expected another sign there',
      ],
      [
        { decimal: ',', decoder: { kind: 'columns' }, fields: [number('t', { from: 0 })] },
        'decimal: "," stands between the columns, too, expected another sign there',
      ],
    ]
    for (const [rest, expected] of problems) {
      it(expected, () => {
        const found = checkDefinition({ ...climate({}), ...rest })
        assert.deepEqual(
          found.map(({ path, text: told }) => `${path}: ${told}`),
          [expected],
        )
      })
    }

    it('digits that are keys are no fractions', () => {
      const definition = format(colons, [number('one', { from: '1' }), number('two', { from: '2' })])
      assert.deepEqual(decoded(definition, '1:5,2:7'), { one: 5, two: 7 })
    })
  })

  describe('quotes', () => {
    const quoted = { ...colons, quote: '"' } as const
    const lines: Array<[line: string, expected: unknown]> = [
      ['a:"1",b:"x,y:z"', { a: 1, b: 'x,y:z' }],
      ['b: "say ""hi""" ,a:2', { a: 2, b: 'say "hi"' }],
      ['a:1,b:x"y', { a: 1, b: 'x"y' }],
      ['a:1,b:""', { a: 1, b: '' }],
      ['a:1,b:"x', ['decode: key-values: found "\\"x", expected the quote to be closed']],
      ['a:1,b:"x"y', ['decode: key-values: found "\\"x\\"y", expected "," after the closing quote']],
    ]
    for (const [line, expected] of lines) {
      it(line, () => assert.deepEqual(decoded(format(quoted, [number('a'), text('b')]), line), expected))
    }

    it('are text where the format has none', () => {
      assert.deepEqual(decoded(format(colons, [text('b')]), 'b:"x"'), { b: '"x"' })
    })

    it('may be between blanks', () => {
      const definition = format({ ...equals, quote: "'" }, [number('a'), text('b')])
      assert.deepEqual(decoded(definition, "b = 'x y' a=1"), { a: 1, b: 'x y' })
    })
  })

  it('is linear with commas between digits, quotes, and blanks, too', () => {
    const definition = format({ ...colons, quote: '"' }, [text('a'), number('z')])
    assert.deepEqual(decoded(definition, `z:1,a:${'1,'.repeat(500_000)}`), {
      a: `${'1,'.repeat(500_000).slice(0, -1)}`,
      z: 1,
    })
    assert.deepEqual(decoded(definition, `z:1,a:"${'""'.repeat(500_000)}"`), { a: '"'.repeat(500_000), z: 1 })
    assert.deepEqual(decoded(format(equals, [number('z')]), `z=1 ${'a = '.repeat(300_000)}`), { z: 1 })
  })
})
