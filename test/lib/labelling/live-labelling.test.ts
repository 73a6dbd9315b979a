// What rules remember survives a restart: from the file, and from the journal above it.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FieldlogEvent } from '../../../lib/event.ts'
import { compileFormats } from '../../../lib/formats/compile.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { systemDisk } from '../../../lib/journal/disk/disk.ts'
import { Journal } from '../../../lib/journal/journal.ts'
import { systemClock } from '../../../lib/kit/clock.ts'
import { decoded, readEntries } from '../../../lib/labelling/history.ts'
import { LiveLabelling } from '../../../lib/labelling/live-labelling.ts'
import { StateFile } from '../../../lib/labelling/state-file.ts'
import type { LabelResult } from '../../../lib/predicates/judge/result.ts'
import { type AnyRow, compilePredicates } from '../../../lib/public/predicates.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const format: FormatDefinition = {
  type: 'room',
  decoder: { kind: 'key-values' },
  fields: [{ name: 'v', type: 'number' }],
}
const rows: AnyRow[] = [
  { name: 'outlier', field: 'v', operator: 'outlier', values: [5], settings: { window: 5 } },
  { name: 'change', field: 'v', operator: 'change larger than', values: [5], votes: { least: 2, of: 3 } },
  { name: 'spike', field: 'v', operator: 'spike', values: [4], settings: { limit: 60 } },
]
const day = Date.UTC(2026, 10, 21, 12)
/** what is received is in time, and not late */
const onThatDay = { ...systemClock, wall: () => day }

describe('predicates: live labelling', () => {
  let directory: string
  let events: FieldlogEvent[]
  let flags: Map<string, string>
  const warnings: string[] = []
  /** of the last labelling */
  let clock: FakeClock

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-label-'))
    const journal = new Journal({ directory, flushInterval: 0, clock: onThatDay })
    await journal.start()
    for (let i = 0; i < 60; i++) {
      const text = i % 5 === 3 ? 'noise' : `v:${(i * 7) % 11}`
      journal.append({ kind: 'L', source: 's', text, received: day + i * 1000 })
    }
    await journal.stop()
    events = await eventsOf(1, 60)
    warnings.length = 0
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  async function eventsOf(from: number, to: number): Promise<FieldlogEvent[]> {
    const formats = compileFormats([format])
    const found: FieldlogEvent[] = []
    await readEntries(systemDisk, directory, from, to, {
      entry: (entry) => found.push(...decoded(entry, formats).flatMap(({ events }) => events)) > -1,
      gap: () => assert.fail('entries are missing'),
    })
    return found
  }

  function open(
    checkpoint: () => number,
    rules = rows,
    judged: (id: string, result: LabelResult) => void = (id, result) =>
      flags.set(id, JSON.stringify(result.flags)),
  ): LiveLabelling<string> {
    flags = new Map()
    clock = new FakeClock()
    const labelling = new LiveLabelling<string>(
      (_warn, isWhole) => compilePredicates(rules, [], {}, { isWhole }),
      '.label-n1',
      clock,
    )
    labelling.attach({
      judged,
      warn: (message) => warnings.push(message),
      journal: {
        directory,
        formats: () => compileFormats([format]),
        position: () => ({ checkpoint: checkpoint(), entries: 60, waiting: 0 }),
        flushInterval: 1000,
      },
    })
    return labelling
  }

  function tick(): void {
    clock.tick(5_000)
  }

  async function takeAll(labelling: LiveLabelling<string>, list: FieldlogEvent[]): Promise<void> {
    for (const each of list) labelling.take(each, each.id)
    while (labelling.held > labelling.session.held) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  async function wanted(): Promise<Map<string, string>> {
    await takeAll(
      open(() => 0),
      events,
    )
    return flags
  }

  it('reads what it must remember from the journal, where nothing is stored', async () => {
    const all = await wanted()
    const labelling = open(() => 30)
    await takeAll(
      labelling,
      events.filter(({ seq }) => seq > 30),
    )
    assert.ok(flags.size > 20)
    for (const [id, found] of flags) assert.equal(found, all.get(id), id)
    assert.deepEqual(warnings, [])
  })

  it('stays with the flows that have begun while the end of those before was still waited for', async () => {
    const labelling = open(() => 30)
    const [first, ...next] = events.filter(({ seq }) => seq > 30).slice(0, 4) as [
      FieldlogEvent,
      ...FieldlogEvent[],
    ]
    labelling.take(first, first.id)
    const leaving = labelling.detach()
    const told: string[] = []
    labelling.attach({ judged: (id) => told.push(id), warn: assert.fail, journal: undefined })
    assert.deepEqual(await leaving, [])
    await takeAll(labelling, next)
    // the last one is held for the one behind it
    assert.deepEqual(
      told,
      [first, ...next.slice(0, -1)].map(({ id }) => id),
    )
  })

  it('stores it with the seq that it includes, never above the checkpoint, and goes on from there', async () => {
    const all = await wanted()
    let checkpoint = 0
    const first = open(() => checkpoint)
    await takeAll(
      first,
      events.filter(({ seq }) => seq <= 40),
    )
    tick()
    checkpoint = 39
    tick()
    await first.detach()
    assert.equal(await stored(), undefined, 'the state is at 40, the checkpoint at 39')

    const again = open(() => checkpoint)
    await takeAll(
      again,
      events.filter(({ seq }) => seq <= 40),
    )
    tick()
    checkpoint = 45
    tick()
    await again.detach()
    assert.equal((await stored())?.seq, 40)

    const second = open(() => checkpoint)
    await takeAll(
      second,
      events.filter(({ seq }) => seq > 45),
    )
    for (const [id, found] of flags) assert.equal(found, all.get(id), id)
    assert.ok(flags.size >= 10)
  })

  it('begins from the journal where the state is of the rules in another form', async () => {
    const all = await wanted()
    let checkpoint = 0
    const first = open(
      () => checkpoint,
      rows.map((row) => ({ ...row, missing: 'keep' })),
    )
    await takeAll(
      first,
      events.filter(({ seq }) => seq <= 40),
    )
    tick()
    checkpoint = 45
    tick()
    await first.detach()
    assert.equal((await stored())?.seq, 40)
    // the same verdicts by other rows, as after a migration: another hash, and so another state
    const second = open(() => checkpoint)
    await takeAll(
      second,
      events.filter(({ seq }) => seq > 45),
    )
    assert.notEqual(second.labeller.rules, first.labeller.rules)
    for (const [id, found] of flags) assert.equal(found, all.get(id), id)
    assert.ok(flags.size >= 10)
    assert.deepEqual(warnings, [])
  })

  it('takes the state of another copy of the journal for none: its seqs may be other events', async () => {
    let checkpoint = 0
    const first = open(() => checkpoint)
    // what is remembered of that copy would change the verdicts of this one
    const elsewhere = events.map((event) => ({ ...event, data: { v: Number(event.data!.v) + 1_000 } }))
    await takeAll(
      first,
      elsewhere.filter(({ seq }) => seq <= 40),
    )
    tick()
    checkpoint = 40
    tick()
    await first.detach()
    const file = new StateFile(systemDisk, directory, '.label-n1')
    const { id, memory, rules } = (await file.read())!
    assert.equal(id, events.find(({ seq }) => seq === 40)!.id)
    await file.write({ rules, from: 1, seq: 40, id: 'otherone-40' }, JSON.stringify(memory))
    const all = await wanted()
    const second = open(() => checkpoint)
    await takeAll(
      second,
      events.filter(({ seq }) => seq > 40),
    )
    for (const [event, found] of flags) assert.equal(found, all.get(event), event)
    assert.ok(flags.size >= 10)
    assert.deepEqual(warnings, [])
  })

  it('takes a torn state for none', async () => {
    let checkpoint = 0
    const first = open(() => checkpoint)
    await takeAll(
      first,
      events.filter(({ seq }) => seq <= 60),
    )
    tick()
    checkpoint = 60
    tick()
    await first.detach()
    const path = join(directory, '.label-n1')
    const text = readFileSync(path, 'utf8')
    assert.match(text, /^[0-9a-f]{8} \{"version":3,"rules":"[0-9a-f]{8}","from":1,"seq":60,/)

    // torn: it is as if there were none
    writeFileSync(path, text.slice(0, text.length / 2))
    const last = events.at(-1) as FieldlogEvent
    const second = open(() => 60)
    await takeAll(
      second,
      [61, 62].map((seq) => ({
        ...last,
        id: `x-${seq}`,
        seq,
        received: day + seq * 1000,
        time: day + seq * 1000,
      })),
    )
    assert.match(flags.get('x-61') ?? '', /"outlier":[14]/)
    assert.deepEqual(warnings, [])
  })

  it('says so when the journal cannot be read, and begins anew', async () => {
    const labelling = open(() => 30)
    rmSync(directory, { recursive: true })
    writeFileSync(directory, 'no directory')
    await takeAll(labelling, [events[40] as FieldlogEvent, events[41] as FieldlogEvent])
    assert.equal(flags.size, 1)
    assert.match(warnings[0] ?? '', /label: cannot read back what the rules must remember: .*begin anew/)
  })

  describe('of derived events', () => {
    /** A span that ended when seq `seq` was the highest that was known. */
    const span = (start: number, seq: number, v: number): FieldlogEvent => {
      const base = events.find((each) => each.seq >= seq)!
      const [epoch] = base.id.split('-')
      const key = 'DHCP4_CLIENT.eth0'
      return { ...base, id: `${epoch}-${start}-span`, seq, type: 'span', key, data: { v } }
    }
    const jump: AnyRow[] = [{ name: 'jump', field: 'v', operator: 'change larger than', values: [5] }]
    /** without the epoch */
    const shortId = (id: string) => id.replace(/^[^-]*-/, '')
    let results: Array<[id: string, jump: number | undefined, unsure: string[] | undefined]>

    function openFor(checkpoint: () => number): LiveLabelling<string> {
      results = []
      return open(checkpoint, jump, (id, { flags, unsure }) => {
        results.push([shortId(id), flags.jump, unsure])
      })
    }

    it('goes on after a restart with what they remembered, marked as unsure until that suffices', async () => {
      let checkpoint = 0
      const first = openFor(() => checkpoint)
      const told = [span(1, 4, 10), span(2, 4, 12), span(3, 9, 30), span(5, 9, 31)]
      await takeAll(first, told)
      // two that ended with the same event are two, in the order in which they came
      assert.deepEqual(results, [
        ['1-span', 1, undefined],
        ['2-span', 1, undefined],
        ['3-span', 4, undefined],
        ['5-span', 1, undefined],
      ])
      tick()
      checkpoint = 9
      tick()
      await first.detach()
      const state = await new StateFile(systemDisk, directory, '.label-n1').read()
      assert.deepEqual([state?.seq, state?.id], [9, `${events[0]!.id.split('-')[0]}-9`])

      const second = openFor(() => checkpoint)
      // the last two are derived anew, and the next one is compared with the last
      await takeAll(second, [...told.slice(2), span(10, 12, 60), span(11, 14, 61)])
      assert.deepEqual(results, [
        ['3-span', 4, undefined],
        ['5-span', 1, undefined],
        ['10-span', 4, ['jump']],
        ['11-span', 1, undefined],
      ])
      assert.deepEqual(warnings, [])
    })
  })

  async function stored(): Promise<{ seq: number } | undefined> {
    try {
      return JSON.parse(readFileSync(join(directory, '.label-n1'), 'utf8').slice(9)) as { seq: number }
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOENT')
      return undefined
    }
  }
})
