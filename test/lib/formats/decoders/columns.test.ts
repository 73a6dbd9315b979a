import assert from 'node:assert/strict'
import type { ColumnsDecoder, Recogniser } from '../../../../lib/formats/model/definition.ts'
import { decoded, format, integer, number, text } from '../helper.ts'

describe('formats: decoder columns', () => {
  const three = [text('a', { from: 0 }), text('b', { from: 1 }), text('c', { from: 2 })]
  const split = (line: string, decoder: Partial<ColumnsDecoder> = {}, takes?: Recogniser) =>
    decoded(format({ kind: 'columns', ...decoder }, three, takes), line)

  const cases: Array<[line: string, expected: object | string, decoder?: Partial<ColumnsDecoder>]> = [
    ['1,2,3', { a: '1', b: '2', c: '3' }],
    ['1, 2 ,3,4,5', { a: '1', b: '2', c: '3' }],
    ['1,,3', { a: '1', b: '', c: '3' }],
    [',', { a: '', b: '' }],
    ['1,2', { a: '1', b: '2' }],
    ['1', 'unknown'],
    ['', 'unknown'],
    ['"x, y",2,"say ""no"""', { a: 'x, y', b: '2', c: 'say "no"' }],
    [' "x" , 2,3', { a: 'x', b: '2', c: '3' }],
    ['"",2,3', { a: '', b: '2', c: '3' }],
    ['a"b,2,3', { a: 'a"b', b: '2', c: '3' }],
    ["'x,y',2,3", { a: 'x,y', b: '2', c: '3' }, { quote: "'" }],
    ['"x,y",2', { a: '"x', b: 'y"', c: '2' }, { quote: '' }],
    ['1;2;3', { a: '1', b: '2', c: '3' }, { delimiter: ';' }],
    ['1\t\t3', { a: '1', b: '', c: '3' }, { delimiter: '\t' }],
    [' 1   2 \t 3 ', { a: '1', b: '2', c: '3' }, { delimiter: ' ' }],
    ['1 2 ', { a: '1', b: '2' }, { delimiter: ' ' }],
    ['"x y" 2 3', { a: 'x y', b: '2', c: '3' }, { delimiter: ' ' }],
    ['1 | 2 | 3', { a: '1', b: '2', c: '3' }, { delimiter: '|' }],
    ['1||2||3', { a: '1', b: '2', c: '3' }, { delimiter: '||' }],
  ]
  for (const [line, expected, decoder] of cases) {
    it(`${JSON.stringify(line)} ${JSON.stringify(decoder ?? {})}`, () => {
      assert.deepEqual(split(line, decoder), expected)
    })
  }

  it('rejects quotes that do not fit', () => {
    assert.deepEqual(split('1,"2,3'), [
      'decode: columns: found "\\"2,3" in column 1, expected the quote to be closed',
    ])
    assert.deepEqual(split('"1"x,2,3'), [
      'decode: columns: found "\\"1\\"x,2,3" in column 0, expected "," after the closing quote',
    ])
  })

  it('finds columns by their names, and does not take the header itself', () => {
    const decoder: ColumnsDecoder = { kind: 'columns', header: ['time', 'temp', 'humidity'] }
    const definition = format(decoder, [
      number('temp'),
      integer('humi', { from: 'humidity' }),
      number('t', { from: '0' }),
    ])
    assert.deepEqual(decoded(definition, '5,21.5,40'), { temp: 21.5, humi: 40, t: 5 })
    assert.equal(decoded(definition, 'time,temp,humidity'), 'unknown')
    assert.equal(decoded(definition, '"time", "temp" ,humidity'), 'unknown')
  })

  it('a prefix is cut off, or is itself the first column', () => {
    const takes = { prefix: 'WX' }
    assert.deepEqual(split('WX,1,2', {}, takes), { a: 'WX', b: '1', c: '2' })
    assert.deepEqual(split('WX', {}, takes), { a: 'WX' })
    assert.deepEqual(split('WX:1,2,3', {}, { prefix: 'WX:' }), { a: '1', b: '2', c: '3' })
    assert.deepEqual(split('WX 1,2', {}, takes), { a: '1', b: '2' })
    assert.equal(split('WY,1,2', {}, takes), 'unknown')
  })

  it('takes a line of one column where it asks for no more', () => {
    assert.deepEqual(decoded(format({ kind: 'columns' }, [number('v', { from: 0 })]), '21.5'), { v: 21.5 })
  })

  it('an empty column is a missing number', () => {
    const definition = format({ kind: 'columns' }, [
      number('a', { from: 0, required: true }),
      number('b', { from: 1 }),
    ])
    assert.deepEqual(decoded(definition, ' ,2'), ['required: a: found nothing at 0, expected a number'])
    assert.deepEqual(decoded(definition, '1,'), { a: 1 })
  })
})
