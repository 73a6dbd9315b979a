import assert from 'node:assert/strict'
import { compileFormats } from '../../../../lib/formats/compile.ts'
import type { Outcome } from '../../../../lib/formats/format.ts'
import { homepower } from '../../../../lib/formats/library/jeelink.ts'
import type { FormatDefinition } from '../../../../lib/formats/model/definition.ts'
import { EventMemory } from '../../../../lib/formats/model/memory.ts'
import { format, integer, number, text } from '../helper.ts'

interface Given {
  payload: unknown
  seq: number
  /** s */
  at?: number
  source?: string
}

/** What becomes of events that come one after another. */
function run(definition: FormatDefinition, memory = new EventMemory()) {
  const formats = compileFormats([definition], { memory })
  return ({ payload, seq, at = seq, source = 'a' }: Given): Outcome =>
    formats.decode({ payload, source, id: `e-${seq}`, seq, received: at * 1000 })
}

function shown(outcome: Outcome): unknown {
  if (outcome.kind === 'clean') return outcome.events.map(({ data }) => data)
  return outcome.kind === 'unknown' ? outcome.kind : outcome.reasons
}

const json = { kind: 'json' } as const
const sensor = (rest: Partial<FormatDefinition>) =>
  format(
    json,
    [number('v'), text('id', { hidden: true }), { name: 't', type: 'time', hidden: true }],
    undefined,
    {
      key: ['id'],
      ...rest,
    },
  )

describe('formats: unchanged events', () => {
  const definition = sensor({ drop: { unchanged: 60 } })

  it('are left out until the interval is over, by the events own times', () => {
    const next = run(definition)
    assert.deepEqual(shown(next({ payload: { v: 1 }, seq: 1, at: 0 })), [{ v: 1 }])
    assert.deepEqual(shown(next({ payload: { v: 1 }, seq: 2, at: 59.9 })), [
      'repeats: unchanged for 59.9 s, expected 60 s',
    ])
    assert.deepEqual(shown(next({ payload: { v: 1 }, seq: 3, at: 60 })), [{ v: 1 }])
    assert.equal(next({ payload: { v: 1 }, seq: 4, at: 119 }).kind, 'suppressed')
  })

  it('are no repeats where the value changes, or changes back', () => {
    const next = run(definition)
    assert.deepEqual(shown(next({ payload: { v: 1 }, seq: 1, at: 60 })), [{ v: 1 }])
    assert.deepEqual(shown(next({ payload: { v: 2 }, seq: 2, at: 119 })), [{ v: 2 }])
    assert.deepEqual(shown(next({ payload: { v: 1 }, seq: 3, at: 119 })), [{ v: 1 }])
  })

  it('are no repeats where the clock went back', () => {
    const next = run(definition)
    assert.deepEqual(shown(next({ payload: { v: 1 }, seq: 1, at: 119 })), [{ v: 1 }])
    assert.deepEqual(shown(next({ payload: { v: 1 }, seq: 2, at: 5 })), [{ v: 1 }])
  })

  it('are told by source and key', () => {
    const next = run(definition)
    next({ payload: { v: 1, id: 'x' }, seq: 1 })
    assert.equal(next({ payload: { v: 1, id: 'y' }, seq: 2 }).kind, 'clean')
    assert.equal(next({ payload: { v: 1, id: 'x' }, seq: 3, source: 'b' }).kind, 'clean')
    assert.equal(next({ payload: { v: 1, id: 'x' }, seq: 4 }).kind, 'suppressed')
  })

  it('give the same when they are delivered again, also to the formats of the next deploy', () => {
    const memory = new EventMemory()
    const given: Given[] = [0, 10, 20, 70, 80, 200].map((at, i) => ({ payload: { v: 1 }, seq: i + 1, at }))
    const first = given.map(run(definition, memory)).map(shown)
    assert.deepEqual(first.map(Array.isArray), [true, true, true, true, true, true])
    const again = run(definition, memory)
    assert.deepEqual(
      given.map((each) => shown(again(each))),
      first,
    )
    assert.deepEqual(
      given.toReversed().map((each) => shown(again(each))),
      first.toReversed(),
    )
  })

  it('are not left out where nothing is known of their place', () => {
    const formats = compileFormats([definition])
    for (let i = 0; i < 2; i++) assert.equal(formats.decode({ payload: { v: 1 }, source: 'a' }).kind, 'clean')
  })
})

describe('formats: events of the same time', () => {
  const definition = sensor({ time: 't', drop: { sameTime: true } })

  it('are left out, whatever lies between', () => {
    const next = run(definition)
    assert.equal(next({ payload: { v: 1, t: 1000000000 }, seq: 1 }).kind, 'clean')
    assert.equal(next({ payload: { v: 2, t: 1000000001 }, seq: 2 }).kind, 'clean')
    assert.deepEqual(shown(next({ payload: { v: 3, t: 1000000000 }, seq: 3 })), [
      'repeats: an earlier event has the same time, 2001-09-09T01:46:40.000Z',
    ])
    assert.equal(next({ payload: { v: 1, t: 1000000000 }, seq: 1 }).kind, 'clean', 'delivered again')
  })
})

describe('formats: events of the same time, up to the limit', () => {
  const definition = sensor({ time: 't', drop: { sameTime: true } })
  const at = (i: number) => 1_000_000_000 + i
  const limits = { ofSeries: 10, events: 100, timesOfSeries: 100, times: 250 }
  /** whether it was left out, sent, or sent with a mark */
  const become = (outcome: Outcome) =>
    outcome.kind === 'clean' ? (outcome.events[0]?.unsure ? 'unsure' : 'clean') : outcome.kind

  it('leaves out all of 3,000 that a collector sends again', () => {
    const next = run(definition)
    for (let i = 1; i <= 3_000; i++) next({ payload: { v: i, t: at(i) }, seq: i })
    const found = new Set<string>()
    for (let i = 1; i <= 3_000; i++) found.add(next({ payload: { v: i, t: at(i) }, seq: 3_000 + i }).kind)
    assert.deepEqual([...found], ['suppressed'])
  })

  it('sends what is older than the times that are remembered, marked and counted, and says so once', () => {
    const told: string[] = []
    const memory = new EventMemory({ limits, limitReached: (series) => told.push(series) })
    const next = run(definition, memory)
    let seq = 0
    const send = (i: number) => become(next({ payload: { v: i, t: at(i), id: 'x' }, seq: ++seq }))
    const counts = (from: number, to: number) => {
      const found: Record<string, number> = {}
      for (let i = from; i <= to; i++) {
        const what = send(i)
        found[what] = (found[what] ?? 0) + 1
      }
      return found
    }
    assert.deepEqual(counts(1, 150), { clean: 150 })
    assert.deepEqual(counts(1, 150), { unsure: 50, suppressed: 100 })
    assert.equal(memory.unknownTimes, 50)
    assert.deepEqual(told, ['test\na\nx'])
    // one that came late, and is newer than the oldest time that is remembered
    assert.equal(send(120.5), 'clean')
    assert.equal(send(120.5), 'suppressed')
    assert.equal(send(151), 'clean')
  })

  it('knows nothing of a series that it had to forget, and says so', () => {
    const next = run(definition, new EventMemory({ limits }))
    let seq = 0
    const send = (id: string, i: number) =>
      become(next({ payload: { v: 1, t: at(i), id }, seq: ++seq, at: at(i) }))
    for (const id of ['x', 'y', 'z']) for (let i = 0; i < 99; i++) assert.equal(send(id, i), 'clean')
    assert.equal(send('x', 5), 'unsure')
    assert.equal(send('z', 5), 'suppressed')
  })

  it('does not take for new what may have come before it began', () => {
    const next = run(definition, new EventMemory({ isWhole: false }))
    const send = (seq: number, t: number) => become(next({ payload: { v: 1, t: at(t) }, seq, at: at(seq) }))
    assert.equal(send(100, 3), 'unsure')
    assert.equal(send(101, 4), 'unsure', 'the collector may have sent it before')
    assert.equal(send(102, 4), 'suppressed')
    assert.equal(send(103, 103), 'clean', 'nothing can have had that time')
  })
})

describe('formats: only news', () => {
  const line = (...words: number[]) => `OK 9 ${words.flatMap((word) => [word & 255, word >> 8]).join(' ')}`

  it('is off in the shipped format', () => {
    const next = run(homepower)
    next({ payload: line(1, 100, 2, 100, 3, 100), seq: 1 })
    const [data] = shown(next({ payload: line(1, 100, 2, 100, 3, 100), seq: 2 })) as object[]
    assert.deepEqual(Object.keys(data ?? {}), ['c1', 'p1', 'c2', 'p2', 'c3', 'p3'])
  })

  it('leaves out the pairs whose counter stands, and the event where all do', () => {
    const next = run({ ...homepower, onlyNews: true })
    const keys = (outcome: Outcome) =>
      outcome.kind === 'clean' ? Object.keys(outcome.events[0]?.data ?? {}).join() : shown(outcome)
    assert.equal(keys(next({ payload: line(1, 100, 2, 100, 3, 100), seq: 1 })), 'c1,p1,c2,p2,c3,p3')
    assert.equal(keys(next({ payload: line(1, 100, 3, 90, 3, 100), seq: 2 })), 'c2,p2')
    assert.deepEqual(keys(next({ payload: line(1, 50, 3, 50, 3, 50), seq: 3 })), [
      'repeats: no field brings news',
    ])
    assert.equal(keys(next({ payload: line(1, 50, 3, 50, 4, 50), seq: 4 })), 'c3,p3')
    assert.equal(keys(next({ payload: line(1, 100, 3, 90, 3, 100), seq: 2 })), 'c2,p2', 'delivered again')
  })
})

describe('formats: the memory of events', () => {
  it('is bounded in events and series', () => {
    const next = run(sensor({ drop: { unchanged: 1e9 } }))
    for (let seq = 1; seq <= 21_000; seq++) next({ payload: { v: 1, id: `s${seq}` }, seq })
    assert.equal(next({ payload: { v: 1, id: 's1' }, seq: 30_000 }).kind, 'clean', 'forgotten')
    assert.equal(next({ payload: { v: 1, id: 's21000' }, seq: 30_001 }).kind, 'suppressed')
  })
})

describe('formats: lines of several events', () => {
  const parts = format(
    { kind: 'packet', parts: { from: 1, size: 2 } },
    [
      integer('v', { from: 0, read: 'u16le' }),
      integer('head', { from: 0, whole: true }),
      integer('part', { from: 'part' }),
    ],
    { nodes: [5] },
  )

  it('a packet of parts of one size', () => {
    assert.deepEqual(shown(run(parts)({ payload: 'OK 5 7 1 0 2 1', seq: 1 })), [
      { v: 1, head: 7, part: 0 },
      { v: 258, head: 7, part: 1 },
    ])
    assert.deepEqual(shown(run(parts)({ payload: 'OK 5 7 1 0 2', seq: 1 })), [
      'decode: parts: found 1 byte in part 1, expected 2',
    ])
    assert.deepEqual(shown(run(parts)({ payload: 'OK 5 7', seq: 1 })), [
      'decode: parts: found none, expected one at least',
    ])
  })

  it('a packet of parts that tell their size', () => {
    const relay = format({ kind: 'packet', parts: { size: { bit: 4, bits: 4 } } }, [
      integer('kind', { from: 0, bit: 0, bits: 4 }),
      integer('a', { from: 1 }),
      integer('b', { from: 2 }),
    ])
    assert.deepEqual(shown(run(relay)({ payload: 'OK 5 33 10 11 18 12', seq: 1 })), [
      { kind: 1, a: 10, b: 11 },
      { kind: 2, a: 12 },
    ])
    assert.deepEqual(shown(run(relay)({ payload: 'OK 5 49 1 2', seq: 1 })), [
      'decode: parts: found 3 bytes in part 0, expected 4',
    ])
  })

  it('a list in JSON, each with its place', () => {
    const list = format({ kind: 'json', each: 'readings' }, [number('v'), number('t', { required: true })])
    const outcome = run(list)({ payload: { readings: [{ v: 1, t: 5 }, { t: 6 }] }, seq: 1 })
    assert.deepEqual(outcome.kind === 'clean' && outcome.events.map(({ data, part }) => [part, data]), [
      [1, { v: 1, t: 5 }],
      [2, { t: 6 }],
    ])
    assert.deepEqual(shown(run(list)({ payload: { readings: [{ v: 1, t: 5 }, { v: 'x' }] }, seq: 1 })), [
      'type: v: part 2: found "x", expected a number',
      'required: t: part 2: found nothing at "t", expected a number',
    ])
    assert.deepEqual(shown(run(list)({ payload: { readings: 5 }, seq: 1 })), [
      'decode: json: found 5 at "readings", expected a list with items',
    ])
  })
})
