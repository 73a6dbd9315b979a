// A journal of years in little time: 10 million entries over 30 days, most of them archived. What it takes to open
// it, to read from its middle, to verify it, and how long its calls hold the event loop.
// `npm run soak -- journal [entries] [entries]`, on real files.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemDisk } from '../../lib/journal/disk/disk.ts'
import { dayOf, msPerDay } from '../../lib/journal/format/time.ts'
import { verifyJournal } from '../../lib/journal/inspect/verify.ts'
import { Journal } from '../../lib/journal/journal.ts'
import { Upkeep } from '../../lib/journal/keep/upkeep.ts'
import { queryJournal } from '../../lib/journal/read/query.ts'
import { systemClock } from '../../lib/kit/clock.ts'
import { makeLargeJournal } from '../../test/lib/journal/support/large-journal.ts'
import { callsHead, describeCall, type MeasuredCall } from '../../test/lib/journal/support/stalls.ts'

/** of the journal on which the event loop is measured: 18 million entries are 1 GB */
const stallEntries = Number(process.argv[3] ?? 18_000_000)
const days = 30
/** the same on each day */
const entries = Math.ceil(Number(process.argv[2] ?? 10_000_000) / days) * days
const batchSize = 1000
const runs = 5
const lastDay = dayOf(Date.UTC(2026, 10, 21))

interface Limit {
  /** in the unit of the figure */
  value: number
  atLeast?: boolean
}

const rows: Array<{ name: string; figure: string; limit: string; met: boolean }> = []
let failed = false

const directory = mkdtempSync(join(tmpdir(), 'fieldlog-soak-'))
process.once('exit', () => rmSync(directory, { recursive: true, force: true }))

const plainBytes = makeJournal()
await measureAll('30 days plain', true)
await archiveAll()
await measureAll('28 days archived', false)
const year = join(directory, '2026')
const stored = readdirSync(year).reduce((sum, name) => sum + statSync(join(year, name)).size, 0)
print(`${megabytes(plainBytes)} of text, ${megabytes(stored)} with archives`)
measureStalls()
if (failed) process.exitCode = 1

function makeJournal(): number {
  const start = performance.now()
  const bytes = makeLargeJournal(directory, { lastDay, days, entriesPerDay: entries / days, batchSize })
  const seconds = (performance.now() - start) / 1000
  print(`${entries.toLocaleString('en-US')} entries made in ${seconds.toFixed(0)} s`)
  return bytes
}

/** What each call on a journal of 1 GB holds the event loop for: `busy` is to stay under 20 ms. */
function measureStalls(): void {
  const large = mkdtempSync(join(tmpdir(), 'fieldlog-soak-'))
  try {
    const child = join(import.meta.dirname, '../../test/lib/journal/support/stalls-child.ts')
    const args = [child, large, '6', String(Math.ceil(stallEntries / 6))]
    const calls = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as MeasuredCall[]
    print(`\nthe event loop beside 1,000 lines/s, ${stallEntries.toLocaleString('en-US')} entries, ms`)
    for (const line of [callsHead, ...calls.map(describeCall)]) print(line)
    for (const { name, maxBusy } of calls)
      if (maxBusy >= 20) row(`${name}: the loop is held`, `${maxBusy} ms`, '< 20 ms', false)
  } finally {
    rmSync(large, { recursive: true, force: true })
  }
}

async function archiveAll(): Promise<void> {
  const start = performance.now()
  const clock = {
    ...systemClock,
    wall: () => lastDay * msPerDay + msPerDay / 2,
    // at full speed: beside a gateway it would rest half of the time
    after(_ms: number, callback: () => void) {
      const immediate = setImmediate(callback)
      return () => clearImmediate(immediate)
    },
  }
  const parts = { checkpoint: () => 0, note: async () => {}, warn: print }
  await new Upkeep({ directory, disk: systemDisk, clock }, parts).look()
  print(`28 days archived in ${((performance.now() - start) / 1000).toFixed(0)} s`)
}

async function measureAll(state: string, isPlain: boolean): Promise<void> {
  const middle = Math.floor(entries / 2)
  const last = entries - 10
  await measure(`${state}: open for writing`, 'ms', { value: 300 }, openAndClose)
  await measure(`${state}: first entry from a seq in the middle`, 'ms', { value: 50 }, () =>
    first({ fromSeq: middle }),
  )
  await measure(`${state}: first entry from the last day`, 'ms', { value: 50 }, () =>
    first({ fromSeq: last }),
  )
  const time = (lastDay - 10) * msPerDay + msPerDay / 3
  await measure(`${state}: entries of a minute ten days ago`, 'ms', undefined, () =>
    first({ fromTime: time, toTime: time + 59_999 }),
  )
  const { megabytesPerSecond, memory } = await verifyOnce()
  row(
    `${state}: verify`,
    `${megabytesPerSecond.toFixed(0)} MB/s`,
    isPlain ? '> 150 MB/s' : '',
    !isPlain || megabytesPerSecond > 150,
  )
  row(`${state}: memory that reading it all adds`, `${memory.toFixed(0)} MB`, '< 50 MB', memory < 50)
}

/** The median of some runs. */
async function measure(
  name: string,
  unit: 'ms',
  limit: Limit | undefined,
  work: () => Promise<void>,
): Promise<void> {
  const times: number[] = []
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    await work()
    times.push(performance.now() - start)
  }
  const median = times.sort((a, b) => a - b)[runs >> 1]!
  row(
    name,
    `${median.toFixed(1)} ${unit}`,
    limit ? `< ${limit.value} ${unit}` : '',
    !limit || median < limit.value,
  )
}

/** A start writes an `open` notice, which goes into a file of today. */
async function openAndClose(): Promise<void> {
  const clock = { ...systemClock, wall: () => lastDay * msPerDay + msPerDay - 1000 }
  const journal = new Journal({ directory, reserve: 0, clock })
  const { lastSeq } = await journal.start()
  if (lastSeq !== entries) throw new Error(`${lastSeq} entries were found, not ${entries}`)
  await journal.stop()
}

async function first(query: { fromSeq?: number; fromTime?: number; toTime?: number }): Promise<void> {
  for await (const found of queryJournal(systemDisk, directory, query)) {
    if (found.kind !== 'entries') throw new Error(`damaged: ${JSON.stringify(found)}`)
    if (query.fromSeq !== undefined && found.entries[0]!.seq !== query.fromSeq)
      throw new Error('the wrong entry')
    return
  }
  throw new Error('nothing was found')
}

async function verifyOnce(): Promise<{ megabytesPerSecond: number; memory: number }> {
  const before = process.memoryUsage().rss
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 20)
  const start = performance.now()
  const { problems, bytes, entries: found } = await verifyJournal(systemDisk, directory)
  const seconds = (performance.now() - start) / 1000
  clearInterval(watch)
  if (problems.length > 0 || found !== entries) throw new Error(`not whole: ${JSON.stringify(problems[0])}`)
  return { megabytesPerSecond: bytes / 1e6 / seconds, memory: (most - before) / 1e6 }
}

function row(name: string, figure: string, limit: string, met: boolean): void {
  if (!met) failed = true
  rows.push({ name, figure, limit, met })
  print(`${name.padEnd(62)}${figure.padStart(12)}  ${limit.padEnd(12)} ${met ? '' : 'NOT MET'}`.trimEnd())
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
