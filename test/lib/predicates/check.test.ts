import assert from 'node:assert/strict'
import { rowProblems } from '../../../lib/predicates/check/check.ts'
import { kindMismatch } from '../../../lib/predicates/check/kind.ts'
import { re2Engine } from '../../../lib/predicates/criteria/regex.ts'
import { completeRow, type PredicateRow } from '../../../lib/predicates/model/row.ts'

const row = (part: object): PredicateRow => completeRow({ says: 'bad', field: 'temp', values: [50], ...part })
const problemsOf = (row: PredicateRow) => rowProblems(row, re2Engine).map(({ at, text }) => ({ at, text }))
const problems = (part: object) => problemsOf(row(part))

describe('predicates: check', () => {
  it('finds nothing wrong with a right row', () => {
    assert.deepEqual(problems({}), [])
    assert.deepEqual(problems({ operator: 'is true', values: [] }), [])
    assert.deepEqual(problems({ operator: 'matches regex', values: ['^a+$'], ignoreCase: true }), [])
  })

  it('names each property that is wrong, in words', () => {
    assert.deepEqual(problems({ field: '', values: [], says: 'x', missing: 'y', name: 3 }), [
      { at: 'name', text: 'must be a text other than __proto__' },
      { at: 'says', text: 'must be bad or suspect' },
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
    assert.deepEqual(problems({ operator: 'is outside' }), [
      { at: 'values', text: 'needs two numbers or two texts' },
    ])
  })

  it('does not take a row that says nothing for one that names a fault', () => {
    const old = completeRow({ field: 'on', operator: 'is true' })
    assert.deepEqual(problemsOf(old), [{ at: 'says', text: 'must be bad or suspect' }])
  })

  it('takes a time as a text, and says in one sentence how to write it', () => {
    const how = 'write how long, such as 30 s, 10 min, 2 h or 1 h 30 min'
    const flat = (values: unknown[]) => problems({ operator: 'flat line', values })
    for (const right of ['10 min', '2 h', '1h30min', '0.5 d', 600]) assert.deepEqual(flat([right]), [])
    for (const wrong of ['10', 'soon', '5 fortnights', '-3 s', '', -1]) {
      assert.deepEqual(flat([wrong]), [{ at: 'values', text: how }])
    }
    assert.deepEqual(problems({ operator: 'duplicate', values: [], settings: { within: 'a while' } }), [
      { at: 'settings', text: `within: ${how}` },
    ])
    assert.deepEqual(problems({ operator: 'spike', settings: { limit: '2 d' } }), [
      { at: 'settings', text: 'limit must be at most 86400' },
    ])
    assert.deepEqual(problems({ operator: 'gap in time', values: ['10 min'], suspectValues: ['20 min'] }), [
      { at: 'suspectValues', text: 'must be smaller than 10 min, or it never counts' },
    ])
  })

  it('takes a rate by the second, minute or hour', () => {
    assert.deepEqual(problems({ operator: 'rate of change', settings: { per: 'hour' } }), [])
    assert.deepEqual(problems({ operator: 'rate of change', settings: { per: 'day' } }), [
      { at: 'settings', text: 'per must be one of second, minute, hour' },
    ])
  })

  it('says which of the conditions that are joined is wrong', () => {
    const right = { field: 'temp', operator: 'is above', values: [30] }
    const joined = (conditions: unknown) => problems({ operator: 'and', field: '', conditions })
    assert.deepEqual(joined([right, right]), [])
    assert.deepEqual(joined([right, { field: '', operator: 'is', values: [1] }, 3]), [
      { at: 'conditions', text: 'condition 2 (is 1): name the field that the rule is about' },
      { at: 'conditions', text: 'condition 3 is none' },
    ])
    assert.deepEqual(joined([{ ...right, missing: 'maybe' }]), [
      { at: 'conditions', text: 'condition 1 (temp is above 30): must be skip, keep or break' },
    ])
    assert.deepEqual(problems({ operator: 'spike', not: true }), [
      { at: 'operator', text: 'spike cannot stand behind "not": it needs the next reading' },
    ])
  })

  it('finds nothing where the rule fits the kind of the field', () => {
    assert.equal(kindMismatch(row({}), 'number'), undefined)
    assert.equal(kindMismatch(row({ operator: 'contains', values: ['1'] }), 'number'), undefined)
    assert.equal(kindMismatch(row({ operator: 'is not of type', values: ['number'] }), 'number'), undefined)
  })

  it('names an operand that is of another kind than the field', () => {
    assert.equal(kindMismatch(row({ values: ['50'] }), 'number')?.text, 'temp is a number, "50" is not')
    assert.equal(
      kindMismatch(row({ operator: 'is none of', values: [1, true] }), 'number')?.text,
      'temp is a number, true is not',
    )
  })

  it('names an operator that makes no sense for the kind of the field', () => {
    assert.equal(kindMismatch(row({}), 'boolean')?.text, 'temp is true or false: "is above" makes no sense')
    assert.equal(
      kindMismatch(row({ operator: 'is true', values: [] }), 'string')?.text,
      'temp is a text: "is true" makes no sense',
    )
  })
})
