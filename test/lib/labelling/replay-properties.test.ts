// One id, one verdict: what a replay of any range says, years later and in a new process, is what was said the first
// time, or it is marked as unsure. Decoding and judging together, over a journal on disk.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { messageOf } from '../../../lib/delivery/send/message.ts'
import type { FieldlogEvent } from '../../../lib/event.ts'
import { compileFormats } from '../../../lib/formats/compile.ts'
import type { FieldDefinition, FormatDefinition } from '../../../lib/formats/model/definition.ts'
import type { MemoryLimits } from '../../../lib/formats/model/memory.ts'
import { systemDisk } from '../../../lib/journal/disk/disk.ts'
import type { Entry } from '../../../lib/journal/format/entry.ts'
import { readEntries, readingIn } from '../../../lib/labelling/history.ts'
import { LiveCleaning } from '../../../lib/labelling/live-cleaning.ts'
import { LiveLabelling } from '../../../lib/labelling/live-labelling.ts'
import { cleanEvents } from '../../../lib/predicates/clean-events.ts'
import { type AnyRow, compilePredicates } from '../../../lib/public/predicates.ts'
import { buildJournal, inBatches } from '../../support/build-journal.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'
import { fc } from '../../support/random.ts'

const isSoak = process.env.FIELDLOG_SOAK === '1'
const runs = isSoak ? { numRuns: 5_000, interruptAfterTimeLimit: 300_000 } : { numRuns: 20 }

const field = 'v'
const rows: AnyRow[] = [
  { operator: 'rate of change', values: [5], field },
  { operator: 'change larger than', values: [5], field, votes: { least: 2, of: 3 } },
  { operator: 'spike', values: [4], settings: { limit: 20 }, field },
  {
    operator: 'spike',
    values: [4],
    settings: { limit: 9, method: 'differential' },
    field,
    votes: { least: 1, of: 2 },
  },
  { operator: 'flat line', values: [4], settings: { tolerance: 2 }, field },
  { operator: 'attenuated signal', values: [1], settings: { period: 5 }, field },
  { operator: 'attenuated signal', values: [2], settings: { period: 8, measure: 'range' }, field },
  { operator: 'outlier', values: [5], settings: { window: 7 }, field },
  {
    operator: 'outlier',
    values: [2],
    settings: { window: 4, measure: 'deviation' },
    field,
    when: 'v != 3.0',
  },
  { operator: 'not increasing', field },
  { operator: 'duplicate', settings: { within: 2 }, field: '' },
  { operator: 'gap in time', values: [9], field: '' },
  { operator: 'too old', values: [9], field: '' },
  { operator: 'from the future', values: [0], field: '' },
  {
    operator: 'any of',
    rows: [
      { operator: 'duplicate', settings: { within: 20 }, field },
      { operator: 'change larger than', values: [3], field },
    ],
  },
  { operator: '<=', values: [5], field, votes: { least: 2, of: 4 } },
]
const named = rows.map((row, i) => ({ ...row, name: `rule ${i}` }))

/** A line of one event or more, of several series, with the device's own time where the format looks at it. */
function formatWith(rest: Partial<FormatDefinition>, more?: FieldDefinition[]): FormatDefinition {
  return {
    type: 'room',
    decoder: { kind: 'json', each: 'e' },
    fields: [
      { name: 'v', type: 'number' },
      { name: 'n', type: 'number', newsOf: 'c' },
      { name: 'c', type: 'number', hidden: true },
      { name: 'k', type: 'string', hidden: true },
      { name: 't', type: 'time', time: 'ms', hidden: true },
      ...(more ?? []),
    ],
    key: ['k'],
    ...rest,
  }
}
/** a counter, of which readings are missing now and then; it wraps and is set back */
const difference: FieldDefinition = {
  name: 'd',
  type: 'number',
  difference: { of: 'v', modulus: 8, most: 3 },
}
/** a local time of the hour that comes twice, and of those around it */
const local: FieldDefinition = { name: 'l', type: 'time', zone: 'Europe/Berlin' }
const formats: Array<[string, FormatDefinition]> = [
  ['differences of a counter', formatWith({}, [difference])],
  ['differences, no unchanged ones', formatWith({ drop: { unchanged: 4 } }, [difference])],
  ['local times', formatWith({}, [local])],
  ['local times as their own', formatWith({ time: 'l' }, [local])],
  ['all events', formatWith({})],
  ['their own times', formatWith({ time: 't' })],
  ['no unchanged ones', formatWith({ drop: { unchanged: 4 } })],
  ['no time twice', formatWith({ time: 't', drop: { sameTime: true } })],
  ['only news', formatWith({ onlyNews: true })],
  ['all of these', formatWith({ time: 't', drop: { sameTime: true, unchanged: 3 }, onlyNews: true })],
]

interface Step {
  wait: number
  /** so many seconds it came later than its moment; null: it came at once */
  late: number | null
  events: Array<{ k: string; v: number | null; c: number; back: number; l: string }>
}
const event = fc.record({
  k: fc.constantFrom('a', 'b', 'b', 'c'),
  v: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: -3, max: 6 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  c: fc.integer({ min: 0, max: 1 }),
  l: fc
    .tuple(fc.constantFrom('01', '02', '02', '02', '03'), fc.constantFrom('00', '20', '40'))
    .map(([hour, minute]) => `2026-10-25 ${hour}:${minute}:00`),
  back: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 30 }) },
  ),
})
const stream = fc.array(
  fc.record({
    wait: fc.constantFrom(0.5, 1, 1, 1, 2, 0, 12),
    late: fc.constantFrom(null, null, null, null, null, 0, 3, 3600),
    events: fc.array(event, { minLength: 1, maxLength: 3 }),
  }) as fc.Arbitrary<Step>,
  { minLength: 5, maxLength: 70 },
)

const begin = Date.UTC(2026, 10, 21, 12)

interface Verdict {
  text: string
  isUnsure: boolean
}

/** The journal of a stream, in three files. */
function write(directory: string, steps: readonly Step[]): string[] {
  let now = begin
  const entries = steps.map(({ wait, late, events }) => {
    now += wait * 1000
    const text = JSON.stringify({
      e: events.map(({ back, ...rest }) => ({ ...rest, n: 1, t: now - back * 1000 })),
    })
    if (late === null) return { kind: 'L' as const, received: now, source: 's', text }
    return { kind: 'R' as const, received: now, time: now - late * 1000, source: 's', text }
  })
  const third = Math.ceil(entries.length / 3)
  const plans = [0, 1, 2]
    .map((part) => entries.slice(part * third, (part + 1) * third))
    .filter((part) => part.length > 0)
    .map((part, number) => ({ date: '20261121', number, batches: inBatches(part, 7) }))
  const files = buildJournal(plans)
  for (const { path, bytes } of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), bytes)
  }
  return files.map(({ path }) => join(directory, path))
}

async function entriesOf(directory: string): Promise<Entry[]> {
  const entries: Entry[] = []
  await readEntries(systemDisk, directory, 1, 1e9, {
    entry: (entry) => entries.push(entry) > 0,
    gap: () => {},
  })
  return entries
}

interface GatewayOptions {
  directory: string
  definition: FormatDefinition
  /** up to here all events are dealt with */
  checkpoint: number
  entries: number
  lookBacks: readonly number[]
  limits?: MemoryLimits | undefined
}

/** One process: clean and label behind one another. */
class Gateway {
  /** what each event's verdict was, each time */
  readonly verdicts = new Map<string, Verdict[]>()
  readonly warnings: string[] = []
  checkpoint: number
  readonly #directory: string
  /** events that label was given */
  readonly #clean = new Map<string, number>()
  readonly #clock = new FakeClock(begin)
  readonly #cleaning: LiveCleaning<Entry>
  readonly #labelling: LiveLabelling<FieldlogEvent>

  constructor({ directory, definition, checkpoint, entries, lookBacks, limits }: GatewayOptions) {
    this.checkpoint = checkpoint
    this.#directory = directory
    const clock = this.#clock
    this.#cleaning = new LiveCleaning([definition], 'first', '.clean-c', { clock, ...(limits && { limits }) })
    this.#labelling = new LiveLabelling(
      (_warn, isWhole) => compilePredicates(named, [], {}, { isWhole }),
      '.label-l',
      clock,
    )
    const warn = (text: string) => void this.warnings.push(text)
    this.#cleaning.attach({
      warn,
      journal: { directory, checkpoint: () => this.checkpoint, lookBacks },
      decoded: (entry, outcome) => {
        const { event } = messageOf(entry, { replayed: false })
        for (const each of cleanEvents(event, outcome)) {
          this.#clean.set(each.id, each.seq)
          this.#labelling.take(each, each)
        }
      },
    })
    this.#labelling.attach({
      warn,
      judged: ({ id, data }, { unsure, ...result }) => {
        const verdict = { text: JSON.stringify([data, result]), isUnsure: unsure !== undefined }
        this.verdicts.set(id, [...(this.verdicts.get(id) ?? []), verdict])
      },
      journal: {
        directory,
        formats: (memory = this.#cleaning.memory) => compileFormats([definition], { memory }),
        position: () => ({ checkpoint: this.checkpoint, entries, waiting: 0 }),
        flushInterval: 1000,
        lookBacks,
      },
    })
  }

  /** Takes entries; resolves when all have their verdicts, but for those that wait for a next reading. */
  async take(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) {
      const { event } = messageOf(entry, { replayed: false })
      this.#cleaning.take(readingIn(event, entry.text), entry)
    }
    // what is being read back
    while (this.#cleaning.held > 0 || this.#labelling.held > this.#labelling.session.held) await settle(1)
    await this.#quiet()
  }

  /** Whatever waits for a next reading has waited long enough. */
  async waitOut(): Promise<void> {
    while (this.#labelling.held > 0) {
      this.#clock.tick(60_000)
      await this.#quiet()
    }
  }

  /** Everything is complete up to the first event that is held. */
  complete(upTo: number): void {
    const held = [...this.#clean].filter(([id]) => !this.verdicts.has(id)).map(([, seq]) => seq)
    this.checkpoint = Math.min(upTo, ...held.map((seq) => seq - 1))
  }

  async close(): Promise<void> {
    // what is remembered is taken, and then stored
    this.#clock.tick(5_000)
    this.#clock.tick(5_000)
    await this.#cleaning.detach()
    await this.#labelling.detach()
  }

  /** Closes it, and leaves nothing of what it remembers. */
  async discard(): Promise<void> {
    await this.close()
    for (const name of ['.clean-c', '.label-l']) rmSync(join(this.#directory, name), { force: true })
  }

  async #quiet(): Promise<void> {
    let before = -1
    for (let quiet = 0; quiet < 3; quiet++) {
      await settle(10)
      if (this.#labelling.held !== before) quiet = 0
      before = this.#labelling.held
    }
  }
}

describe('labelling: a replay of any range', function () {
  this.timeout(isSoak ? 3_600_000 : 120_000)

  for (const [name, definition] of formats) {
    it(`has the verdicts of the first time where all can be read: ${name}`, () =>
      check(definition, async ({ directory, entries, truth, ranges }) => {
        for (const [from, to] of ranges) {
          const gateway = later(directory, definition, entries, [1_000])
          await gateway.take(entries.slice(from, to))
          await gateway.waitOut()
          await gateway.discard()
          assert.deepEqual(texts(gateway), marked(truth, entries.slice(from, to)))
          assert.deepEqual(gateway.warnings, [])
        }
      }))

    it(`never has another one that is not marked, however little can be read: ${name}`, () =>
      check(definition, async ({ directory, entries, truth, ranges, files, depth }) => {
        for (const [index, [from, to]] of ranges.entries()) {
          // the last time with the front removed, as retention does
          if (index === ranges.length - 1 && files.length > 1) unlinkSync(files[0] as string)
          const left = await entriesOf(directory)
          const chosen = entries.slice(from, to).filter(({ seq }) => left.some((each) => each.seq === seq))
          const gateway = later(directory, definition, entries, [depth, 2 * depth])
          await gateway.take(chosen)
          await gateway.waitOut()
          await gateway.discard()
          agree(truth, gateway, chosen)
        }
      }))

    it(`nor has a restart, in the middle and with what was stored: ${name}`, () =>
      check(definition, async ({ directory, entries, truth, ranges }) => {
        const [[from, cut]] = ranges as [[number, number]]
        const options = { directory, definition, entries: entries.length, lookBacks: [3] }
        const first = new Gateway({ ...options, checkpoint: 0 })
        await first.take(entries.slice(0, cut))
        first.complete(cut)
        await first.close()
        const { checkpoint } = first
        const second = new Gateway({ ...options, checkpoint })
        await second.take(entries.slice(checkpoint))
        await second.waitOut()
        // nothing was held, so all that is remembered was stored, and nothing is unsure
        if (checkpoint === cut) assert.deepEqual(texts(second), marked(truth, entries.slice(checkpoint)))
        else agree(truth, second, entries.slice(checkpoint))
        // and what was before the restart again
        second.checkpoint = entries.length
        await second.take(entries.slice(from, cut))
        await second.waitOut()
        await second.discard()
        agree(truth, second, entries.slice(Math.min(from, checkpoint)))
      }))
  }

  interface Case {
    directory: string
    entries: Entry[]
    /** what a gateway said that ran from the first entry on */
    truth: Map<string, Verdict[]>
    ranges: Array<[number, number]>
    files: string[]
    depth: number
  }

  async function check(definition: FormatDefinition, test: (given: Case) => Promise<void>): Promise<void> {
    await fc.assert(
      fc.asyncProperty(
        stream,
        fc.array(
          fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
          {
            minLength: 2,
            maxLength: 3,
          },
        ),
        fc.integer({ min: 1, max: 12 }),
        async (steps, parts, depth) => {
          const directory = mkdtempSync(join(tmpdir(), 'fieldlog-replay-'))
          try {
            const files = write(directory, steps)
            const entries = await entriesOf(directory)
            const gateway = new Gateway({
              directory,
              definition,
              checkpoint: 0,
              entries: entries.length,
              lookBacks: [1_000],
            })
            await gateway.take(entries)
            await gateway.waitOut()
            await gateway.discard()
            const ranges = parts.map(([a, b]): [number, number] => {
              const from = Math.floor(Math.min(a, b) * entries.length)
              return [from, Math.max(from + 1, Math.ceil(Math.max(a, b) * entries.length))]
            })
            await test({ directory, entries, truth: gateway.verdicts, ranges, files, depth })
          } finally {
            rmSync(directory, { recursive: true })
          }
        },
      ),
      runs,
    )
  }

  /** A process that is started when all is done with. */
  function later(
    directory: string,
    definition: FormatDefinition,
    entries: Entry[],
    lookBacks: number[],
  ): Gateway {
    return new Gateway({
      directory,
      definition,
      checkpoint: entries.length,
      entries: entries.length,
      lookBacks,
    })
  }
})

function texts({ verdicts }: Gateway): Array<[string, string]> {
  return [...verdicts]
    .map(([id, list]): [string, string] => [
      id,
      list.map(({ text, isUnsure }) => `${text}${isUnsure ? '?' : ''}`).join(),
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

/** What the truth says of these entries. */
function within(truth: Map<string, Verdict[]>, entries: readonly Entry[]): Array<[string, string]> {
  return verdictsOf(truth, entries).map(([id, { text }]) => [id, text])
}

/** The same with a mark where even the truth is unsure: at an hour that comes twice, and nothing tells which it is. */
function marked(truth: Map<string, Verdict[]>, entries: readonly Entry[]): Array<[string, string]> {
  return verdictsOf(truth, entries).map(([id, { text, isUnsure }]) => [id, `${text}${isUnsure ? '?' : ''}`])
}

function verdictsOf(truth: Map<string, Verdict[]>, entries: readonly Entry[]): Array<[string, Verdict]> {
  const ids = new Set(entries.map(({ epoch, seq }) => `${epoch}-${seq}`))
  return [...truth]
    .filter(([id]) => ids.has(id.split('.', 1)[0] as string))
    .map(([id, [verdict]]): [string, Verdict] => [id, verdict as Verdict])
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Each event of the entries that had a verdict has it again, or is marked; what had none is marked, too. */
function agree(truth: Map<string, Verdict[]>, { verdicts }: Gateway, entries: readonly Entry[]): void {
  for (const [id, text] of within(truth, entries)) {
    assert.ok(verdicts.has(id), `${id} did not come`)
    for (const verdict of verdicts.get(id) ?? []) {
      if (!verdict.isUnsure) assert.equal(verdict.text, text, id)
    }
  }
  for (const [id, list] of verdicts) {
    if (truth.has(id)) continue
    for (const { text, isUnsure } of list) assert.ok(isUnsure, `${id} was left out the first time: ${text}`)
  }
}
