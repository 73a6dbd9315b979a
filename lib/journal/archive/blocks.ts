// The index of an archived file: blocks of about 1 MB of text, each one gzip member, each from a batch's start to
// a batch's end. It can be made again from the .gz at any time.
import type { Disk, DiskFile } from '../disk/disk.ts'
import { readSealed, writeSealed } from '../disk/sealed-file.ts'
import { parseCommit } from '../format/line.ts'
import { epochIn, mayHideOpen } from '../format/opened.ts'
import { longestBatch, scanFile } from '../format/scan.ts'
import { msPerDay, parseDateTime } from '../format/time.ts'

/** One block. */
export interface Block {
  /** where its text begins in the text of the file, and how long it is; bytes */
  offset: number
  size: number
  /** where its gzip member begins in the .gz */
  at: number
  /** seq of its first entry; of a block without entries, that of the next one */
  firstSeq: number
  /** seq of its last entry; `firstSeq - 1` where it has none */
  lastSeq: number
  /** the earliest and the latest time of its entries, ms since 1970; null where it has none */
  from: number | null
  to: number | null
  /** the epoch in force at its start; empty where only H says it, or damage makes it doubtful */
  epoch: string
}

/** What an `.idx` file holds. */
export interface BlockIndex {
  /** bytes of the text */
  size: number
  /** bytes of the text in front of a broken member of unknown length; absent where there is none */
  exact?: number
  /** bytes of the .gz */
  stored: number
  /** what tells this .gz from another one of the same name: see `markOf` */
  mark: string
  /** the H line without its LF; empty where no checksum vouches for it */
  head: string
  blocks: Block[]
}

/** Text of a block, at least, where the file has so much. */
const blockSize = 1 << 20
/** A block without any C line (damage) is cut at this size all the same: a block never ends within a batch; bytes. */
const longestBlock = longestBatch

const lf = 10
const commitMark = Buffer.from('\nC ')

/** Reads an index file; undefined where it is damaged, or there is none. */
export async function readIndex(disk: Disk, path: string): Promise<BlockIndex | undefined> {
  const json = await readSealed(disk, path)
  return json === undefined ? undefined : (JSON.parse(json) as BlockIndex)
}

export function writeIndex(disk: Disk, path: string, index: BlockIndex): Promise<void> {
  return writeSealed(disk, path, JSON.stringify(index))
}

/**
 * How many of these bytes, which begin with a batch, make a block: up to the end of the last C line in them;
 * undefined where there is none.
 */
export function cutBlock(bytes: Buffer): number | undefined {
  for (
    let mark = bytes.lastIndexOf(commitMark);
    mark !== -1;
    mark = bytes.lastIndexOf(commitMark, mark - 1)
  ) {
    const end = bytes.indexOf(lf, mark + 1)
    if (end !== -1 && parseCommit(bytes.toString('latin1', mark + 1, end))) return end + 1
    if (mark === 0) break
  }
  return undefined
}

/** The text of the block that begins at an offset, which is a batch's start. */
export async function readBlock(
  source: Pick<DiskFile, 'read'>,
  offset: number,
  size: number,
): Promise<Buffer> {
  for (let look = blockSize; ; look *= 2) {
    const text = await source.read(offset, Math.min(look, size - offset))
    if (offset + text.length >= size) return text
    if (text.length === 0) throw new Error(`the file is shorter than ${size} bytes`)
    const end = cutBlock(text)
    if (end !== undefined) return text.subarray(0, end)
    if (look >= longestBlock) return text
  }
}

/** What is known at the start of a block. */
export interface BlockStart {
  /** days since 1970, of the file */
  day: number
  offset: number
  at: number
  /** seq of the last entry before it; undefined where the first batch is to say it */
  lastSeq: number | undefined
  epoch: string
}

/** Describes a block by its text. */
export async function describeBlock(text: Buffer, start: BlockStart): Promise<Block> {
  let first: number | undefined
  let last = start.lastSeq
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for await (const span of scanFile(memoryFile(text), 0, text.length)) {
    if (span.kind !== 'batch') continue
    // damage in front of it may hold seqs, too: the block is where they were
    first ??= start.lastSeq === undefined ? span.commit.lastSeq - span.entries + 1 : start.lastSeq + 1
    last = Math.max(last ?? 0, span.commit.lastSeq)
    const times = timesOf(span.body, start.day * msPerDay)
    from = Math.min(from, times.from)
    to = Math.max(to, times.to)
  }
  const lastSeq = last ?? 0
  return {
    offset: start.offset,
    size: text.length,
    at: start.at,
    firstSeq: first ?? lastSeq + 1,
    lastSeq,
    from: from <= to ? from : null,
    to: from <= to ? to : null,
    epoch: start.epoch,
  }
}

/** The epoch in force behind a block; empty where damage in it makes that doubtful. */
export async function epochBehind(text: Buffer, before: string): Promise<string> {
  let epoch = before
  for await (const span of scanFile(memoryFile(text), 0, text.length)) {
    if (span.kind === 'batch') epoch = epochIn(span) ?? epoch
    else if (span.end > span.offset && mayHideOpen(text.subarray(span.offset, span.end), epoch)) epoch = ''
  }
  return epoch
}

/** The earliest and the latest time of a batch's entries; `from` > `to` where it has none. */
function timesOf(body: Buffer, dayStart: number): { from: number; to: number } {
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (let at = 0; at < body.length; at = body.indexOf(lf, at) + 1 || body.length) {
    const time = entryTime(body, at, dayStart)
    if (time < from) from = time
    if (time > to) to = time
  }
  return { from, to }
}

/** The time of the entry whose line begins at `at`, ms since 1970; NaN where that is no entry. */
function entryTime(body: Buffer, at: number, dayStart: number): number {
  const kind = body[at]
  if (kind === 0x52) return parseDateTime(body.toString('latin1', at + 2, at + 25))
  if (kind !== 0x4c && kind !== 0x45) return Number.NaN
  const two = (position: number) => (body[position] ?? 0) * 10 + (body[position + 1] ?? 0) - 528
  const seconds = (two(at + 2) * 60 + two(at + 5)) * 60 + two(at + 8)
  return dayStart + seconds * 1000 + two(at + 11) * 10 + (body[at + 13] ?? 0) - 48
}

/** Bytes in memory as a file to read. */
export function memoryFile(bytes: Buffer): Pick<DiskFile, 'read'> {
  return { read: async (position, length) => bytes.subarray(position, position + length) }
}
