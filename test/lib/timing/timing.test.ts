import assert from 'node:assert/strict'
import type { TimeEvent } from '../../../lib/timing/time-event.ts'
import { defaultRows } from '../../../lib/timing/words.ts'
import { boot, short, spansOf, timeEvent, timing } from './time-events.ts'

const shorts = (events: TimeEvent[], rows = defaultRows) => spansOf(events, rows).map(short)

describe('spans of time events', () => {
  it('START and STOP make a span with its steps and their offsets', () => {
    const events = [
      timeEvent(1, 'START', 1_000),
      timeEvent(2, 'DISCOVER', 1_200, { message: 'try 1' }),
      timeEvent(3, 'renew', 2_500),
      timeEvent(4, 'STOP', 4_400),
    ]
    assert.deepEqual(spansOf(events), [
      {
        ...{ id: 'k3x9a7qd-1', origin: 'telog', category: 'DHCP4_CLIENT', sender: 'dhcp', pid: '7' },
        ...{ subject: 'eth0', outcome: 'done', duration: 3_400, start: boot + 1_000 },
        steps: [
          { step: 'DISCOVER', at: 200, msg: 'try 1' },
          { step: 'renew', at: 1_500 },
        ],
        ...{ moreSteps: 0, parent: undefined },
      },
    ])
  })

  it('START and START end the first span as restarted, and open another one', () => {
    const events = [timeEvent(1, 'START', 100), timeEvent(2, 'START', 350), timeEvent(3, 'STOP', 400)]
    assert.deepEqual(shorts(events), [
      { id: '1', outcome: 'restarted', duration: 250 },
      { id: '2', outcome: 'done', duration: 50 },
    ])
  })

  it('STOP without START is an orphan', () => {
    const [span] = spansOf([timeEvent(1, 'STOP', 100)])
    assert.deepEqual(span && { ...short(span), start: span.start }, {
      ...{ id: '1', outcome: 'orphan', duration: undefined },
      start: boot + 100,
    })
  })

  it('no STOP within the limit: a timeout as long as the limit; a STOP that comes later is late, with the true duration', () => {
    const { spans, timing: one } = timing()
    one.take(timeEvent(1, 'START', 0), 0)
    one.look(303_000, true)
    assert.equal(spans.length, 0)
    one.look(303_001, true)
    assert.deepEqual(spans.map(short), [{ id: '1', outcome: 'timeout', duration: 300_000 }])
    one.take(timeEvent(2, 'STOP', 400_000), 400_000)
    one.take(timeEvent(3, 'STOP', 400_001), 400_001)
    assert.deepEqual(
      spans.slice(1).map((span) => [short(span), span.start]),
      [
        [{ id: '2', outcome: 'late', duration: 400_000 }, boot],
        [{ id: '3', outcome: 'orphan', duration: undefined }, boot + 400_001],
      ],
    )
  })

  it('while events that were logged are still to come, nothing is given up', () => {
    const { spans, timing: one } = timing()
    one.take(timeEvent(1, 'START', 0), 0)
    one.look(500_000, false)
    one.take(timeEvent(2, 'STOP', 300_000), 500_000)
    assert.deepEqual(spans.map(short), [{ id: '1', outcome: 'done', duration: 300_000 }])
  })

  it("the limit is told by any event of the sender's clock, and is one of the category", () => {
    const rows = [{ category: 'boot', begins: '', ends: '', limit: 2 }, ...defaultRows]
    const boots = { category: 'BOOT', subject: '' }
    const events = [
      timeEvent(1, 'START', 0, boots),
      timeEvent(2, 'START', 1),
      timeEvent(3, 'SINGLE', 2_000, { category: 'UTC_TIME' }),
      timeEvent(4, 'SINGLE', 2_001, { category: 'UTC_TIME' }),
      timeEvent(5, 'STOP', 2_500, boots),
    ]
    assert.deepEqual(shorts(events, rows), [
      { id: '1', outcome: 'timeout', duration: 2_000 },
      { id: '5', outcome: 'late', duration: 2_500 },
    ])
  })

  it('the same source with another process id: what was open has died', () => {
    const events = [
      timeEvent(1, 'START', 100),
      timeEvent(2, 'START', 200, { subject: 'eth1' }),
      timeEvent(3, 'START', 900, { pid: '8' }),
      timeEvent(4, 'STOP', 950, { pid: '8' }),
    ]
    assert.deepEqual(shorts(events), [
      { id: '1', outcome: 'died', duration: 800 },
      { id: '2', outcome: 'died', duration: 700 },
      { id: '3', outcome: 'done', duration: 50 },
    ])
  })

  it('a process whose machine was started again has died when it was last heard', () => {
    const events = [
      timeEvent(1, 'START', 5_000),
      timeEvent(2, 'DISCOVER', 5_700),
      timeEvent(3, 'START', 40, { pid: '8' }),
    ]
    assert.deepEqual(shorts(events), [{ id: '1', outcome: 'died', duration: 700 }])
  })

  it('nested spans are independent, and know the innermost one that was open', () => {
    const inner = { category: 'CONTROLLER', subject: 'resolve' }
    const events = [
      timeEvent(1, 'START', 0),
      timeEvent(2, 'START', 10, { subject: 'lease' }),
      timeEvent(3, 'CONNECTING', 20, inner),
      timeEvent(4, 'STOP', 30, { subject: 'lease' }),
      timeEvent(5, 'READY', 40, inner),
      timeEvent(6, 'START', 50, { subject: 'second' }),
      timeEvent(7, 'STOP', 60, { subject: 'second' }),
      timeEvent(8, 'STOP', 70),
    ]
    assert.deepEqual(
      spansOf(events).map(({ id, outcome, duration, parent }) => [
        id.slice(9),
        outcome,
        duration,
        parent?.slice(9),
      ]),
      [
        ['2', 'done', 20, '1'],
        ['3', 'done', 20, '2'],
        ['6', 'done', 10, '1'],
        ['1', 'done', 70, undefined],
      ],
    )
  })

  it('subjects that overlap are independent', () => {
    const events = [
      timeEvent(1, 'START', 0),
      timeEvent(2, 'START', 10, { subject: 'wlan0' }),
      timeEvent(3, 'STOP', 20),
      timeEvent(4, 'STOP', 40, { subject: 'wlan0' }),
    ]
    assert.deepEqual(shorts(events), [
      { id: '1', outcome: 'done', duration: 20 },
      { id: '2', outcome: 'done', duration: 30 },
    ])
  })

  it('an event counts once by its id, and once by its content where another transport brings it within a second', () => {
    const { spans, timing: one } = timing()
    const start = timeEvent(1, 'START', 100)
    one.take(start, 100)
    one.take(start, 150)
    one.take({ ...start, id: 'k3x9a7qd-2', seq: 2, transport: 'socket' }, 1_100)
    assert.deepEqual([spans, one.counts], [[], { repeats: 1, doubled: 1, leftOut: 0 }])
    // more than a second later, or by the same transport, it is another event
    one.take({ ...start, id: 'k3x9a7qd-3', seq: 3, transport: 'socket' }, 1_101)
    one.take({ ...start, id: 'k3x9a7qd-4', seq: 4, transport: 'socket' }, 1_102)
    assert.deepEqual(spans.map(short), [
      { id: '1', outcome: 'restarted', duration: 0 },
      { id: '3', outcome: 'restarted', duration: 0 },
    ])
  })

  it("events that come out of order within the hold are sorted by the sender's clock", () => {
    const { spans, timing: one } = timing(defaultRows, 2_000)
    one.take(timeEvent(1, 'STOP', 1_500, { transport: 'socket' }), 10_000)
    one.take(timeEvent(2, 'DISCOVER', 1_100, { transport: 'socket' }), 10_001)
    one.take(timeEvent(3, 'START', 1_000), 11_999)
    assert.equal(spans.length, 0)
    one.look(12_000, true)
    assert.deepEqual(
      spans.map((span) => [short(span), span.steps]),
      [[{ id: '3', outcome: 'done', duration: 500 }, [{ step: 'DISCOVER', at: 100 }]]],
    )
    one.take(timeEvent(4, 'START', 2_000), 13_000)
    one.take(timeEvent(5, 'STOP', 2_300), 13_100)
    one.look(15_100, true)
    assert.deepEqual(spans.slice(1).map(short), [{ id: '4', outcome: 'done', duration: 300 }])
  })

  it('a restart goes on with open spans and with what waits, and gives the same span again for what comes again', () => {
    const before = timing(defaultRows, 2_000)
    before.timing.take(timeEvent(1, 'START', 0), 0)
    before.timing.take(timeEvent(2, 'STOP', 2_500), 2_500)
    const stored = JSON.parse(JSON.stringify(before.timing.save(3_000)))
    before.timing.look(5_000, true)
    const after = timing(defaultRows, 2_000)
    after.timing.load(stored, 2, 77)
    after.timing.take(timeEvent(1, 'START', 0), 78)
    after.timing.take(timeEvent(2, 'STOP', 2_500), 78)
    after.timing.look(77 + 1_499, true)
    assert.deepEqual(after.spans, [])
    after.timing.look(77 + 1_500, true)
    assert.deepEqual(before.spans.map(short), [{ id: '1', outcome: 'done', duration: 2_500 }])
    assert.deepEqual(after.spans.map(short), before.spans.map(short))
    assert.equal(after.timing.counts.repeats, 2)
  })

  it("a step of the wall clock changes no duration: the sender's monotonic clock counts alone", () => {
    const events = [
      timeEvent(1, 'START', 1_000),
      timeEvent(2, 'STOP', 1_700, { time: boot - 86_400_000 }),
      timeEvent(3, 'START', 2_000, { time: boot - 86_400_000 }),
      timeEvent(4, 'STOP', 2_100, { time: boot + 86_400_000 }),
    ]
    assert.deepEqual(shorts(events), [
      { id: '1', outcome: 'done', duration: 700 },
      { id: '3', outcome: 'done', duration: 100 },
    ])
  })

  it('steps and points outside of a span are no spans', () => {
    assert.deepEqual(
      shorts([timeEvent(1, 'BOUNDARY', 0), timeEvent(2, 'SINGLE', 1), timeEvent(3, 'uni', 2)]),
      [],
    )
  })

  it('of 10,001 open spans the oldest is given up, as long as it was heard of', () => {
    const { spans, timing: one } = timing()
    one.take(timeEvent(1, 'START', 0), 0)
    one.take(timeEvent(2, 'DISCOVER', 30), 0)
    for (let seq = 3; seq <= 10_001; seq++) one.take(timeEvent(seq, 'START', 50, { subject: `s${seq}` }), 50)
    assert.deepEqual([spans, one.open], [[], 10_000])
    one.take(timeEvent(10_002, 'START', 60, { subject: 'one more' }), 60)
    assert.deepEqual([spans.map(short), one.open], [[{ id: '1', outcome: 'timeout', duration: 30 }], 10_000])
  })

  it('a span keeps 100 steps, and counts the others', () => {
    const steps = Array.from({ length: 130 }, (_, i) => timeEvent(i + 2, `S${i}`, i + 1))
    const [span] = spansOf([timeEvent(1, 'START', 0), ...steps, timeEvent(200, 'STOP', 500)])
    assert.deepEqual(
      [span?.steps.length, span?.moreSteps, span?.steps.at(-1)],
      [100, 30, { step: 'S99', at: 100 }],
    )
  })

  it('40,000 events of 2,000 keys of one sender are all paired, whatever waits', () => {
    const { spans, timing: one } = timing(defaultRows, 2_000)
    for (let seq = 1; seq <= 40_000; seq++) {
      const step = Math.floor((seq - 1) / 2_000) % 2 === 0 ? 'START' : 'STOP'
      one.take(timeEvent(seq, step, seq, { subject: `s${seq % 2_000}` }), seq)
    }
    one.look(1e6, false)
    assert.deepEqual(
      [spans.length, new Set(spans.map(({ duration }) => duration))],
      [20_000, new Set([2_000])],
    )
  })
})
