import assert from 'node:assert/strict'
import type { Decoder, FormatDefinition, Recogniser } from '../../../lib/formats/model/definition.ts'
import { decoded, integer, number, outcome, text } from './helper.ts'

function taking(takes: Recogniser, decoder: Decoder, rest: Partial<FormatDefinition> = {}): FormatDefinition {
  return { type: 'test', takes, decoder, fields: [number('V'), text('model')], ...rest }
}

describe('formats: which format takes a line', () => {
  it('a prefix that is a whole word takes no longer one', () => {
    const voltage = (word: boolean) =>
      taking({ prefix: 'V', word }, { kind: 'key-values', valueSeparator: '\t' })
    assert.deepEqual(decoded(voltage(true), 'V\t52590'), { V: 52590 })
    assert.equal(decoded(voltage(true), 'VPV\t61770'), 'unknown')
    assert.equal(decoded(voltage(true), 'V_1\t61770'), 'unknown')
    assert.deepEqual(decoded(voltage(false), 'VPV\t61770'), [
      'decode: fields: found none of them, expected one at least',
    ])
  })

  it('a place can have to hold one of several values, or match a pattern', () => {
    const of = (where: Recogniser['where']) => taking({ where: where as never }, { kind: 'json' })
    const acurite = of([{ from: 'model', is: ['Acurite-606TX', 'Acurite-609TXC'] }])
    assert.deepEqual(decoded(acurite, '{"model":"Acurite-606TX","V":3}'), { V: 3, model: 'Acurite-606TX' })
    assert.equal(decoded(acurite, '{"model":"Bresser","V":3}'), 'unknown')
    assert.equal(decoded(acurite, '{"V":3}'), 'unknown')
    assert.equal(decoded(acurite, '{"model":"Acurite-606TX","V":3'), 'unknown')
    const both = of([
      { from: 'model', matches: '^Acurite' },
      { from: 'sub.id', is: [7] },
    ])
    assert.deepEqual(decoded(both, '{"model":"Acurite-5n1","V":3,"sub":{"id":7}}'), {
      V: 3,
      model: 'Acurite-5n1',
    })
    assert.equal(decoded(both, '{"model":"Acurite-5n1","V":3,"sub":{"id":8}}'), 'unknown')
    assert.equal(decoded(both, '{"model":["Acurite"],"V":3,"sub":{"id":7}}'), 'unknown')
  })

  it('places are columns, keys, tags, groups and bytes, as those of fields', () => {
    const where = [{ from: 1, is: ['WX'] }]
    const columns = taking({ where }, { kind: 'columns' }, { fields: [number('V', { from: 0 })] })
    assert.deepEqual(decoded(columns, '5,WX'), { V: 5 })
    assert.equal(decoded(columns, '5,WY'), 'unknown')
    const packet = taking(
      { where: [{ from: 0, is: [1] }] },
      { kind: 'packet' },
      { fields: [integer('b', { from: 1 })] },
    )
    assert.deepEqual(decoded(packet, 'OK 9 1 5'), { b: 5 })
    assert.equal(decoded(packet, 'OK 9 2 5'), 'unknown')
    const tagged = taking(
      { where: [{ from: 'T[1]', matches: '^x' }] },
      { kind: 'tagged' },
      { fields: [number('T')] },
    )
    assert.deepEqual(decoded(tagged, 'T(5)(xy)'), { T: 5 })
    assert.equal(decoded(tagged, 'T(5)(yx)'), 'unknown')
  })

  it('counts columns and bytes', () => {
    const columns = taking({ columns: [2, 3] }, { kind: 'columns' }, { fields: [number('V', { from: 0 })] })
    assert.deepEqual(
      ['5', '5,6', '5,"6,7"', '5,6,7', '5,6,7,8'].map((line) => outcome(columns, line).kind),
      ['unknown', 'clean', 'clean', 'clean', 'unknown'],
    )
    const bytes = taking({ bytes: [2, 3] }, { kind: 'packet' }, { fields: [integer('b', { from: 0 })] })
    assert.deepEqual(
      ['OK 9 1', 'OK 9 1 2', 'OK 9 1 2 3', 'OK 9 1 2 3 4', 'OK 9 1 2 x'].map(
        (line) => outcome(bytes, line).kind,
      ),
      ['unknown', 'clean', 'clean', 'unknown', 'rejected'],
    )
    const codes = taking(
      { bytes: [2, 2] },
      { kind: 'datacodes', codes: 'h' },
      { fields: [integer('b', { from: 0 })] },
    )
    assert.deepEqual(
      ['OK 9 1', 'OK 9 1 0'].map((line) => outcome(codes, line).kind),
      ['unknown', 'clean'],
    )
  })

  it('a check can decide who takes a line, and else rejects it, with both values', () => {
    const check = { kind: 'xor8', from: '$', to: '*' } as const
    const fields = [number('V', { from: 1 })]
    const sentence = (checked: boolean) =>
      taking({ prefix: '$GPX', checked }, { kind: 'columns' }, { check, fields })
    assert.deepEqual(decoded(sentence(false), '$GPX,5*56'), { V: 5 })
    assert.deepEqual(decoded(sentence(true), '$GPX,5*56'), { V: 5 })
    assert.deepEqual(decoded(sentence(false), '$GPX,6*56'), ['check: xor8: found 56, expected 55'])
    assert.equal(decoded(sentence(true), '$GPX,6*56'), 'unknown')
  })

  it('a checksum that is a byte is no part of the text, and need be none', () => {
    const check = { kind: 'sum8', written: 'bytes' } as const
    const line = (value: number) => Buffer.concat([Buffer.from('V:200 '), Buffer.from([value])])
    const format = taking({}, { kind: 'key-values' }, { check })
    const sum = Buffer.from('V:200 ').reduce((all, byte) => all + byte, 0) & 0xff
    assert.deepEqual(decoded(format, line(sum)), { V: 200 })
    assert.equal(sum, 0x42)
    assert.deepEqual(decoded(format, line(0xfe)), ['check: sum8: found FE, expected 42'])
    const other = Buffer.concat([Buffer.from('V:200 \xe9 ', 'latin1'), Buffer.from([0x4b])])
    assert.deepEqual(decoded(format, other), ['decode: text: found bytes that are not UTF-8, expected text'])
  })
})
