import assert from 'node:assert/strict'
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
})
