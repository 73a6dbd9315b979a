import assert from 'node:assert/strict'
import { checkDefinition } from '../../../../lib/formats/check/check.ts'
import { compileFormats } from '../../../../lib/formats/compile.ts'
import type { FormatDefinition } from '../../../../lib/formats/model/definition.ts'
import { proposeFormats } from '../../../../lib/formats/propose/propose.ts'

const definition: FormatDefinition = {
  type: 'hall',
  decoder: { kind: 'key-values', pairSeparator: ' ', valueSeparator: '=' },
  key: ['id'],
  fields: [
    { name: 'id', type: 'integer', wrong: 'omit' },
    { name: 'T', type: 'number', wrong: 'omit' },
    { name: 'H', type: 'number', wrong: 'omit', max: 100, range: 'reject' },
    { name: 'B', type: 'number', wrong: 'omit', default: 3 },
    { name: 'R', type: 'number', wrong: 'omit', required: true },
    { name: 'S', type: 'number' },
  ],
}

describe('formats: values that cannot be read', () => {
  const outcome = (payload: string) => compileFormats([definition]).decode({ payload, source: '' })
  const dataOf = (payload: string) => {
    const found = outcome(payload)
    return found.kind === 'clean' ? found.events[0]?.data : found.kind
  }
  const reasonsOf = (payload: string) => {
    const found = outcome(payload)
    return found.kind === 'rejected' ? found.reasons : found.kind
  }

  it('are left out where the field says so, and nothing else is lost', () => {
    assert.deepEqual(checkDefinition(definition), [])
    assert.deepEqual(dataOf('id=1 T=2#.5 H=50 B=x R=1 S=2'), { id: 1, H: 50, B: 3, R: 1, S: 2 })
    // the next line begins anew
    assert.deepEqual(dataOf('id=1 T=21.5 H=50 R=1'), { id: 1, T: 21.5, H: 50, B: 3, R: 1 })
  })

  it('reject the line in a required field, in the key, out of a range that rejects, and by default', () => {
    assert.deepEqual(reasonsOf('id=1 T=1 R=x'), ['type: R: found "x", expected a number'])
    assert.deepEqual(reasonsOf('id=x T=1 R=1'), ['type: id: found "x", expected a whole number'])
    assert.match(String(reasonsOf('id=1 H=101 R=1')), /^range: H: found 101/)
    assert.deepEqual(reasonsOf('id=1 R=1 S=x'), ['type: S: found "x", expected a number'])
  })

  it('reject the line with their reasons where nothing is left', () => {
    const [, T] = definition.fields
    const formats = compileFormats([{ ...definition, key: [], fields: [T!] }])
    assert.deepEqual(formats.decode({ payload: 'T=x', source: '' }), {
      kind: 'rejected',
      type: 'hall',
      reasons: ['type: T: found "x", expected a number'],
      faults: [{ field: 'T', text: 'found "x", expected a number' }],
    })
  })

  it('are left out by what is proposed', () => {
    const [proposal] = proposeFormats(['T=21.5 H=50', 'T=21.6 H=51'])
    assert.deepEqual(
      proposal?.definition.fields.map(({ name, wrong }) => [name, wrong]),
      [
        ['T', 'omit'],
        ['H', 'omit'],
      ],
    )
    const formats = compileFormats([proposal!.definition])
    const found = formats.decode({ payload: 'T=21.5 H=5x', source: '' })
    assert.deepEqual(found.kind === 'clean' && found.events[0]?.data, { T: 21.5 })
  })

  it('are checked', () => {
    const fields = [{ name: 'a', type: 'number', wrong: 'drop' }]
    assert.deepEqual(
      checkDefinition({ ...definition, key: [], fields }).map(({ path }) => path),
      ['fields[0].wrong'],
    )
  })
})
