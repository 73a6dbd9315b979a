// Whatever rows and data there are: no throw, and verdict, flags and reasons agree with each other.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { FieldlogEvent, Scalar } from '../../../lib/event.ts'
import { compilePredicates } from '../../../lib/predicates/compile.ts'
import { operatorNames } from '../../../lib/predicates/operators.ts'
import type { PredicateRow } from '../../../lib/predicates/row.ts'

const scalar = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.string(),
  fc.boolean(),
  fc.constantFrom(null, Number.NaN, -0, 2 ** 53, Infinity, '', 'NaN'),
)
const field = fc.constantFrom('temp', 'humi', 'constructor', '__proto__', '')
const row: fc.Arbitrary<Partial<PredicateRow>> = fc.record(
  {
    name: fc.constantFrom('a', 'b', '', 'constructor'),
    field,
    operator: fc.constantFrom(...operatorNames),
    values: fc.array(scalar, { maxLength: 4 }),
    ignoreCase: fc.boolean(),
    types: fc.subarray(['room', 'pump']),
    sources: fc.subarray(['s1', 's2']),
    severity: fc.constantFrom('suspect', 'fail'),
    missing: fc.constantFrom('skip', 'keep', 'break'),
    enabled: fc.boolean(),
  },
  { requiredKeys: [] },
)

describe('predicates: properties', () => {
  it('never throws, and is bad exactly where a flag is as grave as the node says', () => {
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 8 }),
        fc.dictionary(field, fc.oneof(scalar, fc.anything({ withNullPrototype: true }))),
        fc.constantFrom('suspect' as const, 'fail' as const),
        (rows, data, badFrom) => {
          const event: FieldlogEvent = {
            id: 'k3x9a7qd-1',
            seq: 1,
            received: 0,
            time: 0,
            source: 's1',
            raw: '',
            replayed: false,
            type: 'room',
            data: data as Record<string, Scalar>,
          }
          const { verdict, flags, reasons } = compilePredicates(rows, [], { badFrom }).label(event)
          const found = Object.values(flags)
          for (const flag of found) assert.ok([1, 2, 3, 4, 9].includes(flag))
          assert.equal(verdict === 'bad', found.includes(4) || (badFrom === 'suspect' && found.includes(3)))
          assert.equal(reasons.length > 0, found.includes(3) || found.includes(4))
        },
      ),
      { numRuns: 2000 },
    )
  })
})
