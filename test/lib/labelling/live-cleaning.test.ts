// What formats remember of repeats survives a restart: from the file, and from the journal as far back as it takes.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { LineOutcome } from '../../../lib/formats/format.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { systemDisk } from '../../../lib/journal/disk/disk.ts'
import type { Entry } from '../../../lib/journal/format/entry.ts'
import { readEntries } from '../../../lib/labelling/history.ts'
import { LiveCleaning } from '../../../lib/labelling/live-cleaning.ts'
import { buildJournal, inBatches, lines } from '../../support/build-journal.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'

const again: FormatDefinition = {
  type: 'level',
  decoder: { kind: 'key-values' },
  fields: [
    { name: 'v', type: 'number' },
    { name: 't', type: 'time', time: 's' },
  ],
  time: 't',
  drop: { sameTime: true },
}
const date = '20261121'
const begin = Date.UTC(2026, 10, 21) / 1000

describe('labelling: live cleaning', function () {
  this.timeout(20_000)
  let directory: string
  let clock: FakeClock
  let warnings: string[]
  let outcomes: LineOutcome[]

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-cleaning-'))
    clock = new FakeClock()
    warnings = []
    outcomes = []
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  /** A journal of lines with device times; returns its entries. */
  function journalOf(times: number[], epoch = 'testabcd'): Promise<Entry[]> {
    return journalOfTexts(
      times.map((time, i) => `v:${(i + 1) % 7},t:${time}`),
      epoch,
    )
  }

  async function journalOfTexts(texts: string[], epoch = 'testabcd'): Promise<Entry[]> {
    const records = lines(date, texts.length, (n) => texts[n - 1] as string)
    for (const { path, bytes } of buildJournal([{ date, epoch, batches: inBatches(records, 100) }])) {
      mkdirSync(dirname(join(directory, path)), { recursive: true })
      writeFileSync(join(directory, path), bytes)
    }
    const entries: Entry[] = []
    const reader = { entry: (entry: Entry) => entries.push(entry) > 0, gap: () => {} }
    await readEntries(systemDisk, directory, 1, texts.length, reader)
    return entries
  }

  function open(checkpoint: () => number, lookBacks?: number[], definition = again): LiveCleaning<number> {
    const cleaning = new LiveCleaning<number>([definition], 'first', '.clean-c', { clock })
    cleaning.attach({
      decoded: (_message, outcome) => outcomes.push(outcome),
      warn: (text) => warnings.push(text),
      journal: { directory, checkpoint, ...(lookBacks && { lookBacks }) },
    })
    return cleaning
  }

  async function take(cleaning: LiveCleaning<number>, entries: Entry[]): Promise<void> {
    for (const { text, seq, epoch, source, received } of entries) {
      cleaning.take({ payload: text, seq, id: `${epoch}-${seq}`, source, received }, seq)
    }
    while (cleaning.held > 0) await settle(1)
  }

  const kinds = () => outcomes.map((outcome) => (isUnsure(outcome) ? 'unsure' : outcome.kind))
  const isUnsure = (outcome: LineOutcome) =>
    outcome.kind === 'clean' && outcome.events[0]?.unsure !== undefined

  it('knows all times of a journal of 12,000 entries after a restart without a state file', async () => {
    const times = Array.from({ length: 12_000 }, (_, i) => begin + i)
    const entries = await journalOf([...times, begin, begin + 3_000, begin + 20_000])
    await take(
      open(() => 12_000),
      entries.slice(12_000),
    )
    assert.deepEqual(kinds(), ['suppressed', 'suppressed', 'clean'])
    assert.deepEqual(warnings, [])
  })

  it('marks what it cannot afford to look for', async () => {
    const entries = await journalOf([
      begin,
      begin + 1,
      begin + 2,
      begin + 3,
      begin,
      begin + 3,
      begin + 20_000,
    ])
    await take(
      open(() => 4, [1, 2]),
      entries.slice(4),
    )
    assert.deepEqual(kinds(), ['unsure', 'suppressed', 'clean'])
  })

  it('stores what it knows at a deploy and from time to time, and goes on with it', async () => {
    const entries = await journalOf([begin, begin + 1, begin + 2, begin + 3, begin, begin + 20_000])
    const file = join(directory, '.clean-c')
    let checkpoint = 0
    const first = open(() => checkpoint, [1])
    await take(first, entries.slice(0, 4))
    checkpoint = 4
    assert.equal(existsSync(file), false)
    clock.tick(600_000)
    while (!existsSync(file)) await settle(1)
    assert.deepEqual(await first.detach(), [])
    assert.match(
      readFileSync(file, 'utf8'),
      /^[0-9a-f]{8} \{"version":3,"rules":"[0-9a-f]{8}","from":1,"seq":4,/,
    )
    outcomes = []
    await take(
      open(() => 4, [1]),
      entries.slice(4),
    )
    assert.deepEqual(kinds(), ['suppressed', 'clean'])

    // other formats: what these remembered is of no use to them
    outcomes = []
    const other = { ...again, fields: [...again.fields, { name: 'w', type: 'number' as const }] }
    await take(
      open(() => 4, [1], other),
      entries.slice(4),
    )
    assert.deepEqual(kinds(), ['unsure', 'clean'])
  })

  it('takes the state of another copy of the journal for none: it knows of other events', async () => {
    const file = join(directory, '.clean-c')
    const first = open(() => 4)
    // it has come further than the checkpoint
    await take(first, await journalOf([begin, begin + 1, begin + 2, begin + 3, begin + 4, begin + 5]))
    await first.detach()
    assert.match(readFileSync(file, 'utf8'), /"seq":4,"id":"testabcd-6",/)

    const days = [1, 2, 3, 4].map((n) => begin + n * 86_400)
    const elsewhere = await journalOf([...days, begin, begin + 4, days[0]!], 'otherone')
    outcomes = []
    await take(
      open(() => 4),
      elsewhere.slice(4),
    )
    assert.deepEqual(kinds(), ['clean', 'clean', 'suppressed'])
    assert.deepEqual(warnings, [])
  })

  it('takes the state of a copy that goes on further for none: what comes here will be other events', async () => {
    const first = open(() => 4)
    await take(first, await journalOf([begin, begin + 1, begin + 2, begin + 3, begin + 4, begin + 5]))
    await first.detach()
    const older = await journalOf([begin, begin + 1, begin + 2, begin + 3, begin + 5])
    outcomes = []
    await take(
      open(() => 4),
      older.slice(4),
    )
    assert.deepEqual(kinds(), ['clean'])
  })

  it('says of which entry its state is where other nodes had the newest ones', async () => {
    const entries = await journalOf([begin, begin + 1, begin + 2, begin + 3, begin + 4])
    const cleaning = open(() => 5)
    await take(cleaning, entries.slice(0, 3))
    await cleaning.detach()
    assert.match(readFileSync(join(directory, '.clean-c'), 'utf8'), /"seq":5,"id":"testabcd-5",/)
  })

  describe('of lines that follow a header', () => {
    const csv: FormatDefinition = {
      type: 'csv',
      decoder: { kind: 'columns', header: ['v', 'w'], headers: true },
      fields: [
        { name: 'v', type: 'number' },
        { name: 'w', type: 'number' },
        { name: 'more', type: 'number', difference: { of: 'w' } },
      ],
    }
    const texts = ['w,v,x', ...Array.from({ length: 12_000 }, (_, i) => `${i * 2},7,0`), 'v,w', '8,1']

    it('reads back to it, however far, without a state file', async () => {
      const entries = await journalOfTexts(texts)
      await take(
        open(() => 12_000, undefined, csv),
        entries.slice(12_000),
      )
      assert.deepEqual(
        outcomes.map((outcome) => (outcome.kind === 'clean' ? outcome.events[0]?.data : outcome.kind)),
        [{ v: 7, w: 23_998, more: 2 }, 'suppressed', { v: 8, w: 1 }],
      )
      assert.deepEqual(warnings, [])
    })

    it('marks what becomes of a line whose header it cannot afford to look for', async () => {
      const entries = await journalOfTexts(texts)
      await take(
        open(() => 12_000, [1, 2], csv),
        entries.slice(12_000),
      )
      assert.deepEqual(outcomes, [
        {
          kind: 'rejected',
          type: 'csv',
          reasons: ['decode: columns: found 3, expected 2 columns as in the header'],
          unsure: ['values'],
        },
        {
          kind: 'suppressed',
          type: 'csv',
          reasons: ['heading: found the columns ["v","w"], which hold from here on'],
        },
        { kind: 'clean', type: 'csv', events: [{ type: 'csv', data: { v: 8, w: 1 }, unsure: ['values'] }] },
      ])
    })
  })

  it('gives a replay of long ago what it had the first time, and the live events after it theirs', async () => {
    const unchanged = {
      ...again,
      time: undefined,
      drop: { unchanged: 5 },
      fields: [{ name: 'w', type: 'number' }],
    }
    const { time: _time, ...definition } = unchanged
    const records = lines(date, 3_000, (n) => `w:${Math.floor(n / 10)}`)
    for (const { path, bytes } of buildJournal([{ date, batches: inBatches(records, 100) }])) {
      mkdirSync(dirname(join(directory, path)), { recursive: true })
      writeFileSync(join(directory, path), bytes)
    }
    const entries: Entry[] = []
    const reader = { entry: (entry: Entry) => entries.push(entry) > 0, gap: () => {} }
    await readEntries(systemDisk, directory, 1, 3_000, reader)
    let checkpoint = 0
    const cleaning = open(() => checkpoint, undefined, definition as FormatDefinition)
    await take(cleaning, entries.slice(0, 2_900))
    const first = kinds()
    assert.ok(first.includes('suppressed') && first.includes('clean') && !first.includes('unsure'))
    checkpoint = 2_900
    outcomes = []
    await take(cleaning, entries.slice(203, 217))
    assert.deepEqual(kinds(), first.slice(203, 217))
    outcomes = []
    await take(cleaning, entries.slice(2_900))
    assert.deepEqual(kinds(), first.slice(2_800, 2_900))
  })

  it('says so when the journal cannot be read, and marks what may be a repeat', async () => {
    const entries = await journalOf([begin, begin + 1])
    rmSync(directory, { recursive: true })
    writeFileSync(directory, 'no directory')
    await take(
      open(() => 1),
      entries.slice(1),
    )
    assert.deepEqual(kinds(), ['unsure'])
    assert.match(warnings[0] ?? '', /^clean: the journal cannot be read for earlier events: /)
  })

  it('stays with the flows that have begun while the end of those before was still waited for', async () => {
    const entries = await journalOf([begin, begin + 1, begin + 2, begin + 3])
    const cleaning = open(() => 1)
    const told: LineOutcome[] = []
    const attach = () =>
      cleaning.attach({
        decoded: (_message, outcome) => told.push(outcome),
        warn: assert.fail,
        journal: undefined,
      })
    const first = take(cleaning, entries.slice(1, 2))
    // while the journal is read, and while what is known is stored
    for (const next of [entries.slice(2, 3), entries.slice(3)]) {
      const leaving = cleaning.detach()
      attach()
      assert.deepEqual(await leaving, [])
      await first
      told.length = 0
      await take(cleaning, next)
      assert.equal(told.length, 1)
    }
  })

  it('is not detached before it has given back what was being read', async () => {
    const entries = await journalOf([begin, begin + 1])
    const cleaning = open(() => 1)
    const [, last] = entries as [Entry, Entry]
    cleaning.take({ payload: last.text, seq: 2, id: 'x-2', source: last.source, received: last.received }, 2)
    assert.equal(cleaning.held, 1)
    cleaning.take({ payload: 'v:1', seq: 3, id: 'x-3', source: last.source, received: last.received }, 3)
    assert.equal(cleaning.held, 2)
    await cleaning.detach()
    assert.equal(outcomes.length, 2, 'what was read in time')
  })
})
