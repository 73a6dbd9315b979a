// Reads a journal from any seq on: finds the place by bisection over the C lines, needs no index, holds one
// batch in memory. Any number of readers may run beside the writer.
import { openText } from './archive.ts'
import { type JournalFile, readCatalog } from './catalog.ts'
import type { Disk, DiskFile } from './disk.ts'
import { decodeBatch, type Entry, type Notice } from './entry.ts'
import { parseCommit } from './line.ts'
import { type Damage, scanFile } from './scan.ts'

/** A stretch that cannot be read. Seqs are the entries that are missing because of it; `to` < `from`: none. */
export interface DamageReport {
  kind: 'damage'
  file: string
  /** bytes in the file's text; both 0 where the whole file is missing */
  offset: number
  end: number
  from: number
  to: number
  reason: string
}

/** What a reader gives, batch by batch. */
export type Reading = { kind: 'batch'; file: string; items: Array<Entry | Notice> } | DamageReport

/** What limits a reader. */
export interface ReadLimits {
  /**
   * how far the writer's current file may be read (its durable bytes); undefined for other files. Readers
   * outside the writer's process leave it out and read to the last valid C.
   */
  durableSize?: (path: string) => number | undefined
}

const bisectStep = 1 << 16

/**
 * Batches from the one that holds `fromSeq` on (it may begin before), to the end of the journal as it is when
 * the reader gets there.
 */
export async function* readJournal(
  disk: Disk,
  directory: string,
  fromSeq: number,
  limits: ReadLimits = {},
): AsyncGenerator<Reading> {
  const open = openText(disk, directory)
  const { files } = await readCatalog(disk, directory, open)
  let index = Math.max(
    0,
    files.findLastIndex((file) => file.firstSeq <= fromSeq),
  )
  // of files that begin with the same seq only the last holds it; the others are void
  let expected = files[index]?.firstSeq ?? 1
  for (let from = fromSeq; index < files.length; index++, from = 0) {
    const file = files[index]!
    if (file.firstSeq > expected) yield missing(file, expected)
    const text = await open(file.stored)
    try {
      const size = file.validSize ?? limits.durableSize?.(file.path) ?? (await text.size())
      const isLast = index === files.length - 1
      for await (const reading of readFile(file, text, size, from, isLast)) {
        yield reading
        if (reading.kind === 'damage') expected = Math.max(expected, reading.to + 1)
        else expected = nextSeq(reading.items, expected)
      }
    } finally {
      await text.close()
    }
  }
}

async function* readFile(
  file: JournalFile,
  text: DiskFile,
  size: number,
  fromSeq: number,
  isLast: boolean,
): AsyncGenerator<Reading> {
  const start =
    fromSeq > file.firstSeq ? await findBatch(text, size, fromSeq) : { offset: 0, lastSeq: file.firstSeq - 1 }
  const epoch = start.offset === 0 ? '' : await epochAt(text, start.offset)
  const place = { day: file.day, epoch }
  let lastSeq = start.lastSeq
  const pending: Damage[] = []
  for await (const span of scanFile(text, start.offset, size)) {
    if (span.kind === 'damage') {
      pending.push(span)
    } else if (span.kind === 'batch') {
      const first = span.commit.lastSeq - span.entries + 1
      yield* damages(file, pending, lastSeq, first - 1)
      pending.length = 0
      yield { kind: 'batch', file: file.path, items: decodeBatch(span, place) }
      lastSeq = Math.max(lastSeq, span.commit.lastSeq)
    } else {
      // a last file's unclosed end is the writer's, who is about to close it, or recovery's
      if (span.end > span.offset && !isLast) pending.push({ ...span, kind: 'damage', claimed: undefined })
      yield* damages(file, pending, lastSeq, claimedLast(pending, lastSeq))
    }
  }
}

/** The first stretch carries the missing seqs: which of several lost which cannot be told. */
function* damages(
  file: JournalFile,
  spans: Damage[],
  lastSeq: number,
  upTo: number,
): Generator<DamageReport> {
  let from = lastSeq + 1
  for (const span of spans) {
    const reason = span.claimed ? 'the checksum does not match' : 'no valid C line closes it'
    yield { kind: 'damage', file: file.path, offset: span.offset, end: span.end, from, to: upTo, reason }
    from = upTo + 1
  }
}

/** What damaged C lines at the end say of the last seq, where it is plausible. */
function claimedLast(spans: Damage[], lastSeq: number): number {
  return spans.reduce((last, { claimed }) => {
    return claimed && claimed.lastSeq > last && claimed.lastSeq <= last + claimed.count
      ? claimed.lastSeq
      : last
  }, lastSeq)
}

function missing(file: JournalFile, expected: number): DamageReport {
  const before = file.header?.previous ?? file.path
  const to = file.firstSeq - 1
  return {
    kind: 'damage',
    file: before,
    offset: 0,
    end: 0,
    from: expected,
    to,
    reason: 'the file is missing, or its end is',
  }
}

function nextSeq(items: ReadonlyArray<Entry | Notice>, expected: number): number {
  const last = items.at(-1)
  if (!last) return expected
  return Math.max(expected, (last.kind === 'N' ? last.after : last.seq) + 1)
}

/** The start of the batch that holds a seq, by bisection: lastSeq of the C lines grows with their offset. */
async function findBatch(
  text: DiskFile,
  size: number,
  seq: number,
): Promise<{ offset: number; lastSeq: number }> {
  let low = { offset: 0, lastSeq: 0 }
  let high = size
  while (high - low.offset > bisectStep) {
    const middle = low.offset + Math.floor((high - low.offset) / 2)
    const commit = await commitAfter(text, middle, high)
    if (commit && commit.lastSeq < seq && commit.end > low.offset)
      low = { offset: commit.end, lastSeq: commit.lastSeq }
    else high = middle
  }
  return low
}

async function commitAfter(text: DiskFile, from: number, to: number) {
  for (let position = from, length = 4096; position < to; length *= 2) {
    const bytes = await text.read(position, Math.min(length, to - position))
    const mark = bytes.indexOf('\nC ')
    const end = mark === -1 ? -1 : bytes.indexOf(10, mark + 1)
    const commit = end === -1 ? undefined : parseCommit(bytes.toString('latin1', mark + 1, end))
    if (commit) return { lastSeq: commit.lastSeq, end: position + end + 1 }
    if (position + bytes.length >= to) return undefined
    if (end !== -1) position += end
  }
  return undefined
}

const openMark = Buffer.from(' open {"epoch":"')

/** The epoch in force at an offset: that of the last `open` notice before it, else H's. */
async function epochAt(text: DiskFile, offset: number): Promise<string> {
  const chunk = 1 << 20
  const overlap = 128
  for (let end = offset; ; end -= chunk - overlap) {
    const from = Math.max(0, end - chunk)
    const bytes = await text.read(from, end - from)
    for (let at = bytes.lastIndexOf(openMark); at > 0; at = bytes.lastIndexOf(openMark, at - 1)) {
      // behind `N HH:MM:SS.mmm`, at the start of a line: a device may well send such a text
      const line = bytes.toString('latin1', Math.max(0, at - 15), at + 32)
      const epoch = /^\nN \d\d:\d\d:\d\d\.\d{3} open \{"epoch":"([a-z0-9]{8})"/.exec(line)?.[1]
      if (epoch) return epoch
    }
    if (from === 0) return /^H \S+ fieldlog 1 ([a-z0-9]{8}) /.exec(bytes.toString('latin1', 0, 64))?.[1] ?? ''
  }
}
