// The streaming rules against plain batch versions; and whatever is sent again, at whatever speed, has the same flags.
import assert from 'node:assert/strict'
import type { Flag } from '../../../lib/event.ts'
import { LabelSession } from '../../../lib/labelling/session.ts'
import { Draft } from '../../../lib/predicates/judge/draft.ts'
import { type AnyRow, compilePredicates } from '../../../lib/public/predicates.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { fc } from '../../support/random.ts'
import * as batch from '../predicates/batch.ts'
import { event, flagsFor, judge } from '../predicates/helper.ts'

const isSoak = process.env.FIELDLOG_SOAK === '1'
const runs = isSoak ? { numRuns: 20_000, interruptAfterTimeLimit: 10_000 } : { numRuns: 300 }

/** Few different values and steps, so that thresholds are met exactly, and now and then any number. */
const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -6, max: 6 }) },
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
)
const step = fc.constantFrom(1, 1, 1, 2, 0, 10, 0.25)
const series = fc.array(fc.record({ step, value }), { maxLength: 60 }).map((steps) => {
  let time = 0
  return steps.map((each): batch.Reading => {
    time += each.step
    return { time, value: each.value }
  })
})

const rules: Array<[AnyRow, (readings: readonly batch.Reading[]) => Flag[]]> = [
  [{ operator: 'rate of change', values: [5], suspectValues: [2] }, batch.batchRate(5, 2)],
  [{ operator: 'change larger than', values: [5], suspectValues: [2] }, batch.batchChange(5, 2)],
  [
    { operator: 'spike', values: [5], suspectValues: [2], settings: { limit: 9 } },
    batch.batchSpike('average', 9, 5, 2),
  ],
  [
    { operator: 'spike', values: [5], suspectValues: [2], settings: { limit: 2, method: 'differential' } },
    batch.batchSpike('differential', 2, 5, 2),
  ],
  [
    { operator: 'flat line', values: [4], suspectValues: [2], settings: { tolerance: 2 } },
    batch.batchFlatLine(2, 4, 2),
  ],
  [
    { operator: 'attenuated signal', values: [1], suspectValues: [3], settings: { period: 5 } },
    batch.batchAttenuated('deviation', 5, 1, 3),
  ],
  [
    {
      operator: 'attenuated signal',
      values: [2],
      suspectValues: [6],
      settings: { period: 8, measure: 'range' },
    },
    batch.batchAttenuated('range', 8, 2, 6),
  ],
  [
    { operator: 'outlier', values: [5], suspectValues: [2], settings: { window: 7 } },
    batch.batchOutlier('median', 7, 5, 2),
  ],
  [
    { operator: 'outlier', values: [2], suspectValues: [1], settings: { window: 8, measure: 'deviation' } },
    batch.batchOutlier('deviation', 8, 2, 1),
  ],
  [{ operator: 'not increasing' }, batch.batchNotIncreasing(false)],
  [{ operator: 'not increasing', settings: { equal: true } }, batch.batchNotIncreasing(true)],
  [{ operator: 'duplicate', settings: { within: 2 } }, batch.batchDuplicate(2)],
  [{ operator: 'gap in time', values: [9], suspectValues: [1] }, batch.batchGap(9, 1)],
]

const asEvents = (readings: readonly batch.Reading[]) =>
  readings.map(({ time, value }, i) => event(i + 1, { v: value }, time))

describe('predicates: stateful properties', function () {
  this.timeout(isSoak ? 60_000 : 20_000)

  for (const [row, expected] of rules) {
    const name = `${row.operator} ${JSON.stringify(row.settings ?? {})}`
    it(`${name}: as the batch version`, () => {
      fc.assert(
        fc.property(series, (readings) => {
          assert.deepEqual(flagsFor(row, asEvents(readings)), expected(readings))
        }),
        runs,
      )
    })
  }

  it('at least p of the last n: as the batch version, also for a rule that waits', () => {
    for (const [row, expected] of rules.slice(0, 3)) {
      fc.assert(
        fc.property(
          series,
          fc.integer({ min: 1, max: 4 }),
          fc.integer({ min: 0, max: 4 }),
          (readings, least, more) => {
            const votes = { least, of: least + more }
            const found = flagsFor({ ...row, votes }, asEvents(readings))
            assert.deepEqual(found, batch.batchVotes(votes.least, votes.of, expected(readings)))
          },
        ),
        runs,
      )
    }
  })

  const rows = rules.map(([row], i) => ({
    ...row,
    field: 'v',
    name: `rule ${i}`,
    ...(i % 3 === 0 ? { votes: { least: 1, of: 2 } } : {}),
  }))
  const make = () => compilePredicates(rows, [])
  /** several series, mixed */
  const stream = fc
    .array(fc.record({ step: fc.constantFrom(0.5, 1, 0, 12), value, key: fc.constantFrom('a', 'b', 'c') }), {
      maxLength: 80,
    })
    .map((steps) => {
      let time = 0
      return steps.map(({ step, value, key }, i) => {
        time += step
        return event(i + 1, { v: value }, time, { key })
      })
    })

  it('goes on as if nothing had been after its memory was stored and restored, at any event', () => {
    fc.assert(
      fc.property(stream, fc.nat(80), (events, cut) => {
        const wanted = judge(make(), events)
        const first = make()
        for (const each of events.slice(0, cut)) first.push(new Draft(each))
        const second = make()
        second.load(JSON.parse(first.save()))
        const found = judge(second, events.slice(cut))
        const flags = found.map((each) => each.flags)
        assert.deepEqual(
          flags,
          wanted.slice(cut).map((each) => each.flags),
        )
        assert.equal(found.length, events.length - Math.min(cut, events.length))
      }),
      runs,
    )
  })

  it('leaves out what came late: flags, reasons and memory of the live events are as without it', () => {
    const late = fc.array(fc.tuple(fc.nat(80), value, fc.constantFrom('a', 'b', 'c'), fc.nat(100)), {
      maxLength: 30,
    })
    const kept: AnyRow = {
      name: 'kept',
      field: 'v',
      operator: '<=',
      values: [5],
      suspectValues: [2],
      missing: 'keep',
    }
    const remembered = [...rows, kept]
    fc.assert(
      fc.property(stream, late, (events, lates) => {
        const live = compilePredicates(remembered, [])
        const wanted = judge(live, events)
        const mixed = compilePredicates(remembered, [])
        const all = events.flatMap((each, i) => [
          ...lates
            .filter(([at]) => at % (events.length + 1) === i)
            .map(([, v, key, age], n) => {
              const { received, seq } = each
              return {
                ...event(seq, { v }, 0, { key, late: true }),
                id: `late-${seq}-${n}`,
                received,
                time: received - age * 1000,
              }
            }),
          each,
        ])
        const found = judge(mixed, all)
        assert.deepEqual(
          found.filter((_, i) => all[i]?.late === undefined),
          wanted,
        )
        assert.equal(mixed.save(), live.save())
        for (const [i, { flags, unsure }] of found.entries()) {
          const { late, data } = all[i]!
          if (!late) continue
          // rules that remember say nothing of it; the one that does not says what it says of a live one
          const { kept, ...others } = flags
          assert.deepEqual([...new Set(Object.values(others))], [2])
          const v = data?.v as number | null
          assert.equal(kept, v === null ? 1 : v > 5 ? 4 : v > 2 ? 3 : 1)
          assert.equal(unsure, undefined)
        }
      }),
      runs,
    )
  })

  it('gives an event that comes again the verdict of the first time, whenever it comes', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.tuple(fc.nat(80), fc.nat(80))), (events, repeats) => {
        const wanted = judge(make(), events)
        const found = new Map<string, Set<string>>()
        const session = new LabelSession<string>(make, new FakeClock())
        session.attach({
          judged: (id, { flags }) => found.set(id, (found.get(id) ?? new Set()).add(JSON.stringify(flags))),
        })
        events.forEach((each, i) => {
          session.take(each, each.id)
          for (const [at, which] of repeats) {
            const again = events[which]
            if (at === i && again && which <= i) session.take(again, again.id)
          }
        })
        const held = new Set(session.detach())
        events.forEach(({ id }, i) => {
          const expected = held.has(id) ? [] : [JSON.stringify(wanted[i]?.flags)]
          assert.deepEqual([...(found.get(id) ?? [])], expected)
        })
      }),
      runs,
    )
  })
})
