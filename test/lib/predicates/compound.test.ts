// Expressions, groups, guards, other fields: rows that are made of more than one operator.
import assert from 'node:assert/strict'
import type { Flag } from '../../../lib/event.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { re2Engine } from '../../../lib/predicates/criteria/regex.ts'
import { nameOf } from '../../../lib/predicates/model/name.ts'
import { type AnyRow, compilePredicates, completeRow, rowProblems } from '../../../lib/public/predicates.ts'
import { event, judge } from './helper.ts'

type Data = Record<string, unknown>

function flagsOf(row: AnyRow, list: Data[]): Array<Flag | undefined> {
  const results = judge(
    compilePredicates([{ ...row, name: 'r' }], []),
    list.map((data, i) => event(i + 1, data)),
  )
  return results.map(({ flags }) => flags.r)
}

function reasonOf(row: AnyRow, data: Data): string | undefined {
  return judge(compilePredicates([{ ...row, name: 'r' }], []), [event(1, data)])[0]?.reasons[0]
}

function problemsOf(row: object): string[] {
  return rowProblems(completeRow(row), re2Engine).map(({ at, text }) => `${at}: ${text}`)
}

const cel = (text: string): AnyRow => ({ operator: 'expression', values: [text] })

describe('predicates: expressions', () => {
  it('must be true of the fields', () => {
    const row = cel('temp < 30.0 && (humi > 20 || mode == "dry")')
    const list = [
      { temp: 20, humi: 50, mode: '' },
      { temp: 30, humi: 50, mode: '' },
      { temp: 20, humi: 5, mode: 'dry' },
      { temp: 20, humi: 5, mode: 'wet' },
      { temp: -0, humi: 2 ** 53, mode: '' },
    ]
    assert.deepEqual(flagsOf(row, list), [1, 4, 1, 4, 1])
    assert.equal(reasonOf(cel('temp < 30.0'), { temp: 31 }), 'r: event: found false, expected temp < 30.0')
  })

  it('has flag 9 where it lacks a value, or what the row says of it, and flag 2 where it fails', () => {
    const list = [{}, { a: null }, { a: Number.NaN }, { a: 'x' }, { a: 7 }]
    assert.deepEqual(flagsOf(cel('a > 5'), list), [9, 9, 9, 2, 1])
    assert.deepEqual(flagsOf({ ...cel('a > 5'), missing: 'keep' }, list), [1, 1, 1, 2, 1])
    assert.deepEqual(
      flagsOf({ ...cel('a > 5'), missing: 'break', severity: 'suspect' }, list),
      [3, 3, 3, 2, 1],
    )
    assert.deepEqual(flagsOf(cel('a + 1'), [{ a: 1 }]), [2])
    assert.deepEqual(flagsOf(cel('a == null || a > 5'), list), [1, 1, 1, 2, 1])
  })

  it('looks at the fields alone, not at the variables of macros', () => {
    const room: FormatDefinition = {
      type: 'room',
      decoder: { kind: 'json' },
      fields: [{ name: 'mode', type: 'string' }],
    }
    for (const macro of ['exists', 'exists_one', 'all', 'filter', 'map']) {
      const listed = macro === 'filter' || macro === 'map'
      const test = `["dry", "wet"].${macro}(x, x == mode)`
      const row = { ...cel(listed ? `size(${test}) > 1` : test), name: 'r' }
      const results = judge(compilePredicates([row], [room]), [
        event(1, { mode: 'dry' }),
        event(2, { mode: 'off' }),
      ])
      const expected =
        macro === 'all' ? [4, 4] : macro === 'map' ? [1, 1] : macro === 'filter' ? [4, 4] : [1, 4]
      assert.deepEqual(
        results.map(({ flags }) => flags.r),
        expected,
        macro,
      )
    }
  })

  it('warns once for a rule, however often it fails', () => {
    const warnings: string[] = []
    const labeller = compilePredicates(
      [
        { ...cel('a > 5'), name: 'one' },
        { ...cel('1 / b > 0'), name: 'two' },
      ],
      [],
      {},
      { warn: (rule, text) => warnings.push(`${rule}: ${text}`) },
    )
    for (let i = 0; i < 1000; i++) judge(labeller, [event(i, { b: 'x' })])
    assert.equal(warnings.length, 2)
    assert.equal(warnings[0], 'one: an event has no value for what it needs: a > 5')
    assert.match(warnings[1] ?? '', /^two: .*: 1 \/ b > 0$/)
  })

  it('reaches nothing but the fields of the event', () => {
    const names = [
      'process',
      'globalThis',
      'require',
      'constructor',
      'toString',
      '__proto__',
      'event',
      'this',
    ]
    for (const name of names) {
      const [problem] = problemsOf(cel(`${name} != null`))
      if (problem !== undefined) continue
      assert.deepEqual(flagsOf(cel(`${name} != null`), [{ a: 1 }]), [4], name)
    }
    for (const text of [
      'a.constructor != null',
      'a["constructor"] != null',
      'a.__proto__ != null',
      'a.length > 0',
    ]) {
      assert.deepEqual(flagsOf(cel(text), [{ a: 'x' }]), [2], text)
    }
    for (const text of [
      'eval("1")',
      'process.exit(1)',
      '(() => 1)()',
      'a = 1',
      'fetch("http://x")',
      'new Date()',
    ]) {
      const problems = problemsOf(cel(text))
      const flags = problems.length > 0 ? [2] : flagsOf(cel(text), [{ a: 1 }])
      assert.ok(
        flags.every((flag) => flag === 2 || flag === 9),
        text,
      )
    }
  })

  it('matches patterns in linear time', () => {
    assert.deepEqual(flagsOf(cel('a.matches("^(a+)+$")'), [{ a: `${'a'.repeat(30_000)}!` }]), [4])
  })

  it('is for those types whose format declares all that it needs', () => {
    const fields = (...names: string[]) => names.map((name) => ({ name, type: 'number' as const }))
    const formats = [
      { type: 'room', decoder: { kind: 'json' as const }, fields: fields('temp', 'dew') },
      { type: 'pump', decoder: { kind: 'json' as const }, fields: fields('temp') },
    ]
    const labeller = compilePredicates([{ ...cel('temp > dew'), name: 'r' }], formats)
    const flags = ['room', 'pump', 'other'].map(
      (type) => labeller.label(event(1, { temp: 2, dew: 1 }, 1, { type })).flags.r,
    )
    assert.deepEqual(flags, [1, undefined, 1])
  })

  it('tells what is wrong with it', () => {
    assert.match(problemsOf(cel('temp <'))[0] ?? '', /^values: /)
    assert.deepEqual(problemsOf(cel(' ')), ['values: write an expression, such as temp > dew + 20'])
    assert.deepEqual(problemsOf({ operator: 'expression' }), [
      'values: write an expression, such as temp > dew + 20',
    ])
  })
})

describe('predicates: other fields', () => {
  it("compares with the event's own value of another field", () => {
    const row: AnyRow = { field: 'temp', operator: '>', values: [{ field: 'dew' }] }
    assert.deepEqual(
      flagsOf(row, [
        { temp: 5, dew: 4 },
        { temp: 4, dew: 4 },
        { temp: 4 },
        { dew: 4 },
        { temp: 4, dew: 'x' },
      ]),
      [1, 4, 9, 9, 4],
    )
    assert.equal(reasonOf(row, { temp: 3, dew: 4 }), 'r: temp: found 3, expected above 4 (dew)')
    assert.equal(nameOf(completeRow(row)), 'temp > dew')
    const between: AnyRow = {
      field: 'v',
      operator: 'is between',
      values: [{ field: 'low' }, 10],
    }
    assert.deepEqual(
      flagsOf(between, [
        { v: 5, low: 5 },
        { v: 4, low: 5 },
        { v: 11, low: 5 },
      ]),
      [1, 4, 4],
    )
    const text: AnyRow = { field: 'v', operator: 'starts with', values: [{ field: 'id' }] }
    assert.deepEqual(
      flagsOf(text, [
        { v: 'abc', id: 'ab' },
        { v: 'abc', id: 'b' },
        { v: 'abc', id: '' },
      ]),
      [1, 4, 4],
    )
  })

  it('takes a field only where there is something to compare', () => {
    assert.deepEqual(problemsOf({ field: 'v', operator: 'matches regex', values: [{ field: 'x' }] }), [
      'values: must be numbers, texts or true/false',
    ])
    assert.deepEqual(problemsOf({ field: 'v', operator: '==', values: [{ field: ' ' }] }), [
      'values: name the field to compare with',
    ])
    assert.deepEqual(problemsOf({ field: 'v', operator: 'is between', values: [{ field: 'x' }] }), [
      'values: needs two values or fields',
    ])
  })
})

describe('predicates: groups', () => {
  const hot: AnyRow = { field: 'temp', operator: '<', values: [30] }
  const dry: AnyRow = { field: 'humi', operator: '>', values: [20] }
  const list = [
    { temp: 20, humi: 50 },
    { temp: 40, humi: 50 },
    { temp: 40, humi: 5 },
    { temp: 20 },
    { humi: 5 },
    {},
  ]

  it('holds where all, any or none of its rules do; a missing value is left out where the rest decides', () => {
    assert.deepEqual(flagsOf({ operator: 'all of', rows: [hot, dry] }, list), [1, 4, 4, 1, 4, 9])
    assert.deepEqual(flagsOf({ operator: 'any of', rows: [hot, dry] }, list), [1, 1, 4, 1, 4, 9])
    assert.deepEqual(flagsOf({ operator: 'none of', rows: [hot, dry] }, list), [4, 4, 1, 4, 1, 9])
  })

  it('holds other groups, expressions, and rules that remember', () => {
    const step: AnyRow = { field: 'temp', operator: 'change larger than', values: [5] }
    const row: AnyRow = {
      operator: 'any of',
      rows: [step, { operator: 'all of', rows: [cel('humi > 20'), { operator: 'none of', rows: [hot] }] }],
    }
    const temps = [20, 40, 41, 20].map((temp) => ({ temp, humi: 50 }))
    assert.deepEqual(flagsOf(row, temps), [1, 1, 1, 4])
  })

  it('says which of its rules decided', () => {
    const group: AnyRow = { operator: 'all of', rows: [hot, dry], name: '' }
    assert.equal(reasonOf(group, { temp: 40, humi: 50 }), 'r: event: temp: found 40, expected below 30')
    assert.equal(
      reasonOf({ ...group, operator: 'none of' }, { temp: 20 }),
      'r: event: temp: found 20, expected that temp is at least 30',
    )
    assert.equal(nameOf(completeRow(group)), 'all of (temp < 30; humi > 20)')
  })

  it('tells what is wrong in it, and where', () => {
    assert.deepEqual(problemsOf({ operator: 'all of' }), ['conditions: join at least one condition'])
    assert.deepEqual(
      problemsOf({ operator: 'all of', rows: [hot, { field: '', operator: '<', values: [1] }, 3] }),
      [
        'conditions: condition 2 (is at least 1): name the field that the rule is about',
        'conditions: condition 3 is none',
      ],
    )
    assert.deepEqual(
      problemsOf({ operator: 'any of', rows: [{ field: 'v', operator: 'spike', values: [1] }] }),
      [
        'conditions: condition 1 (v has a spike of over 1): spike needs the next reading: it cannot be joined with others',
      ],
    )
    let deep: object = hot
    for (let i = 0; i < 9; i++) deep = { operator: 'all of', rows: [deep] }
    assert.match(problemsOf(deep)[0] ?? '', /nested deeper than 4/)
  })
})

describe('predicates: guards, thresholds, votes', () => {
  it('judges only when the guard is true; the others are not evaluated and not remembered', () => {
    const row: AnyRow = {
      field: 'power',
      operator: 'change larger than',
      values: [5],
      when: 'on',
    }
    const list = [
      { power: 100, on: true },
      { power: 0, on: false },
      { power: 101, on: true },
      { power: 1 },
      { power: 120, on: true },
    ]
    assert.deepEqual(flagsOf(row, list), [1, 2, 1, 2, 4])
    const guard = { field: 'on', operator: 'is true' as const }
    assert.deepEqual(flagsOf({ ...row, when: guard }, list), [1, 2, 1, 2, 4])
  })

  it('holds a spike over the readings that its guard leaves out', () => {
    const row: AnyRow = { field: 'v', operator: 'spike', values: [5], when: 'on' }
    const list = [
      [0, true],
      [50, true],
      [0, false],
      [0, true],
      [0, true],
    ].map(([v, on]) => ({ v, on }))
    assert.deepEqual(flagsOf(row, list), [2, 4, 2, 4, 2])
  })

  it('breaks only where enough of the last ones broke', () => {
    const row: AnyRow = { field: 'v', operator: '<', values: [10], votes: { least: 2, of: 3 } }
    const list = [50, 1, 50, 1, 1, 50, null, 50].map((v) => ({ v }))
    assert.deepEqual(flagsOf(row, list), [1, 1, 4, 1, 1, 1, 9, 4])
  })

  const row = { field: 'v', operator: '<', values: [1] }

  it('say what is wrong with a condition', () => {
    assert.match(problemsOf({ ...row, when: 'a <' })[0] ?? '', /^onlyWhen: /)
    assert.deepEqual(problemsOf({ ...row, when: { field: 'v', operator: 'spike', values: [1] } }), [
      'onlyWhen: must not look at the readings before',
    ])
  })

  it('say what is wrong with votes', () => {
    assert.deepEqual(problemsOf({ ...row, votes: { least: 3, of: 2 } }), [
      'votes: 3 of the last 2 can never be: the first number must be the smaller one',
    ])
    assert.deepEqual(problemsOf({ ...row, votes: { least: 1.5, of: 2 } }), [
      'votes: needs two whole numbers, such as 3 of the last 5',
    ])
    assert.deepEqual(problemsOf({ ...row, votes: { least: 1, of: 1001 } }), [
      'votes: looks back 1000 readings at most',
    ])
  })

  it('say which values a rule cannot take', () => {
    const rate = { field: 'v', operator: 'rate of change' }
    assert.deepEqual(problemsOf({ ...rate, values: ['3'] }), ['values: needs a number that is not negative'])
  })

  it('say on which side suspect values must be', () => {
    const rate = { field: 'v', operator: 'rate of change' }
    assert.deepEqual(problemsOf({ ...rate, values: [3], suspectValues: [3] }), [
      'suspectValues: must be smaller than 3, or it never counts',
    ])
    assert.deepEqual(
      problemsOf({ field: 'v', operator: 'attenuated signal', values: [3], suspectValues: [2] }),
      ['suspectValues: must be greater than 3, or it never counts'],
    )
  })

  it('say what is wrong with settings', () => {
    assert.deepEqual(
      problemsOf({ field: 'v', operator: 'outlier', values: [3], settings: { window: 2, measure: 'x' } }),
      ['settings: measure must be one of median, deviation', 'settings: window must be at least 3'],
    )
    assert.deepEqual(problemsOf({ field: 'v', operator: 'spike', values: [3], settings: { limit: 0 } }), [
      'settings: limit must be greater than 0',
    ])
    assert.deepEqual(problemsOf({ field: 'v', operator: 'spike', values: [3], settings: 7 }), [
      'settings: must be an object',
    ])
  })

  it('grades by the narrower operands', () => {
    const row: AnyRow = { field: 'v', operator: '<=', values: [50], suspectValues: [40] }
    assert.deepEqual(
      flagsOf(
        row,
        [40, 41, 50, 51].map((v) => ({ v })),
      ),
      [1, 3, 3, 4],
    )
    assert.equal(reasonOf(row, { v: 45 }), 'r: v: found 45, expected at most 40')
    assert.equal(reasonOf(row, { v: 55 }), 'r: v: found 55, expected at most 50')
  })
})
