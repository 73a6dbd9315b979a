import assert from 'node:assert/strict'
import { Pairing } from '../../../lib/timing/pairing.ts'
import { StepWords } from '../../../lib/timing/words.ts'
import { fc } from '../../support/random.ts'
import { grace, type Happening, limit, Model } from './model.ts'
import { type Short, short, timeEvent, timing } from './time-events.ts'

const words = new StepWords([{ category: '*', begins: '', ends: '', limit: limit / 1_000 }])
const steps = ['START', 'STOP', 'DISCOVER', 'SINGLE']

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('event' as const),
      key: fc.nat(2),
      pid: fc.oneof({ weight: 6, arbitrary: fc.constant(7) }, { weight: 1, arbitrary: fc.constant(8) }),
      step: fc.constantFrom(...steps),
      after: fc.oneof(fc.nat(300), fc.constantFrom(0, limit, limit + 1)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('quiet' as const), ms: fc.nat(2 * (limit + grace)) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
)

/** What the pairing gives of a history, with a restart wherever one happens. */
function paired(history: readonly Happening[]): { spans: Short[]; model: Short[] } {
  const spans: Short[] = []
  const begin = () => new Pairing(words, (span) => spans.push(short(span)))
  const model = new Model()
  let pairing = begin()
  let now = 0
  history.forEach((each, seq) => {
    if (each.kind === 'event') {
      now += each.after
      const { key, pid, step } = each
      pairing.take(timeEvent(seq, step, now, { subject: `s${key}`, pid: String(pid) }), now)
      model.event(String(seq), key, pid, step, now)
    } else if (each.kind === 'quiet') {
      now += each.ms
      pairing.giveUp(now, grace)
      model.quiet(now)
    } else {
      const stored = JSON.parse(JSON.stringify(pairing.save(now)))
      pairing = begin()
      pairing.load(stored, now)
    }
  })
  return { spans, model: model.spans }
}

/** Spans by id: what is told twice counts once, and must be the same. */
function byId(spans: readonly Short[]): Map<string, Short> {
  const known = new Map<string, Short>()
  for (const span of spans) {
    const before = known.get(span.id)
    if (before) assert.deepEqual(span, before)
    known.set(span.id, span)
  }
  return new Map([...known].toSorted(([a], [b]) => Number(a) - Number(b)))
}

describe('spans of any history', () => {
  it('are those of the model, over restarts, in 10,000 histories', function () {
    this.timeout(120_000)
    const outcomes = new Set<string>()
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), (history) => {
        const { spans, model } = paired(history)
        assert.deepEqual(spans, model)
        for (const { outcome } of spans) outcomes.add(outcome)
      }),
      { numRuns: 10_000 },
    )
    assert.deepEqual([...outcomes].toSorted(), ['died', 'done', 'late', 'orphan', 'restarted', 'timeout'])
  })

  it('are the same where events come out of order and twice, and a crash makes the last ones come again', function () {
    this.timeout(120_000)
    const hold = 200
    const entry = fc.record({
      ...{ key: fc.nat(2), step: fc.constantFrom(...steps), after: fc.integer({ min: 1, max: 300 }) },
      ...{ delay: fc.nat(hold - 1), isDoubled: fc.boolean() },
    })
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 40 }), fc.nat(40), fc.nat(40), (entries, savedAt, crashAt) => {
        let msec = 0
        const sent = entries.map(({ key, step, after, ...rest }, seq) => {
          msec += after
          return { event: timeEvent(0, step, msec, { subject: `s${key}`, message: String(seq) }), ...rest }
        })
        const came = sent
          .flatMap(({ event, delay, isDoubled }) => {
            const first = { event, at: event.msec + delay }
            const second = { event: { ...event, transport: 'socket' }, at: event.msec + hold - 1 }
            return isDoubled ? [first, second] : [first]
          })
          .toSorted((a, b) => a.at - b.at)
          .map(({ event, at }, index) => ({
            event: { ...event, id: `k3x9a7qd-${index + 1}`, seq: index + 1 },
            at,
          }))

        const whole = timing(undefined, hold)
        for (const { event, at } of came) whole.timing.take(event, at)
        whole.timing.look(msec + 1_000, false)
        const inOrder = timing(undefined, 0)
        for (const { event } of sent) {
          const first = came.find((each) => each.event.message === event.message)
          inOrder.timing.take({ ...event, id: first!.event.id, seq: first!.event.seq }, event.msec)
        }
        assert.deepEqual(byId(whole.spans.map(short)), byId(inOrder.spans.map(short)))

        const told = timing(undefined, hold)
        let stored: string | undefined
        let storedSeq = 0
        for (const { event, at } of came.slice(0, Math.max(savedAt, crashAt))) {
          told.timing.take(event, at)
          if (event.seq !== savedAt) continue
          stored = JSON.stringify(told.timing.save(at))
          storedSeq = event.seq
        }
        const after = timing(undefined, hold)
        if (stored) after.timing.load(JSON.parse(stored), storedSeq, came[storedSeq - 1]!.at)
        for (const { event, at } of came) after.timing.take(event, at)
        after.timing.look(msec + 1_000, false)
        const all = byId([...told.spans, ...after.spans].map(short))
        assert.deepEqual(all, byId(whole.spans.map(short)))
      }),
      { numRuns: 2_000 },
    )
  })
})
