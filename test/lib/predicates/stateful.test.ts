import assert from 'node:assert/strict'
import type { Flag } from '../../../lib/event.ts'
import { fieldOptional, statefulNames } from '../../../lib/predicates/model/stateful-names.ts'
import { type AnyRow, compilePredicates } from '../../../lib/public/predicates.ts'
import { event, flagsFor, judge, readings, reasonFor } from './helper.ts'

type Case = [about: string, row: AnyRow, values: unknown[], flags: Flag[], times?: number[]]

const huge = Number.MAX_VALUE
const long = 'x'.repeat(100_000)
const cases: Case[] = [
  [
    'change: strictly over, first passes',
    { operator: 'change larger than', values: [5], suspectValues: [2] },
    [0, 5, 7, 10, 16],
    [1, 3, 1, 3, 4],
  ],
  [
    'change: after a missing one passes',
    { operator: 'change larger than', values: [5] },
    [0, null, 100],
    [1, 9, 1],
  ],
  [
    'change: 0 breaks at any change',
    { operator: 'change larger than', values: [0] },
    [0, -0, 2 ** 53, 2 ** 53 + 1, 1e-320],
    [1, 1, 4, 1, 4],
  ],
  [
    'change: the greatest numbers',
    { operator: 'change larger than', values: [1e308] },
    [huge, -huge, -huge],
    [1, 4, 1],
  ],
  [
    'duplicate: the same value at the same time',
    { operator: 'duplicate' },
    [1, 1, 1, 2],
    [1, 4, 1, 1],
    [0, 0, 1, 1],
  ],
  [
    'duplicate: within some seconds',
    { operator: 'duplicate', settings: { within: 2 } },
    ['a', 'a', 'a', 'b', 'a'],
    [1, 4, 1, 1, 1],
    [0, 2, 4.001, 5, 6],
  ],
  [
    'duplicate: kinds are told apart',
    { operator: 'duplicate', settings: { within: 9 } },
    [1, '1', true, true, 'true'],
    [1, 1, 1, 4, 1],
  ],
  [
    'duplicate: very long texts',
    { operator: 'duplicate', settings: { within: 9 } },
    [long, long, `${long}x`, ''],
    [1, 4, 1, 1],
  ],
  [
    'duplicate: what is missing is no repeat',
    { operator: 'duplicate', settings: { within: 9 } },
    [1, null, 1, undefined],
    [1, 9, 4, 9],
  ],
  ['not increasing: a counter', { operator: 'not increasing' }, [1, 2, 2, 1, 5, 2 ** 53], [1, 1, 4, 4, 1, 1]],
  [
    'not increasing: equal may be',
    { operator: 'not increasing', settings: { equal: true } },
    [1, 1, 0, 0],
    [1, 1, 4, 1],
  ],
  [
    'not increasing: looks over a missing one',
    { operator: 'not increasing', severity: 'suspect' },
    [5, null, 4],
    [1, 9, 3],
  ],
  [
    'outlier: median of the three before',
    { operator: 'outlier', values: [10], settings: { window: 3 } },
    [1, 2, 3, 13, 12, 2],
    [2, 2, 2, 4, 1, 1],
  ],
  [
    'outlier: the distance itself passes',
    { operator: 'outlier', values: [10], suspectValues: [5], settings: { window: 3 } },
    [0, 0, 0, 10, 0, 5.1],
    [2, 2, 2, 3, 1, 3],
  ],
  [
    'outlier: an even window',
    { operator: 'outlier', values: [4.5], settings: { window: 4 } },
    [1, 2, 3, 4, 7, 7.6],
    [2, 2, 2, 1, 1, 1],
  ],
  // mean 1, deviation 1 of the four before; 4.01 is 3.01 deviations away
  [
    'outlier: deviations from the mean',
    { operator: 'outlier', values: [3], settings: { window: 4, measure: 'deviation' } },
    [0, 2, 0, 2, 4, 0, 0],
    [2, 2, 2, 1, 1, 1, 1],
  ],
  [
    'outlier: over three deviations',
    { operator: 'outlier', values: [3], settings: { window: 4, measure: 'deviation' } },
    [0, 2, 0, 2, 4.01],
    [2, 2, 2, 1, 4],
  ],
  [
    'outlier: any change after a constant',
    { operator: 'outlier', values: [3], settings: { window: 4, measure: 'deviation' } },
    [7, 7, 7, 7, 7.001],
    [2, 2, 2, 1, 4],
  ],
  [
    'gap: a clock that goes back is no gap',
    { operator: 'gap in time', values: [5] },
    [1, 1, 1],
    [1, 1, 1],
    [100, 0, 5],
  ],
]

describe('predicates: stateful operators', () => {
  for (const [about, row, values, flags, times] of cases) {
    it(about, () => assert.deepEqual(flagsFor(row, readings(values, times)), flags))
  }

  it('finds a reading that is too old by its own time', () => {
    const row = { operator: 'too old' as const, values: [60], suspectValues: [10], field: '' }
    const aged = (seconds: number) => event(1, { v: 1 }, 0, { received: event(1, {}, seconds).received })
    assert.deepEqual(flagsFor(row, [0, 10, 10.001, 60, 60.001, -5].map(aged)), [1, 1, 3, 3, 4, 1])
    assert.equal(
      reasonFor(row, [aged(90)]),
      'r: event: found a reading that was 90 s old, expected at most 60 s',
    )
  })

  it('finds a reading from the future by its own time, as of a device whose clock is ahead', () => {
    const row = { operator: 'from the future' as const, values: [60], suspectValues: [10], field: '' }
    const ahead = (seconds: number) => event(1, { v: 1 }, seconds, { received: event(1, {}, 0).received })
    assert.deepEqual(flagsFor(row, [0, 10, 10.001, 60, 60.001, -5].map(ahead)), [1, 1, 3, 3, 4, 1])
    assert.equal(
      reasonFor(row, [ahead(90)]),
      'r: event: found a reading from 90 s after it was received, expected at most 60 s',
    )
  })

  it('compares all of a long text or event, not its beginning alone', () => {
    const same = 'a'.repeat(1_000)
    const row = { operator: 'duplicate' as const, settings: { within: 60 } }
    assert.deepEqual(
      flagsFor(row, readings([`${same}x`, `${same}y`, `${same}y`, `x${same}y`, `y${same}y`])),
      [1, 1, 4, 1, 1],
    )
    const list = [1, 2, 2].map((last, i) => event(i, { text: same, last }))
    assert.deepEqual(flagsFor({ ...row, field: '' }, list), [1, 1, 4])
  })

  it('compares whole events where duplicate has no field', () => {
    const row = { operator: 'duplicate' as const, field: '', settings: { within: 60 } }
    const events = [
      { a: 1, b: 2 },
      { a: 1, b: 2 },
      { a: 1, b: 3 },
      { a: 1, b: 3 },
    ].map((data, i) => event(i, data))
    assert.deepEqual(flagsFor(row, events), [1, 4, 1, 4])
  })

  it('keeps types, sources and keys apart', () => {
    const row = { operator: 'change larger than' as const, values: [1] }
    const places = [
      {},
      { type: 'attic' },
      { source: 's2' },
      { key: '12' },
      { key: '13' },
      { key: '1', type: 'room\n2' },
    ]
    const events = places.map((place, i) => event(i + 1, { v: i * 100 }, i, place))
    assert.deepEqual(flagsFor(row, events), [1, 1, 1, 1, 1, 1])
    assert.deepEqual(flagsFor(row, [...events, event(20, { v: 5 }, 9, { key: '12' })]).at(-1), 4)
  })

  it('does not evaluate what is no finite number, and does as the row says where there is none', () => {
    const thresholds = { values: [0], settings: { limit: 9 } }
    const needs = statefulNames.filter((name) => !fieldOptional.has(name))
    for (const operator of needs) {
      const values = operator === 'duplicate' || operator === 'not increasing' ? [] : thresholds.values
      const odd = ['1', '', true, Infinity, -Infinity, [1], {}, long]
      for (const value of odd)
        assert.deepEqual(flagsFor({ operator, values }, readings([value])), [2], operator)
      for (const [missing, flag] of [
        ['skip', 9],
        ['keep', 1],
        ['break', 4],
      ] as const) {
        assert.deepEqual(flagsFor({ operator, values, missing }, readings([null, Number.NaN, undefined])), [
          flag,
          flag,
          flag,
        ])
      }
    }
  })

  it('puts in words what it found and what it expected', () => {
    const words: Array<[AnyRow, unknown[], string, number?]> = [
      [
        { operator: 'rate of change', values: [3] },
        [0, 7],
        'found 7 1 s after 0, expected a change of at most 3 a second',
      ],
      [
        { operator: 'change larger than', values: [3] },
        [0.1, 7],
        'found 7 after 0.1, expected a change of at most 3',
      ],
      [
        { operator: 'spike', values: [3] },
        [0, 7, 1],
        'found 7 between 0 and 1, expected at most 3 from their mean',
        1,
      ],
      [
        { operator: 'flat line', values: [2] },
        [1, 1, 1],
        'found 3 readings in 2 s within less than 0.01, expected more change',
      ],
      [
        { operator: 'attenuated signal', values: [2], settings: { period: 2 } },
        [1, 1, 1],
        'found a standard deviation of 0 over 2 s, expected at least 2',
      ],
      [
        { operator: 'outlier', values: [2] },
        [...Array(13).fill(1), 4],
        'found 4, expected within 2 of the median 1',
      ],
      [
        { operator: 'duplicate', settings: { within: 5 } },
        ['on', 'on'],
        'found "on" again after 1 s, expected no repeat within 5 s',
      ],
      [{ operator: 'not increasing' }, [5, 4], 'found 4 after 5, expected above 5'],
      [
        { operator: 'gap in time', values: [0.5] },
        [5, 4],
        'found 1 s since the one before, expected at most 0.5 s',
      ],
    ]
    for (const [row, values, text, index] of words) {
      assert.equal(reasonFor(row, readings(values), index), `r: v: ${text}`)
    }
  })

  it('forgets the series that were not used for longest, and goes on with the others', () => {
    const rows = [{ name: 'r', field: 'v', operator: 'change larger than' as const, values: [1] }]
    const labeller = compilePredicates(rows, [], {}, { limits: { series: 100, numbers: 1e6 } })
    const many = Array.from({ length: 1000 }, (_, i) => event(i + 1, { v: 0 }, i, { key: String(i) }))
    judge(labeller, many)
    assert.ok(labeller.series <= 100)
    const [forgotten, kept] = judge(labeller, [
      event(2001, { v: 9 }, 2001, { key: '5' }),
      event(2002, { v: 9 }, 2002, { key: '999' }),
    ])
    assert.deepEqual([forgotten?.flags.r, kept?.flags.r], [1, 4])
  })

  it('bounds the memory of all windows together', () => {
    const rows = [
      { name: 'r', field: 'v', operator: 'outlier' as const, values: [1], settings: { window: 100 } },
    ]
    const labeller = compilePredicates(rows, [], {}, { limits: { series: 100, numbers: 1000 } })
    for (let i = 0; i < 3000; i++) judge(labeller, [event(i + 1, { v: 0 }, i, { key: String(i % 30) })])
    const numbers = labeller.save().match(/\b0\b/g)?.length ?? 0
    assert.ok(numbers <= 1200, `${numbers} numbers`)
  })
})
