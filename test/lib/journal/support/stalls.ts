// Every call on a journal that may be long, each with the event loop measured while it runs beside a live writer.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auditJournal } from '../../../../lib/delivery/progress/audit.ts'
import { compileFormats } from '../../../../lib/formats/compile.ts'
import { jeelinkFormats } from '../../../../lib/formats/library/jeelink.ts'
import { systemDisk } from '../../../../lib/journal/disk/disk.ts'
import { escapeText } from '../../../../lib/journal/format/text.ts'
import { msPerDay } from '../../../../lib/journal/format/time.ts'
import { verifyJournal } from '../../../../lib/journal/inspect/verify.ts'
import { Journal } from '../../../../lib/journal/journal.ts'
import { backupJournal } from '../../../../lib/journal/keep/backup.ts'
import { Upkeep } from '../../../../lib/journal/keep/upkeep.ts'
import { queryJournal } from '../../../../lib/journal/read/query.ts'
import { readJournal } from '../../../../lib/journal/read/reader.ts'
import { systemClock } from '../../../../lib/kit/clock.ts'
import { decoded, readEntries } from '../../../../lib/labelling/history.ts'
import { recentReadings } from '../../../../lib/preview/recent.ts'
import { type LoopDelay, loopDelayDuring } from './loop-delay.ts'

export interface MeasuredCall extends LoopDelay {
  name: string
}

/** lines a second, and ms between two of them that come together */
const livePace = 1_000
const liveInterval = 20

/**
 * Runs every call on the journal in a directory, which it archives and copies, one after another.
 * @param lastDay days since 1970 of its last file
 */
export async function measureCalls(
  directory: string,
  lastDay: number,
  told: (call: MeasuredCall) => void = () => {},
): Promise<MeasuredCall[]> {
  const target = mkdtempSync(join(tmpdir(), 'fieldlog-stalls-'))
  const live = await liveWriter(join(target, 'live'))
  const calls: MeasuredCall[] = []
  const measure = async (name: string, work: () => Promise<unknown>) => {
    const call = { name, ...(await loopDelayDuring(work)) }
    calls.push(call)
    told(call)
  }
  const clock = { ...systemClock, wall: () => lastDay * msPerDay + msPerDay / 2 }
  const parts = { checkpoint: () => 0, note: async () => {}, warn: assertNoWarning }
  const archive = () => new Upkeep({ directory, clock, archiveAfter: 1 }, parts).look()
  try {
    await measure('nothing but live lines', () => new Promise((resolve) => setTimeout(resolve, 2_000)))
    await measure('read, plain files', () => readAll(directory))
    await measure('a minute by its time, plain files', () => queryMinute(directory, lastDay))
    await measure('verify, plain files', () => verifyJournal(systemDisk, directory))
    await measure('audit, plain files', () => auditJournal(systemDisk, directory))
    await measure('the last 5,000 entries', () => recentReadings(systemDisk, directory, 5_000))
    await measure('backup, plain files', () => backupJournal(systemDisk, directory, join(target, 'copy')))
    await measure('backup again', () => backupJournal(systemDisk, directory, join(target, 'copy')))
    await measure('archive', archive)
    await measure('read, archives', () => readAll(directory))
    await measure('a minute by its time, archives', () => queryMinute(directory, lastDay))
    await measure('verify, archives', () => verifyJournal(systemDisk, directory))
    await measure('audit, archives', () => auditJournal(systemDisk, directory))
    await measure('backup, archives', () => backupJournal(systemDisk, directory, join(target, 'copy')))
    await measure('indices made again', () => remakeIndices(directory))
    const formats = compileFormats([...jeelinkFormats])
    await measure('the events before a replay', () =>
      readEntries(systemDisk, directory, 1, 20_000, {
        entry: (entry) => decoded(entry, formats).length >= 0,
        gap: () => {},
      }),
    )
    // the most that a port gives as one line
    const bytes = Buffer.from(Uint8Array.from({ length: 1 << 16 }, (_, i) => (i * 2_654_435_761) >>> 24))
    await measure('escape a line of 64 kB of binary', async () => void escapeText(bytes))
  } finally {
    await live.stop()
    rmSync(target, { recursive: true })
  }
  return calls
}

/** One line of a table. */
export function describeCall({ name, p50, p99, max, maxBusy, maxPause, took }: MeasuredCall): string {
  const figures = [p50, p99, max, maxBusy, maxPause].map((figure) => figure.toFixed(1).padStart(8))
  return `${name.padEnd(40)}${figures.join('')}${(took / 1000).toFixed(1).padStart(8)} s`
}

export const callsHead = `${''.padEnd(40)}${['p50', 'p99', 'max', 'busy', 'gc'].map((word) => word.padStart(8)).join('')}    took`

async function readAll(directory: string): Promise<number> {
  let count = 0
  for await (const reading of readJournal(systemDisk, directory, 1)) {
    if (reading.kind === 'batch') count += reading.items.length
  }
  return count
}

async function queryMinute(directory: string, lastDay: number): Promise<number> {
  const fromTime = (lastDay - 1) * msPerDay + msPerDay / 3
  let count = 0
  for await (const found of queryJournal(systemDisk, directory, { fromTime, toTime: fromTime + 59_999 })) {
    if (found.kind === 'entries') count += found.entries.length
  }
  return count
}

async function remakeIndices(directory: string): Promise<void> {
  for (const year of await systemDisk.list(directory)) {
    if (!/^\d{4}$/.test(year)) continue
    for (const name of await systemDisk.list(join(directory, year))) {
      if (name.endsWith('.idx')) await systemDisk.remove(join(directory, year, name))
    }
  }
  for await (const _reading of readJournal(systemDisk, directory, Number.MAX_SAFE_INTEGER)) break
}

/** Lines at a steady pace, as a gateway has them beside all this. */
async function liveWriter(directory: string): Promise<{ stop(): Promise<void> }> {
  const journal = new Journal({ directory, flushInterval: 1, reserve: 0 })
  await journal.start()
  const timer = setInterval(() => {
    for (let i = 0; i < (livePace * liveInterval) / 1_000; i++)
      journal.append({ kind: 'L', received: Date.now(), source: 'live', text: 'OK 12 1 118 182 0' })
  }, liveInterval)
  return {
    async stop() {
      clearInterval(timer)
      await journal.stop()
    },
  }
}

function assertNoWarning(message: string): void {
  throw new Error(message)
}
