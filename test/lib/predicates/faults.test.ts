// Rules that name the fault: what joins conditions, `not`, rates by the minute, times as texts, names.
import assert from 'node:assert/strict'
import type { Flag } from '../../../lib/event.ts'
import { compilePredicates } from '../../../lib/predicates/judge/compile.ts'
import type { LabelResult } from '../../../lib/predicates/judge/result.ts'
import { durationText, secondsOf } from '../../../lib/predicates/model/duration.ts'
import { nameOf } from '../../../lib/predicates/model/name.ts'
import { type Condition, completeRow, type PredicateRow } from '../../../lib/predicates/model/row.ts'
import { event, judge } from './helper.ts'

type Row = Partial<PredicateRow>

function results(row: Row, list: Array<Record<string, unknown>>, every = 1): LabelResult[] {
  const labeller = compilePredicates([{ says: 'bad', name: 'r', ...row }], [])
  assert.deepEqual(labeller.problems, [])
  return judge(
    labeller,
    list.map((data, i) => event(i + 1, data, i * every)),
  )
}

const flags = (...given: Parameters<typeof results>): Array<Flag | undefined> =>
  results(...given).map((result) => result.flags.r)

const low: Partial<Condition> = { field: 'battery', operator: 'is below', values: [2.8] }
const hot: Partial<Condition> = { field: 'temp', operator: 'is above', values: [30] }

describe('predicates: faults', () => {
  it('are what a rule names: the bound itself is right, and so says the reason', () => {
    const [right, wrong] = results({ ...low, name: '' }, [{ battery: 2.8 }, { battery: 2.7 }])
    assert.deepEqual([right?.verdict, right?.reasons], ['good', []])
    assert.deepEqual(
      [wrong?.verdict, wrong?.reasons],
      ['bad', ['battery is below 2.8: battery: found 2.7, expected at least 2.8']],
    )
    assert.deepEqual(flags({ ...low, says: 'suspect' }, [{ battery: 1 }]), [3])
  })

  it('are found by `and` where all are there, by `or` where one is', () => {
    const list = [
      { battery: 2, temp: 40 },
      { battery: 2, temp: 20 },
      { battery: 3, temp: 20 },
      { battery: 2 },
      {},
    ]
    assert.deepEqual(flags({ operator: 'and', conditions: [low, hot] }, list), [4, 1, 1, 4, 9])
    assert.deepEqual(flags({ operator: 'or', conditions: [low, hot] }, list), [4, 4, 1, 4, 9])
    const [both] = results({ operator: 'and', conditions: [low, hot] }, list)
    assert.deepEqual(both?.reasons, [
      'r: event: battery: found 2, expected at least 2.8; temp: found 40, expected at most 30',
    ])
  })

  it('are the other way round behind `not`, but for what has no value', () => {
    const list = [{ battery: 2 }, { battery: 3 }, {}]
    assert.deepEqual(flags({ ...low, not: true }, list), [1, 4, 9])
    assert.deepEqual(flags({ ...low, not: true, missing: 'break' }, list), [1, 4, 4])
    assert.deepEqual(flags({ ...low, not: true, missing: 'keep' }, list), [1, 4, 1])
    assert.deepEqual(
      flags({ operator: 'and', not: true, conditions: [low, hot] }, [{ battery: 2, temp: 1 }]),
      [4],
    )
    assert.deepEqual(results({ ...low, not: true }, [{ battery: 3 }])[0]?.reasons, [
      'r: battery: found 3, expected that battery is below 2.8',
    ])
  })

  it('are counted by votes over groups in groups that remember nothing', () => {
    const row: Row = {
      operator: 'or',
      conditions: [{ operator: 'and', conditions: [low, hot] }, hot],
      votes: { least: 2, of: 3 },
    }
    const list = [40, 20, 40, 20, 20, 40].map((temp) => ({ battery: 3, temp }))
    assert.deepEqual(flags(row, list), [1, 1, 4, 1, 1, 1])
  })

  it('are judged only when another condition is there', () => {
    const guarded: Row = { ...low, onlyWhen: { field: 'radio', operator: 'is true' } }
    assert.deepEqual(
      flags(guarded, [{ battery: 2, radio: true }, { battery: 2, radio: false }, { battery: 2 }]),
      [4, 2, 2],
    )
  })

  it('are changes by the second, the minute or the hour', () => {
    const values = [0, 1, 3, 3].map((v) => ({ v }))
    const rate = (per: string): Row => ({
      field: 'v',
      operator: 'rate of change',
      values: [60],
      settings: { per },
    })
    assert.deepEqual(flags(rate('second'), values), [1, 1, 1, 1])
    assert.deepEqual(flags(rate('minute'), values), [1, 1, 4, 1], '60 a minute itself is right')
    assert.deepEqual(flags(rate('hour'), values, 60), [1, 1, 4, 1])
    assert.deepEqual(results(rate('hour'), values, 60)[2]?.reasons, [
      'r: v: found 3 60 s after 1, expected a change of at most 60 an hour',
    ])
  })

  it('last as long as a text says', () => {
    const values = Array.from({ length: 12 }, () => ({ v: 5 }))
    const flat = (values: Row['values']): Row => ({ field: 'v', operator: 'flat line', values: values ?? [] })
    assert.deepEqual(flags(flat(['10 min']), values, 60), flags(flat([600]), values, 60))
    assert.deepEqual(flags(flat(['10 min']), values, 60).at(-1), 4)
    assert.deepEqual(flags(flat(['2 h']), values, 60).at(-1), 1)
  })

  it('give a rule its name', () => {
    const named = (row: Row) => nameOf(completeRow(row))
    assert.equal(named(low), 'battery is below 2.8')
    assert.equal(named({ ...low, not: true }), 'not (battery is below 2.8)')
    assert.equal(
      named({ operator: 'and', conditions: [low, hot] }),
      'battery is below 2.8 and temp is above 30',
    )
    const or: Partial<Condition> = { operator: 'or', conditions: [low, hot] }
    assert.equal(
      named({ operator: 'and', conditions: [or, { field: 'on', operator: 'is true' }] }),
      '(battery is below 2.8 or temp is above 30) and on is true',
    )
    assert.equal(
      named({ field: 'temp', operator: 'rate of change', values: [5], settings: { per: 'minute' } }),
      'temp changes faster than 5 a minute',
    )
    assert.equal(named({ field: 'humi', operator: 'flat line', values: ['2 h'] }), 'humi stays flat for 2 h')
    assert.equal(named({ operator: 'expression', values: ['a > 1'] }), 'a > 1')
  })
})

describe('predicates: durations', () => {
  it('are read as people write them', () => {
    const read: Array<[unknown, number | undefined]> = [
      ['10 min', 600],
      ['2 h', 7200],
      ['1 h 30 min', 5400],
      ['1h30min', 5400],
      ['90s', 90],
      ['.5 h', 1800],
      ['250 ms', 0.25],
      ['1 Day', 86_400],
      [30, 30],
      ['30', undefined],
      ['', undefined],
      ['10 minutes and a half', undefined],
      ['10 parsecs', undefined],
      [-1, undefined],
      [Number.NaN, undefined],
      [true, undefined],
    ]
    for (const [text, seconds] of read) assert.equal(secondsOf(text), seconds, String(text))
  })

  it('are written so that they are read again', () => {
    const texts: Array<[number, string]> = [
      [0.5, '0.5 s'],
      [60, '1 min'],
      [286, '4 min 46 s'],
      [7200, '2 h'],
      [90_061, '1 d 1 h 1 min 1 s'],
    ]
    for (const [seconds, text] of texts) {
      assert.equal(durationText(seconds), text)
      assert.equal(secondsOf(text), seconds)
    }
  })
})
