// Makes the files of a journal with a right chain, without a writer: for tests of what reads them.
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { encodeBatches, type NewEntry, type NewNotice } from '../../lib/journal/format/batch.ts'
import { filePath, headerLine } from '../../lib/journal/format/line.ts'
import { msPerDay, parseDay } from '../../lib/journal/format/time.ts'

/** One file. */
export interface FilePlan {
  /** `YYYYMMDD` */
  date: string
  number?: number
  /** the records of each batch */
  batches: Array<Array<NewEntry | NewNotice>>
  /** H has `?` for the file before */
  unhashed?: boolean
  /** of its H */
  epoch?: string
}

export interface BuiltFile {
  path: string
  bytes: Buffer
  sha256: string
  firstSeq: number
  lastSeq: number
}

const testEpoch = 'testabcd'

/** The files of a journal, in order. */
export function buildJournal(plans: readonly FilePlan[]): BuiltFile[] {
  const files: BuiltFile[] = []
  for (const plan of plans) {
    const before = files.at(-1)
    const day = parseDay(plan.date)
    const now = day * msPerDay
    const firstSeq = (before?.lastSeq ?? 0) + 1
    let head = headerLine({
      time: now,
      epoch: plan.epoch ?? testEpoch,
      firstSeq,
      previous: before?.path ?? null,
      previousSize: before?.bytes.length ?? 0,
      sha256: before ? (plan.unhashed ? null : before.sha256) : null,
    })
    let lastSeq = firstSeq - 1
    const parts: Buffer[] = []
    for (const records of plan.batches) {
      const batch = encodeBatches(records, lastSeq, now, head)
      head = ''
      lastSeq = batch.lastSeq
      parts.push(batch.bytes)
    }
    const bytes = Buffer.concat(parts)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    files.push({ path: filePath(day, plan.number ?? 0), bytes, sha256, firstSeq, lastSeq })
  }
  return files
}

/** Lines of one source a second from a moment of a day on; `text` is given each line's number from 1. */
export function lines(
  date: string,
  count: number,
  text: (n: number) => string = (n) => `line ${n}`,
  source = 'tty',
): NewEntry[] {
  const start = parseDay(date) * msPerDay
  return Array.from({ length: count }, (_, i) => ({
    kind: 'L' as const,
    received: start + (i + 1) * 1000,
    source,
    text: text(i + 1),
  }))
}

/** Records in batches of a size. */
export function inBatches<T>(records: readonly T[], size: number): T[][] {
  const batches: T[][] = []
  for (let at = 0; at < records.length; at += size) batches.push(records.slice(at, at + size))
  return batches
}

/** Writes the files into a directory. */
export function writeJournal(directory: string, files: readonly BuiltFile[]): void {
  for (const { path, bytes } of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), bytes)
  }
}
