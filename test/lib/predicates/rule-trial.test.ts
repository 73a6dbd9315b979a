import assert from 'node:assert/strict'
import type { FieldlogEvent } from '../../../lib/event.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { compilePredicates } from '../../../lib/predicates/judge/compile.ts'
import { completeRow, type PredicateRow } from '../../../lib/predicates/model/row.ts'
import { fieldsOf, type RuleTrial, ruleTrial, withOwnNames } from '../../../lib/predicates/rule-trial.ts'
import { tryRules } from '../../../lib/predicates/trial.ts'
import { event } from './helper.ts'

const room: FormatDefinition = {
  type: 'room',
  decoder: { kind: 'key-values' },
  fields: [
    { name: 'temperature', type: 'number', from: 'T' },
    { name: 'humi', type: 'number' },
    { name: 'on', type: 'boolean' },
  ],
}

/** A reading every second, for 286 s. */
const events = Array.from({ length: 287 }, (_, i) =>
  event(i + 1, { temperature: i % 10 === 0 ? 40 : 20, on: false, ...(i < 20 ? { humi: 50 } : {}) }, i),
)

function tried(row: Partial<PredicateRow>, list: readonly FieldlogEvent[] = events): RuleTrial {
  const [own] = withOwnNames([completeRow({ says: 'bad', ...row })]) as [PredicateRow]
  let failed: string | undefined
  const labeller = compilePredicates(
    [own],
    [room],
    { formatRanges: false },
    { warn: (_rule, text) => (failed = text) },
  )
  assert.deepEqual(labeller.problems, [])
  return ruleTrial(own, tryRules(labeller, list), [room], failed)
}

describe('predicates: what a trial says of a rule', () => {
  it('counts what it was tried on, what broke it, and what could not be judged', () => {
    const hot = tried({ field: 'temperature', operator: 'is above', values: [30] })
    assert.deepEqual(hot, { types: ['room'], tried: 287, broken: 29, unjudged: 0, why: undefined })
    const dry = tried({ field: 'humi', operator: 'is below', values: [10] })
    assert.deepEqual(dry, { types: ['room'], tried: 287, broken: 0, unjudged: 267, why: undefined })
  })

  it('says why it was never judged', () => {
    const rule: Partial<PredicateRow> = { field: 'temperature', operator: 'is above', values: [30] }
    const why = (...given: Parameters<typeof tried>) => tried(...given).why
    assert.deepEqual(why({ ...rule, field: 'T' }), {
      kind: 'unknownField',
      field: 'T',
      types: [],
      now: 'temperature',
    })
    assert.deepEqual(why({ ...rule, field: 'wind', types: ['room'] }), {
      kind: 'unknownField',
      field: 'wind',
      types: ['room'],
    })
    assert.deepEqual(why(rule, []), { kind: 'noReadings' })
    assert.deepEqual(why({ ...rule, sources: ['elsewhere'] }), { kind: 'noReadings' })
    assert.deepEqual(why({ ...rule, field: 'humi' }, events.slice(100)), { kind: 'noValue', field: 'humi' })
    assert.deepEqual(why({ ...rule, onlyWhen: { field: 'on', operator: 'is true' } }), { kind: 'onlyWhen' })
    assert.deepEqual(why({ operator: 'expression', values: ['temperature + 1.0'] }), {
      kind: 'fails',
      text: 'the result is 41, not true or false: temperature + 1.0',
    })
    assert.deepEqual(why({ field: 'humi', operator: 'spike', values: [5] }, events.slice(0, 1)), {
      kind: 'tooFew',
    })
  })

  it('says how long the readings last where a rule looks back further', () => {
    const flat: Partial<PredicateRow> = { field: 'temperature', operator: 'flat line', values: ['10 min'] }
    assert.deepEqual(tried(flat).why, { kind: 'tooShort', covered: 286, needed: 600 })
    assert.equal(tried({ ...flat, values: ['2 min'] }).why, undefined)
    const still: Partial<PredicateRow> = { field: 'temperature', operator: 'attenuated signal', values: [1] }
    assert.deepEqual(tried(still).why, { kind: 'tooShort', covered: 286, needed: 3600 })
  })

  it('counts rules of one name apart', () => {
    const rows = [30, 10].map((value) =>
      completeRow({ says: 'bad', name: 'hot', field: 'temperature', operator: 'is above', values: [value] }),
    )
    assert.deepEqual(
      withOwnNames(rows).map(({ name }) => name),
      ['hot', 'hot (2)'],
    )
  })

  it('knows the fields that a rule looks at', () => {
    const row: Partial<PredicateRow> = {
      operator: 'and',
      conditions: [
        { field: 'a', operator: 'is above', values: [{ field: 'b' }] },
        { operator: 'expression', values: ['c > d + 1'] },
      ],
      onlyWhen: { field: 'e', operator: 'is true' },
    }
    assert.deepEqual(fieldsOf(row), ['a', 'b', 'c', 'd', 'e'])
    assert.deepEqual(fieldsOf({ field: 'a', operator: 'is true', onlyWhen: 'f == 1' }), ['a', 'f'])
    assert.deepEqual(fieldsOf({ operator: 'expression', values: ['('] }), [])
  })
})
