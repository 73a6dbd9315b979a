import assert from 'node:assert/strict'
import { listText, parseList, parseOperand } from '../../../lib/predicates/model/operand-text.ts'
import { fc } from '../../support/random.ts'

describe('predicates: operands as text', () => {
  it('reads a number where the text is one', () => {
    assert.equal(parseOperand('number', '18.5'), 18.5)
    assert.equal(parseOperand('number', ' -2e3 '), -2000)
    assert.equal(parseOperand('number', '.5'), 0.5)
  })

  it('keeps the text of what is no number, for a check to name it', () => {
    assert.equal(parseOperand('number', 'warm'), 'warm')
    assert.equal(parseOperand('number', '0x10'), '0x10')
    assert.equal(parseOperand('number', '1,5'), '1,5')
  })

  it('takes an empty number for none', () => {
    assert.equal(parseOperand('number', ''), undefined)
  })

  it('takes a text as it is', () => {
    assert.equal(parseOperand('string', '18'), '18')
    assert.equal(parseOperand('string', ' '), ' ')
  })

  it('reads true, and takes all else for false', () => {
    assert.equal(parseOperand('boolean', 'true'), true)
    assert.equal(parseOperand('boolean', ''), false)
  })

  it('reads a list', () => {
    assert.deepEqual(parseList('0, 1,-2.5'), [0, 1, -2.5])
    assert.deepEqual(parseList('on, off , "3", true,"a, b", not on'), [
      'on',
      'off',
      '3',
      true,
      'a, b',
      'not on',
    ])
    assert.deepEqual(parseList('"", "\\"", "é\\n"'), ['', '"', 'é\n'])
    assert.deepEqual(parseList(' , ,'), [])
    assert.deepEqual(parseList(''), [])
    assert.deepEqual(parseList('"open'), ['"open'])
  })

  it('writes a list that it reads back', () => {
    assert.equal(listText([0, 'on', '3', true, 'a, b', '']), '0, on, "3", true, "a, b", ""')
    const value = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
    )
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const expected = values.map((part) => (Object.is(part, -0) ? 0 : part))
        assert.deepEqual(parseList(listText(values)), expected)
      }),
    )
  })
})
