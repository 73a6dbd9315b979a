// Records through crashes, deploys and replays: whatever comes again and in whatever pieces, each line becomes what it
// would have become in one go, and no record is put together of two.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { compileFormats } from '../../../lib/formats/compile.ts'
import type { LineOutcome } from '../../../lib/formats/format.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { systemDisk } from '../../../lib/journal/disk/disk.ts'
import type { NewEntry } from '../../../lib/journal/format/batch.ts'
import { type PlacedReading, readEntries, readingOf } from '../../../lib/labelling/history.ts'
import { LiveCleaning } from '../../../lib/labelling/live-cleaning.ts'
import { buildJournal, inBatches } from '../../support/build-journal.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'
import { type Random, seeded } from '../../support/random.ts'

const date = '20261121'
const begin = Date.UTC(2026, 10, 21, 6)

const pair: FormatDefinition = {
  type: 'pair',
  record: { start: '^a=', end: '^z', maxLines: 8, seconds: 5 },
  decoder: { kind: 'key-values', valueSeparator: '=' },
  fields: [
    { name: 'a', type: 'integer' },
    { name: 'b', type: 'integer' },
    { name: 'z', type: 'integer' },
  ],
}
const endless: FormatDefinition = {
  type: 'endless',
  record: { start: '^p=', maxLines: 8, seconds: 5 },
  decoder: { kind: 'key-values', valueSeparator: '=' },
  fields: [
    { name: 'p', type: 'integer' },
    { name: 'q', type: 'integer' },
  ],
}
const single: FormatDefinition = {
  type: 'single',
  decoder: { kind: 'key-values', valueSeparator: ':' },
  fields: [{ name: 't', type: 'integer' }],
}

/** Lines of three sources, one of them without records, some of them lost, late, or followed by a restart. */
function history(random: Random, count: number): Array<NewEntry & { restart?: boolean }> {
  let received = begin
  let n = 0
  const pending: Record<string, string[]> = { one: [], two: [] }
  return Array.from({ length: count }, () => {
    received += random() < 0.02 ? 7_000 : Math.floor(random() * 100)
    const restart = random() < 0.01
    const source = ['one', 'two', 'three'][Math.floor(random() * 3)] as string
    const queue = pending[source]
    n++
    if (queue === undefined) return { kind: 'L', received, source, text: `t:${n}`, restart }
    if (queue.length === 0) {
      const name = source === 'one' || random() < 0.5 ? ['a', 'b', 'z'] : ['p', 'q', 'q']
      queue.push(...name.map((each) => `${each}=${n}`).filter(() => random() > 0.05))
      if (queue.length === 0) queue.push('noise')
    }
    return { kind: 'L', received, source, text: queue.shift() as string, restart }
  })
}

interface Reference {
  readings: PlacedReading[]
  /** what becomes of each line, by seq */
  outcomes: Map<number, LineOutcome>
  /** the seq with which that is certain; beyond all where only time tells */
  settledBy: Map<number, number>
}

describe('labelling: records', function () {
  this.timeout(60_000)
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-records-'))
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  /** Writes a journal, and what its lines become when they are read in one go. */
  async function written(
    entries: ReadonlyArray<NewEntry & { restart?: boolean }>,
    formats: FormatDefinition[],
  ): Promise<Reference> {
    const runs: NewEntry[][] = [[]]
    for (const { restart, ...entry } of entries) {
      if (restart && runs.at(-1)?.length) runs.push([])
      runs.at(-1)?.push(entry)
    }
    const plans = runs.map((run, i) => ({
      date,
      number: i,
      epoch: `epoch${String(i).padStart(3, '0')}`,
      batches: inBatches(run, 10),
    }))
    for (const { path, bytes } of buildJournal(plans)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true })
      writeFileSync(join(directory, path), bytes)
    }
    const readings: PlacedReading[] = []
    await readEntries(systemDisk, directory, 1, entries.length, {
      entry: (entry) => readings.push(readingOf(entry)) > 0,
      gap: () => assert.fail('entries are missing'),
    })
    const reference: Reference = { readings, outcomes: new Map(), settledBy: new Map() }
    const compiled = compileFormats(formats)
    const note = (seq: number, outcome: LineOutcome, by: number) => {
      reference.outcomes.set(seq, outcome)
      reference.settledBy.set(seq, by)
    }
    for (const reading of readings)
      for (const { reading: of, outcome } of compiled.take(reading)) note(of.seq, outcome, reading.seq)
    for (const reading of readings) {
      if (reference.outcomes.has(reading.seq)) continue
      const last = compiled.expire(reading)
      assert.ok(last, `nothing becomes of ${reading.seq}`)
      note(reading.seq, last.outcome, Number.POSITIVE_INFINITY)
    }
    return reference
  }

  /** A clean node and the delivery in front of it, as far as it matters here. */
  class Gateway {
    readonly clock = new FakeClock()
    readonly outcomes = new Map<number, LineOutcome[]>()
    readonly #formats: FormatDefinition[]
    #cleaning: LiveCleaning<number>
    #checkpoint = 0
    #starts = 0
    readonly #warnings: string[] = []

    constructor(formats: FormatDefinition[]) {
      this.#formats = formats
      this.#cleaning = this.#made()
    }

    get checkpoint(): number {
      return this.#checkpoint
    }

    set checkpoint(seq: number) {
      this.#checkpoint = seq
    }

    crash(): void {
      this.clock.forget()
      this.outcomes.clear()
      this.#cleaning = this.#made()
    }

    async deploy(): Promise<void> {
      await this.#cleaning.detach()
      this.outcomes.clear()
      this.#attach()
    }

    take(reading: PlacedReading, replayed: boolean): void {
      this.#cleaning.take({ ...reading, replayed }, reading.seq)
    }

    async until(isDone: () => boolean): Promise<void> {
      while (!isDone()) await settle(1)
    }

    /** Time passes, too. */
    async later(isDone: () => boolean): Promise<void> {
      while (!isDone()) await this.clock.advance(1_000)
    }

    /** The end of the test. */
    async stop(): Promise<void> {
      await this.#cleaning.detach()
      assert.deepEqual(this.#warnings, [])
    }

    /** Each process has a state file of its own: a dead one must not write into that of the next. */
    #made(): LiveCleaning<number> {
      const state = `.clean-${this.#starts++}`
      const made = new LiveCleaning<number>(this.#formats, 'first', state, { clock: this.clock })
      this.#cleaning = made
      this.#attach()
      return made
    }

    #attach(): void {
      const { outcomes } = this
      const own = this.#cleaning
      this.#cleaning.attach({
        decoded: (seq, outcome) => {
          if (own !== this.#cleaning) return
          const known = outcomes.get(seq) ?? []
          outcomes.set(seq, [...known, outcome])
        },
        warn: (text) => {
          if (own === this.#cleaning) this.#warnings.push(text)
        },
        journal: { directory, checkpoint: () => this.#checkpoint },
      })
    }
  }

  async function crashes(random: Random, formats: FormatDefinition[]): Promise<void> {
    const { readings, outcomes, settledBy } = await written(history(random, 400), formats)
    const gateway = new Gateway(formats)
    const done = new Set<number>()
    const seen = new Set<number>()
    let sent = 0
    for (let run = 0; run < 200; run++) {
      const from = gateway.checkpoint
      const stop = Math.min(readings.length, from + 1 + Math.floor(random() * 60))
      const sending = readings.filter(({ seq }) => seq > from && seq <= stop && !done.has(seq))
      for (const reading of sending) gateway.take(reading, reading.seq <= sent)
      sent = Math.max(sent, stop)
      const due = sending.filter(({ seq }) => (settledBy.get(seq) as number) <= stop)
      await gateway.later(() => due.every(({ seq }) => gateway.outcomes.has(seq)))
      for (const [seq, found] of gateway.outcomes) {
        for (const outcome of found) assert.deepEqual(outcome, outcomes.get(seq), `line ${seq} in run ${run}`)
        seen.add(seq)
        // the rest is with the broker when the process dies
        if (outcomes.get(seq)?.kind === 'part' || random() < 0.8) done.add(seq)
      }
      while (done.has(gateway.checkpoint + 1)) gateway.checkpoint++
      if (gateway.checkpoint === readings.length) break
      if (stop === readings.length) {
        // what has no end yet is given up when its time is over
        await gateway.later(() => sending.every(({ seq }) => gateway.outcomes.has(seq)))
        for (const [seq, [outcome]] of gateway.outcomes) {
          assert.deepEqual(outcome, outcomes.get(seq), `line ${seq} at the end`)
          seen.add(seq)
          done.add(seq)
        }
        while (done.has(gateway.checkpoint + 1)) gateway.checkpoint++
      }
      if (random() < 0.5) gateway.crash()
      else await gateway.deploy()
    }
    await gateway.stop()
    assert.equal(gateway.checkpoint, readings.length)
    assert.deepEqual(
      [...seen].sort((a, b) => a - b),
      readings.map(({ seq }) => seq),
    )
  }

  it(
    'become the same through crashes and deploys at any place',
    seeded(async (randomFor) => {
      for (let i = 0; i < 4; i++) {
        rmSync(directory, { recursive: true })
        mkdirSync(directory)
        await crashes(randomFor(i), [pair, endless, single])
      }
    }),
  )

  it(
    'become the same in replays of any stretch, which may begin and end within a record',
    seeded(async (randomFor) => {
      const random = randomFor(1_000)
      const formats = [pair, endless, single]
      const { readings, outcomes } = await written(history(random, 400), formats)
      const gateway = new Gateway(formats)
      gateway.checkpoint = 390
      for (const reading of readings.slice(390)) gateway.take(reading, false)
      for (let run = 0; run < 30; run++) {
        const from = Math.floor(random() * 380)
        const stretch = readings
          .slice(from, from + 1 + Math.floor(random() * 40))
          .filter(() => random() > 0.1)
        gateway.outcomes.clear()
        for (const reading of stretch) gateway.take(reading, true)
        await gateway.later(() => stretch.every(({ seq }) => gateway.outcomes.has(seq)))
        for (const { seq } of stretch)
          assert.deepEqual(gateway.outcomes.get(seq)?.[0], outcomes.get(seq), `line ${seq} in replay ${run}`)
      }
    }),
  )

  it('gives a record up when its time is over, and takes the next one', async () => {
    const entries = ['a=1', 'b=1', 'a=2', 'z=2'].map(
      (text, i): NewEntry => ({ kind: 'L', received: begin + i * 10_000, source: 'one', text }),
    )
    const { readings } = await written(entries.slice(0, 2), [pair])
    const gateway = new Gateway([pair])
    const late = {
      kind: 'rejected',
      type: 'pair',
      reasons: ['record: found 1 line (1…1) and no end within 5 s'],
    }
    gateway.take(readings[0] as PlacedReading, false)
    await gateway.until(() => gateway.clock.timers > 0)
    await gateway.clock.advance(7_000)
    assert.equal(gateway.outcomes.size, 0)
    await gateway.clock.advance(3_000)
    await gateway.until(() => gateway.outcomes.has(1))
    assert.deepEqual(gateway.outcomes.get(1), [late])
    gateway.take(readings[1] as PlacedReading, false)
    await gateway.until(() => gateway.outcomes.has(2))
    assert.deepEqual(gateway.outcomes.get(2), [{ kind: 'unknown' }])
  })

  it(
    'stay right where formats leave out repeats, too',
    seeded(async (randomFor) => {
      // all values but the first few are 3: most events are as the one before
      const fields = pair.fields.map((field) => ({ ...field, max: 3, range: 'clamp' as const }))
      const formats = [{ ...pair, fields, drop: { unchanged: 60 } }, endless, single]
      for (let i = 0; i < 2; i++) {
        rmSync(directory, { recursive: true })
        mkdirSync(directory)
        await crashes(randomFor(2_000 + i), formats)
      }
    }),
  )
})
