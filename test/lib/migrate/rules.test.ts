// Rules of flows from before they named the fault. What they meant is written out here once more, in its plainest
// form: each event must get the same flags from the migrated rules.
import assert from 'node:assert/strict'
import type { FieldlogEvent, Flag } from '../../../lib/event.ts'
import { migrate } from '../../../lib/migrate/migrate.ts'
import { compilePredicates } from '../../../lib/predicates/judge/compile.ts'
import type { OldRow } from '../../../lib/public/predicates.ts'
import { fc } from '../../support/random.ts'
import { event, judge } from '../predicates/helper.ts'

type Old = Partial<OldRow>
type Data = Record<string, unknown>

const isMissing = (value: unknown) => value === undefined || value === null || Number.isNaN(value)
const isText = (value: unknown): value is string => typeof value === 'string'
const sameKind = (a: unknown, b: unknown) => typeof a === typeof b && ['number', 'string'].includes(typeof a)
const among = (value: never, [a, b]: never[]) =>
  sameKind(value, a) && sameKind(a, b) && ((value >= a! && value <= b!) || (value >= b! && value <= a!))

/** Whether an old operator's demand is met. */
const demands: Record<string, (value: never, operands: never[], fold: (text: unknown) => string) => boolean> =
  {
    '==': (value, [a]) => value === a,
    '!=': (value, [a]) => value !== a,
    '<': (value, [a]) => sameKind(value, a) && value < a!,
    '<=': (value, [a]) => sameKind(value, a) && value <= a!,
    '>': (value, [a]) => sameKind(value, a) && value > a!,
    '>=': (value, [a]) => sameKind(value, a) && value >= a!,
    'is between': among,
    contains: (value, [a], fold) => fold(value).includes(fold(a)),
    'starts with': (value, [a], fold) => fold(value).startsWith(fold(a)),
    'ends with': (value, [a], fold) => fold(value).endsWith(fold(a)),
    'matches regex': (value, [a], fold) => new RegExp(fold(a)).test(fold(value)),
    'in set': (value, list) => list.includes(value),
    'is true': (value) => value === true,
    'is false': (value) => value === false,
    'is null': (value) => isMissing(value),
    'is not null': (value) => !isMissing(value),
    'is empty': (value) => value === '',
    'is not empty': (value) => value !== '',
    'is of type': (value, [a]) => {
      const [found, type]: unknown[] = [value, a]
      return type === 'integer' ? Number.isInteger(found) : `${typeof found}` === type && !isMissing(found)
    },
    'length is between': (value, [a, b]) =>
      isText(value) && [...(value as string)].length >= a! && [...(value as string)].length <= b!,
    'has key': (value) => value !== undefined,
  }
const seeMissing = ['is null', 'is not null', 'is of type', 'has key']

/** What the expressions of this test say; undefined: a value is missing. */
const expressions: Record<string, (data: Data) => boolean | undefined> = {
  'a == 1.0': ({ a }) => (isMissing(a) ? undefined : a === 1),
  'b == "x"': ({ b }) => (isMissing(b) ? undefined : b === 'x'),
}

/** The flag that an old row gave; `memory` is of the row, for one series. */
function flagOf(row: Old, data: Data, memory: { votes: boolean[]; before: Map<Old, unknown> }): Flag {
  const { when, votes, severity = 'fail' } = row
  if (isText(when) && expressions[when]?.(data) !== true) return 2
  if (typeof when === 'object' && holds(when, data, memory.before) !== 1) return 2
  const found = holds(row, data, memory.before)
  const broken = severity === 'fail' ? 4 : 3
  const flag: Flag = found === 4 ? broken : found
  if (votes === undefined || flag === 2 || flag === 9) return flag
  memory.votes.push(flag !== 1)
  const last = memory.votes.slice(-votes.of)
  return flag === 1 || last.filter(Boolean).length < votes.least ? 1 : flag
}

/** 1 where the demand is met, 4 where not, 3 where only the narrower one is not. */
function holds(row: Old, data: Data, before: Map<Old, unknown>): Flag {
  const { field = '', operator = '<=', values = [], suspectValues, rows = [], missing = 'skip' } = row
  const absent = missing === 'skip' ? 9 : missing === 'keep' ? 1 : 4
  const fold = (text: unknown) => (row.ignoreCase ? String(text).toLowerCase() : String(text))
  if (operator === 'expression') {
    const result = expressions[String(values[0])]?.(data)
    return result === undefined ? absent : result ? 1 : 4
  }
  if (operator.endsWith(' of') && operator !== 'is of') {
    const found = rows.map((member) => holds(member, data, before))
    const [anyHolds, anyBreaks, anyUnknown] = [
      found.includes(1),
      found.some((flag) => flag === 3 || flag === 4),
      found.includes(2),
    ]
    if (!anyHolds && !anyBreaks) return anyUnknown ? 2 : absent
    if (operator === 'all of') return anyBreaks ? 4 : anyUnknown ? 2 : 1
    if (operator === 'any of') return anyHolds ? 1 : anyUnknown ? 2 : 4
    return anyHolds ? 4 : anyUnknown ? 2 : 1
  }
  const value = Object.hasOwn(data, field) ? data[field] : undefined
  if (operator === 'change larger than') {
    const last = before.get(row)
    before.set(row, typeof value === 'number' && !isMissing(value) ? value : undefined)
    if (!isMissing(value) && typeof value !== 'number') return 2
    if (isMissing(value)) return absent
    return last !== undefined && Math.abs((value as number) - (last as number)) > (values[0] as number)
      ? 4
      : 1
  }
  if (isMissing(value) && !seeMissing.includes(operator)) return absent
  const isMet = (operands: unknown[]) => {
    const own = operands.map((each) =>
      typeof each === 'object' ? data[(each as { field: string }).field] : each,
    )
    if (operands.some((each) => typeof each === 'object') && own.some(isMissing)) return undefined
    return demands[operator]?.(value as never, own as never[], fold)
  }
  const met = isMet(values)
  if (met === undefined) return absent
  if (!met) return 4
  return suspectValues !== undefined && isMet(suspectValues) === false ? 3 : 1
}

/** Operands for each old operator. */
const operands: Record<string, unknown[][]> = {
  '==': [[1], ['x'], [true], [{ field: 'b' }]],
  '!=': [[1], ['x'], [false], [{ field: 'b' }]],
  '<': [[2], ['n'], [{ field: 'b' }]],
  '<=': [[2], ['n'], [{ field: 'b' }]],
  '>': [[1], ['n'], [{ field: 'b' }]],
  '>=': [[1], ['n'], [{ field: 'b' }]],
  'is between': [
    [0, 2],
    ['x', 'a'],
    [0, { field: 'b' }],
  ],
  contains: [['x'], ['1']],
  'starts with': [['X'], ['-']],
  'ends with': [['x'], ['5']],
  'matches regex': [['^x+$'], ['[0-3]']],
  'in set': [
    [0, 1],
    ['x', 'on', true],
  ],
  'is true': [[]],
  'is false': [[]],
  'is null': [[]],
  'is not null': [[]],
  'is empty': [[]],
  'is not empty': [[]],
  'is of type': [['number'], ['integer'], ['string'], ['boolean']],
  'length is between': [
    [1, 2],
    [0, 0],
  ],
  'has key': [[]],
  'change larger than': [[1]],
  expression: [['a == 1.0'], ['b == "x"']],
}

const values = [
  0,
  1,
  2,
  2.5,
  -3,
  15,
  '',
  'x',
  'X',
  'xx',
  'axx',
  '1',
  'on',
  true,
  false,
  null,
  Number.NaN,
  undefined,
]
const field = fc.constantFrom('a', 'b')

function leafOf(operator: string): fc.Arbitrary<Old> {
  const lists = operands[operator] as unknown[][]
  return fc.record(
    {
      field,
      operator: fc.constant(operator),
      values: fc.constantFrom(...lists),
      ignoreCase: fc.boolean(),
      missing: fc.constantFrom('skip', 'keep', 'break'),
    },
    { requiredKeys: ['field', 'operator', 'values'] },
  ) as fc.Arbitrary<Old>
}

const leaf = fc.oneof(...Object.keys(operands).map(leafOf))
const narrow = fc
  .tuple(leafOf('<='), fc.constantFrom('fail', 'suspect'))
  .map(([row, severity]) => ({ ...row, values: [2], suspectValues: [1], severity }) as Old)
const groupOf = (member: fc.Arbitrary<Old>): fc.Arbitrary<Old> =>
  fc.record(
    {
      operator: fc.constantFrom('all of', 'any of', 'none of'),
      rows: fc.array(member, { minLength: 1, maxLength: 3 }),
      missing: fc.constantFrom('skip', 'keep', 'break'),
    },
    { requiredKeys: ['operator', 'rows'] },
  ) as fc.Arbitrary<Old>
const plainLeaf = leaf.filter(({ operator }) => operator !== 'change larger than')
const group = groupOf(
  fc.oneof({ weight: 3, arbitrary: fc.oneof(leaf, narrow) }, { weight: 1, arbitrary: groupOf(leaf) }),
)
const row: fc.Arbitrary<Old> = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: leaf },
      { weight: 1, arbitrary: narrow },
      { weight: 3, arbitrary: group },
    ),
    fc.record(
      {
        severity: fc.constantFrom('fail', 'suspect'),
        when: fc.oneof(fc.constantFrom(...Object.keys(expressions)), plainLeaf, groupOf(plainLeaf)),
        votes: fc.constantFrom({ least: 1, of: 2 }, { least: 2, of: 3 }),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([test, rest]) => ({ ...rest, ...test }) as Old)
const data = fc.record({ a: fc.constantFrom(...values), b: fc.constantFrom(...values) })

function flagsOf(rows: readonly Old[], events: readonly FieldlogEvent[]): Flag[][] {
  const named = rows.map((each, i) => ({ ...each, name: `rule ${i}` }))
  const { predicates } = migrate('fieldlog-label', { predicates: named, version: 1 })
  const labeller = compilePredicates(predicates as object[], [])
  assert.deepEqual(labeller.problems, [])
  return judge(labeller, events).map(({ flags }) => rows.map((_, i) => flags[`rule ${i}`] as Flag))
}

function wantedOf(rows: readonly Old[], events: readonly FieldlogEvent[]): Flag[][] {
  const memories = rows.map(() => ({ votes: [], before: new Map() }))
  return events.map((each) => rows.map((old, i) => flagOf(old, each.data ?? {}, memories[i]!)))
}

const asEvents = (list: readonly Data[]) => list.map((each, i) => event(i + 1, each))

describe('migrations of rules', function () {
  this.timeout(60_000)

  for (const [operator, lists] of Object.entries(operands)) {
    it(`judge by "${operator}" as before, alone, in each kind of group, and as a guard`, () => {
      const events = asEvents(values.flatMap((a) => values.map((b) => ({ a, b }))))
      for (const operand of lists) {
        for (const missing of ['skip', 'keep', 'break'] as const) {
          const alone = { field: 'a', operator, values: operand, missing } as Old
          const guard = operator === 'change larger than' ? {} : { when: alone }
          const rows: Old[] = [
            alone,
            { ...alone, ignoreCase: true, severity: 'suspect' },
            ...['all of', 'any of', 'none of'].map((group) => ({ operator: group, rows: [alone] })),
            { field: 'b', operator: '==', values: ['x'], ...guard } as Old,
          ]
          assert.deepEqual(flagsOf(rows, events), wantedOf(rows, events), JSON.stringify(alone))
        }
      }
    })
  }

  it('judge 10,000 random events as before', () => {
    let judged = 0
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 5 }),
        fc.array(data, { minLength: 10, maxLength: 20 }),
        (rows, list) => {
          const events = asEvents(list)
          assert.deepEqual(flagsOf(rows, events), wantedOf(rows, events))
          judged += events.length
        },
      ),
      { numRuns: 1_000 },
    )
    assert.ok(judged >= 10_000, `only ${judged} events`)
  })

  it('keep the name that flags and reasons had, what it says, and leave rules of today alone', () => {
    const migrated = (rows: object[]) =>
      migrate('fieldlog-label', { predicates: rows, version: 1 }).predicates as Array<Record<string, unknown>>
    assert.deepEqual(
      migrated([
        { field: 'temp', operator: 'is between', values: [0, 20], severity: 'suspect' },
        {
          operator: 'any of',
          rows: [
            { field: 'a', operator: '<', values: [1] },
            { field: 'b', operator: 'is true' },
          ],
        },
        {
          name: 'mine',
          operator: 'expression',
          values: ['a > 1.0'],
          votes: { least: 3, of: 5 },
          enabled: false,
        },
        { field: 'v', operator: 'spike', values: [5], when: { field: 'on', operator: '==', values: [1] } },
      ]),
      [
        {
          says: 'suspect',
          name: 'temp is between 0 and 20',
          field: 'temp',
          operator: 'is outside',
          values: [0, 20],
        },
        {
          says: 'bad',
          name: 'any of (a < 1; b is true)',
          operator: 'and',
          conditions: [
            { field: 'a', operator: 'is at least', values: [1] },
            { field: 'b', operator: 'is false' },
          ],
        },
        {
          says: 'bad',
          name: 'mine',
          operator: 'expression',
          not: true,
          values: ['a > 1.0'],
          votes: { least: 3, of: 5 },
          enabled: false,
        },
        {
          says: 'bad',
          name: 'v spike 5',
          field: 'v',
          operator: 'spike',
          values: [5],
          onlyWhen: { field: 'on', operator: 'is', values: [1] },
        },
      ],
    )
    const today = { says: 'bad', field: 'a', operator: 'is true', values: [] }
    assert.deepEqual(migrated([today]), [today])
    assert.equal(migrate('fieldlog-label', { predicates: 'none', version: 1 }).predicates, 'none')
  })
})
