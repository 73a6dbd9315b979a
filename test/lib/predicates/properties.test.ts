// Whatever rows and data there are: no throw, and verdict, flags and reasons agree with each other.
// FIELDLOG_SOAK=1 goes on for a minute.
import assert from 'node:assert/strict'
import type { FieldlogEvent, Scalar } from '../../../lib/event.ts'
import { rowProblems } from '../../../lib/predicates/check/check.ts'
import { re2Engine } from '../../../lib/predicates/criteria/regex.ts'
import { compilePredicates } from '../../../lib/predicates/judge/compile.ts'
import { expressionOperator, groupOperators } from '../../../lib/predicates/model/compound.ts'
import { nameOf } from '../../../lib/predicates/model/name.ts'
import { operatorNames } from '../../../lib/predicates/model/operators.ts'
import { completeRow, type PredicateRow } from '../../../lib/predicates/model/row.ts'
import { statefulNames } from '../../../lib/predicates/model/stateful-names.ts'
import { fc } from '../../support/random.ts'
import { judge } from './helper.ts'

const isSoak = process.env.FIELDLOG_SOAK === '1'
const effort = isSoak
  ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: 60_000 }
  : { numRuns: 1000 }

const scalar = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.string(),
  fc.boolean(),
  fc.constantFrom(null, Number.NaN, -0, 2 ** 53, Infinity, '', 'NaN', 'x'.repeat(5000)),
)
const field = fc.constantFrom('temp', 'humi', 'constructor', '__proto__', '')
const operand = fc.oneof({ weight: 6, arbitrary: scalar }, { weight: 1, arbitrary: fc.record({ field }) })
const expression = fc.constantFrom(
  'temp > 1.0',
  'temp + humi > 2',
  'constructor == 1',
  'temp / 0 > 1',
  'temp',
  '(',
  '',
)
const operator = fc.constantFrom(...operatorNames, ...statefulNames, ...groupOperators, expressionOperator)

const rowOf = (conditions: fc.Arbitrary<unknown>): fc.Arbitrary<Partial<PredicateRow>> =>
  fc.record(
    {
      name: fc.constantFrom('a', 'b', '', 'constructor'),
      field,
      operator,
      values: fc.oneof(
        fc.array(operand, { maxLength: 4 }),
        fc.tuple(fc.integer({ min: 0, max: 9 })),
        fc.tuple(expression),
      ),
      suspectValues: fc.option(fc.tuple(fc.integer({ min: 0, max: 5 })), { nil: undefined }),
      settings: fc.record(
        {
          limit: fc.integer({ min: 1, max: 9 }),
          window: fc.integer({ min: 3, max: 9 }),
          measure: fc.constantFrom('median', 'deviation', 'range'),
          tolerance: fc.double(),
        },
        { requiredKeys: [] },
      ),
      conditions,
      not: fc.boolean(),
      onlyWhen: fc.option(expression, { nil: undefined, freq: 4 }),
      votes: fc.option(fc.record({ least: fc.integer({ max: 3 }), of: fc.integer({ max: 5 }) }), {
        nil: undefined,
        freq: 4,
      }),
      ignoreCase: fc.boolean(),
      types: fc.subarray(['room', 'pump']),
      sources: fc.subarray(['s1', 's2']),
      says: fc.constantFrom('suspect', 'bad'),
      missing: fc.constantFrom('skip', 'keep', 'break'),
      enabled: fc.boolean(),
    },
    { requiredKeys: [] },
  ) as unknown as fc.Arbitrary<Partial<PredicateRow>>
const member = rowOf(fc.constant(undefined))
const row = rowOf(fc.array(member, { maxLength: 3 }))
const data = fc.dictionary(
  field,
  fc.oneof(
    { weight: 5, arbitrary: scalar },
    { weight: 1, arbitrary: fc.anything({ withNullPrototype: true }) },
  ),
)

describe('predicates: properties', function () {
  this.timeout(isSoak ? 150_000 : 20_000)

  it('never throws, and is bad exactly where a flag is as grave as the node says', () => {
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 8 }),
        fc.array(data, { maxLength: 5 }),
        fc.constantFrom('suspect' as const, 'fail' as const),
        (rows, list, badFrom) => {
          const labeller = compilePredicates(rows, [], { badFrom })
          for (const { verdict, flags, reasons } of judge(labeller, list.map(asEvent))) {
            const found = Object.values(flags)
            for (const flag of found) assert.ok([1, 2, 3, 4, 9].includes(flag))
            assert.equal(verdict === 'bad', found.includes(4) || (badFrom === 'suspect' && found.includes(3)))
            assert.equal(reasons.length > 0, found.includes(3) || found.includes(4))
          }
          JSON.parse(labeller.save())
        },
      ),
      effort,
    )
  })

  it('finds something wrong with rows of any shape, or uses them', () => {
    const anything = fc.anything({ withNullPrototype: true })
    const shape = fc.record(
      {
        name: anything,
        field: anything,
        operator: fc.oneof(operator, anything),
        values: anything,
        suspectValues: anything,
        settings: anything,
        conditions: anything,
        not: anything,
        onlyWhen: anything,
        votes: anything,
        says: fc.constantFrom('suspect', 'bad', 1),
        missing: fc.constantFrom('skip', {}),
      },
      { requiredKeys: [] },
    ) as unknown as fc.Arbitrary<Partial<PredicateRow>>
    fc.assert(
      fc.property(shape, data, (shaped, values) => {
        const completed = completeRow(shaped)
        assert.equal(typeof nameOf(completed), 'string')
        const problems = rowProblems(completed, re2Engine)
        const labeller = compilePredicates([{ ...shaped, enabled: true }], [])
        assert.equal(labeller.problems.length > 0, problems.length > 0)
        judge(labeller, [asEvent(values, 0)])
      }),
      effort,
    )
  })
})

function asEvent(data: unknown, index: number): FieldlogEvent {
  return {
    id: `k3x9a7qd-${index + 1}`,
    seq: index + 1,
    received: index * 1000,
    time: index * 1000,
    source: 's1',
    raw: '',
    replayed: false,
    type: 'room',
    data: data as Record<string, Scalar>,
  }
}
