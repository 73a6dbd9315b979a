import assert from 'node:assert/strict'
import { rowProblems } from '../../../lib/predicates/check/check.ts'
import { kindMismatch } from '../../../lib/predicates/check/kind.ts'
import { re2Engine } from '../../../lib/predicates/criteria/regex.ts'
import { completeRow, type PredicateRow } from '../../../lib/predicates/model/row.ts'

const row = (part: object): PredicateRow => completeRow({ field: 'temp', values: [50], ...part })
const problems = (part: object) => rowProblems(row(part), re2Engine)

describe('predicates: check', () => {
  it('finds nothing wrong with a right row', () => {
    assert.deepEqual(problems({}), [])
    assert.deepEqual(problems({ operator: 'is true', values: [] }), [])
    assert.deepEqual(problems({ operator: 'matches regex', values: ['^a+$'], ignoreCase: true }), [])
  })

  it('names each property that is wrong, in words', () => {
    assert.deepEqual(problems({ field: '', values: [], severity: 'x', missing: 'y', name: 3 }), [
      { at: 'name', text: 'must be a text other than __proto__' },
      { at: 'severity', text: 'must be suspect or fail' },
      { at: 'missing', text: 'must be skip, keep or break' },
      { at: 'field', text: 'name the field that the rule is about' },
      { at: 'values', text: 'needs a number or a text to compare with' },
    ])
    assert.deepEqual(problems({ operator: 'toString' }), [
      { at: 'operator', text: 'there is no operator "toString"' },
    ])
    assert.deepEqual(problems({ values: 'fifty' }), [
      { at: 'values', text: 'must be numbers, texts or true/false' },
    ])
    assert.deepEqual(problems({ operator: 'is between' }), [
      { at: 'values', text: 'needs two numbers or two texts' },
    ])
  })

  it('finds nothing where the rule fits the kind of the field', () => {
    assert.equal(kindMismatch(row({}), 'number'), undefined)
    assert.equal(kindMismatch(row({ operator: 'contains', values: ['1'] }), 'number'), undefined)
    assert.equal(kindMismatch(row({ operator: 'is of type', values: ['number'] }), 'number'), undefined)
  })

  it('names an operand that is of another kind than the field', () => {
    assert.equal(kindMismatch(row({ values: ['50'] }), 'number'), 'temp is a number, "50" is not')
    assert.equal(
      kindMismatch(row({ operator: 'in set', values: [1, true] }), 'number'),
      'temp is a number, true is not',
    )
  })

  it('names an operator that cannot hold for the kind of the field', () => {
    assert.equal(kindMismatch(row({}), 'boolean'), 'temp is true or false: "<=" cannot hold')
    assert.equal(
      kindMismatch(row({ operator: 'is true', values: [] }), 'string'),
      'temp is a text: "is true" cannot hold',
    )
  })
})
