// Spans survive a restart and a crash: from the file, and from the journal behind it.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FieldlogEvent } from '../../../lib/event.ts'
import { compileFormats } from '../../../lib/formats/compile.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { systemDisk } from '../../../lib/journal/disk/disk.ts'
import { Journal } from '../../../lib/journal/journal.ts'
import { systemClock } from '../../../lib/kit/clock.ts'
import { decoded, readEntries } from '../../../lib/labelling/history.ts'
import { LiveTiming } from '../../../lib/timing/live-timing.ts'
import type { SpanEvent } from '../../../lib/timing/span.ts'
import type { StatisticsRow } from '../../../lib/timing/span-statistics.ts'
import { defaultRows, StepWords } from '../../../lib/timing/words.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'
import { boot } from './time-events.ts'

const texts = ['cat', 'source', 'pid', 'subject', 'seq', 'msg'].map((name) => ({
  name,
  type: 'string' as const,
}))
const format: FormatDefinition = {
  type: 'timeevent',
  decoder: { kind: 'json' },
  fields: [{ name: 'time', type: 'number' }, { name: 'msec', type: 'number' }, ...texts],
}
const file = '.timing-test'
const noon = Date.UTC(2026, 10, 21, 12)

/** What is logged: 20 leases of a second each, of one interface after the other. */
const logged = Array.from({ length: 40 }, (_, i) => ({
  ...{ time: boot + i * 500, msec: i * 500, cat: 'DHCP4_CLIENT', source: 'udhcpc', pid: '812' },
  ...{ subject: `eth${Math.floor(i / 4) * 2 + (i % 2)}`, seq: i % 4 < 2 ? 'START' : 'STOP' },
}))

/** Ids of the spans that these are to give. */
const wholeIds = logged.flatMap(({ seq }, i) => (seq === 'START' ? [i + 1] : []))

describe('live timing', () => {
  let directory: string
  let events: FieldlogEvent[]
  let clock: FakeClock
  let position: { checkpoint: number; entries: number; waiting: number }
  let told: SpanEvent[]
  let rows: StatisticsRow[][]
  let warnings: string[]
  let done: string[]

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-timing-'))
    const journal = new Journal({ directory, flushInterval: 0, clock: { ...systemClock, wall: () => noon } })
    await journal.start()
    logged.forEach((event, i) => {
      journal.append({ kind: 'L', source: 'telog', text: JSON.stringify(event), received: noon + i * 500 })
    })
    await journal.stop()
    events = []
    const formats = compileFormats([format])
    await readEntries(systemDisk, directory, 1, logged.length, {
      entry: (entry) => events.push(...decoded(entry, formats).flatMap((each) => each.events)) > 0,
      gap: () => assert.fail('entries are missing'),
    })
    assert.equal(events.length, logged.length)
    clock = new FakeClock()
    position = { checkpoint: 0, entries: 0, waiting: 0 }
    told = []
    rows = []
    warnings = []
    done = []
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  /** A process begins. */
  function begin(hold = 0): LiveTiming {
    clock.forget()
    const timing = new LiveTiming({ words: new StepWords(defaultRows), hold, bySubject: false }, file, clock)
    attach(timing)
    return timing
  }

  function attach(timing: LiveTiming): void {
    timing.attach(
      {
        span: (event) => told.push(event),
        statistics: (all) => rows.push(all),
        warn: (text) => warnings.push(text),
        changed: () => {},
      },
      {
        directory,
        formats: () => compileFormats([format]),
        position: () => position,
        flushInterval: 0,
      },
    )
  }

  /** The flow hands on the events of these seqs, which are durable then. */
  async function send(timing: LiveTiming, from: number, to: number): Promise<void> {
    position.entries = Math.max(position.entries, to)
    for (const event of events.slice(from - 1, to)) {
      timing.take(event, {
        span: (span) => told.push(span),
        done: (error) => done.push(error?.message ?? 'done'),
      })
    }
    await waitFor(() => done.length >= to - from + 1)
  }

  async function seconds(count: number): Promise<void> {
    clock.tick(count * 1_000)
    await settle()
  }

  /** Time goes on until the state is on disk. */
  async function stored(): Promise<void> {
    await seconds(30)
    await waitFor(() => storedSeq() === position.checkpoint)
  }

  /** Undefined where there is no state. */
  function storedSeq(): number | undefined {
    const path = join(directory, file)
    if (!existsSync(path)) return undefined
    return (JSON.parse(readFileSync(path, 'utf8').slice(9)) as { seq: number }).seq
  }

  async function waitFor(condition: () => boolean): Promise<void> {
    while (!condition()) await settle()
  }

  const seqs = () => told.map(({ id }) => Number(id.split('-')[1]))

  it('pairs a replay for one sink apart: the same spans, for it alone, and nothing live changes', async () => {
    for (const hold of [0, 500]) {
      told = []
      done = []
      position = { checkpoint: 0, entries: 0, waiting: 0 }
      const timing = begin(hold)
      await send(timing, 1, 39)
      await seconds(1)
      const live = told
      const { spans, open, counts } = timing
      assert.deepEqual([live.length, open], [19, 1])
      // all of it, all of it again, and a part whose first spans were open before it
      for (const [from, to] of [
        [1, 39],
        [1, 39],
        [6, 20],
      ] as const) {
        told = []
        done = []
        for (const event of events.slice(from - 1, to)) {
          timing.take(
            { ...event, replayed: true, for: 'store' },
            { span: (span) => told.push(span), done: (error) => done.push(error?.message ?? 'done') },
          )
        }
        await waitFor(() => done.length === to - from)
        await seconds(1)
        assert.deepEqual(done, Array(to - from + 1).fill('done'))
        const [first, last] = [events[from - 1]!.data!.time as number, events[to - 1]!.data!.time as number]
        const ofRange = live.filter(({ time }) => time >= first && time <= last)
        assert.deepEqual(
          told.map(({ received, seq, ...span }) => span),
          ofRange.map(({ received, seq, ...span }) => ({ ...span, replayed: true, for: 'store' })),
        )
      }
      assert.deepEqual([timing.spans, timing.open, timing.counts], [spans, open, counts])
      told = []
      done = []
      await send(timing, 40, 40)
      await seconds(1)
      assert.deepEqual(
        told.map((span) => [span.id.endsWith('-38-span'), span.data.outcome, span.for]),
        [[true, 'done', undefined]],
      )
      await timing.detach()
      rmSync(join(directory, file), { force: true })
    }
  })

  it('tells each span at least once, with the same content, over crashes wherever they come', async () => {
    for (const [first, second] of [
      [1, 2],
      [5, 9],
      [10, 27],
      [22, 39],
    ] as const) {
      rmSync(join(directory, file), { force: true })
      position = { checkpoint: 0, entries: 0, waiting: 0 }
      told = []
      let timing = begin()
      await send(timing, 1, first)
      position.checkpoint = first
      await stored()
      // the checkpoint may pass what the state does not have yet
      done = []
      await send(timing, first + 1, second)
      position.checkpoint = second - 1
      timing = begin()
      done = []
      await send(timing, second, 40)
      await seconds(2)
      const byId = new Map<string, object>()
      for (const { id, data } of told) {
        if (byId.has(id)) assert.deepEqual(data, byId.get(id))
        byId.set(id, data)
      }
      assert.deepEqual(
        [...new Set(seqs())].toSorted((a, b) => a - b),
        wholeIds,
      )
      assert.deepEqual(new Set(told.map(({ data }) => data.duration)), new Set([1_000]))
      assert.equal(timing.statistics()[0]?.count, 20)
      done = []
    }
  })

  it('tells of a state that is above the checkpoint nothing twice', async () => {
    let timing = begin()
    await send(timing, 1, 8)
    position.checkpoint = 8
    await stored()
    // the checkpoint on disk is older than the one in memory
    position.checkpoint = 3
    timing = begin()
    done = []
    await send(timing, 4, 8)
    assert.deepEqual([seqs(), timing.statistics()[0]?.count], [[1, 2, 5, 6], 4])
  })

  it('a crash in the first seconds forgets nothing', async () => {
    let timing = begin()
    await send(timing, 1, 2)
    position.checkpoint = 2
    timing = begin()
    done = []
    await send(timing, 3, 4)
    assert.deepEqual(
      [seqs(), told.map(({ data }) => data.outcome)],
      [
        [1, 2],
        ['done', 'done'],
      ],
    )
  })

  it('what waited for earlier events, and for its end, goes on after a restart', async () => {
    let timing = begin(2_000)
    await send(timing, 1, 2)
    position.checkpoint = 2
    await stored()
    done = []
    await send(timing, 3, 5)
    assert.deepEqual(seqs(), [])
    position.checkpoint = 5
    timing = begin(2_000)
    await seconds(2)
    await waitFor(() => told.length > 0)
    assert.deepEqual([seqs(), timing.open, told[0]?.replayed], [[1, 2], 1, true])
  })

  it('takes what was not durable yet when the journal was read again', async () => {
    let timing = begin()
    await send(timing, 1, 38)
    position.checkpoint = 38
    await stored()
    timing = begin()
    position.entries = 42
    await seconds(2)
    await waitFor(() => told.length === 20)
    assert.equal(timing.open, 0)
    const [last] = events.slice(-1) as [FieldlogEvent]
    const next = { ...last, id: last.id.replace(/\d+$/, '41'), seq: 41, data: { ...last.data, seq: 'START' } }
    timing.take(next, {
      span: (span) => told.push(span),
      done: (error) => done.push(error?.message ?? 'next'),
    })
    await waitFor(() => done.at(-1) === 'next')
    assert.equal(timing.open, 1)
  })

  it('writes the state five seconds after it was taken, and when the checkpoint has come up to it', async () => {
    const timing = begin()
    await send(timing, 1, 3)
    await seconds(20)
    assert.equal(storedSeq(), 0)
    position.checkpoint = 3
    await seconds(1)
    await waitFor(() => storedSeq() === 3)
    await timing.detach()
  })

  it('gives up spans of quiet senders, but not while events are on their way or the flows stand still', async () => {
    const timing = begin()
    await send(timing, 1, 1)
    await seconds(200)
    await timing.detach()
    clock.tick(3_600_000)
    attach(timing)
    await seconds(103)
    assert.equal(told.length, 0)
    position.waiting = 1
    await seconds(2)
    assert.equal(told.length, 0)
    position.waiting = 0
    await seconds(1)
    assert.deepEqual(
      told.map(({ data }) => [data.outcome, data.duration]),
      [['timeout', 300_000]],
    )
  })

  it('tells the statistics once a minute', async () => {
    const timing = begin()
    await send(timing, 1, 4)
    await seconds(59)
    assert.equal(rows.length, 0)
    await seconds(1)
    assert.deepEqual(rows, [timing.statistics()])
    assert.deepEqual(
      rows[0]?.map(({ cat, subject, count, open, p50 }) => [cat, subject, count, open, p50]),
      [['DHCP4_CLIENT', undefined, 2, 0, 1_000]],
    )
    await seconds(60)
    assert.equal(rows.length, 2)
  })

  it('goes on without a state that is damaged, and tells where it cannot be written', async () => {
    writeFileSync(join(directory, file), 'damaged')
    let timing = begin()
    await send(timing, 1, 4)
    assert.deepEqual([seqs(), warnings], [[1, 2], []])
    rmSync(join(directory, file))
    mkdirSync(join(directory, file))
    position.checkpoint = 4
    timing = begin()
    done = []
    await send(timing, 5, 8)
    position.checkpoint = 8
    await seconds(30)
    await waitFor(() => warnings.length > 0)
    await seconds(30)
    assert.equal(warnings.length, 1)
    assert.match(
      warnings[0]!,
      /^what is known of spans cannot be stored: .+; a restart may forget open ones$/,
    )
    assert.deepEqual(seqs(), [1, 2, 5, 6])
  })

  it('stays with the flows that have begun while the end of those before was still waited for', async () => {
    const timing = begin()
    timing.take(events[0]!, { span: () => {}, done: () => done.push('done') })
    const leaving = timing.detach()
    attach(timing)
    await leaving
    await send(timing, 2, 4)
    await seconds(60)
    assert.equal(rows.length, 1)
    assert.deepEqual(seqs(), [1, 2])
  })

  it('does what waits for its state with the flows: it comes again', async () => {
    const timing = new LiveTiming(
      { words: new StepWords(defaultRows), hold: 0, bySubject: true },
      file,
      clock,
    )
    const journal = { directory, formats: () => compileFormats([format]), flushInterval: 0 }
    const listener = { span: () => {}, statistics: () => {}, warn: () => {}, changed: () => {} }
    timing.attach(listener, { ...journal, position: () => undefined })
    timing.take(events[0]!, { span: () => {}, done: () => done.push('done') })
    await seconds(5)
    assert.deepEqual(done, [])
    await timing.detach()
    assert.deepEqual([done, timing.open], [['done'], 0])
  })
})
