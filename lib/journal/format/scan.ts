// Walks the bytes of a journal file: batches whose CRC holds, and the stretches between them that are damaged.
import { checksum } from '../../kit/sealed.ts'
import { isTurnLong, nextTurn } from '../../kit/turns.ts'
import type { DiskFile } from '../disk/disk.ts'
import { type Commit, type Header, isCommitStart, parseCommit, parseHeader } from './line.ts'

/** A batch that its C line vouches for. Offsets are bytes in the (uncompressed) file. */
export interface Batch {
  kind: 'batch'
  offset: number
  end: number
  /** the lines before C, H included in the first batch; valid until the next step of the scan */
  body: Buffer
  header: Header | undefined
  commit: Commit
  /** entries (L, R, E) in it; their seqs end at `commit.lastSeq` */
  entries: number
}

/** Bytes that no valid C covers. `claimed` is what a well-formed C at its end says, though its CRC fails. */
export interface Damage {
  kind: 'damage'
  offset: number
  end: number
  claimed: Commit | undefined
}

/**
 * What follows the last C of the range: nothing, or lines that were never closed. It ends behind the last byte that is
 * not zero: zeros at the end of a file are room that the writer has taken ahead.
 */
export interface Tail {
  kind: 'tail'
  offset: number
  end: number
}

export type Span = Batch | Damage | Tail

/** What is read at a time: the less, the shorter is a step between two turns of the event loop. */
const chunkSize = 1 << 18
const zerosAtATime = 1 << 16
/** A stretch without a C that is longer than this is damage, not a batch: it bounds the memory. */
export const longestBatch = 256 << 20

const lf = 10
const letterH = 0x48
const letterN = 0x4e
const commitMark = Buffer.from('\nC ')

/**
 * The spans of a file from `from`, which must be the start of a batch, up to `to`. The last one is always a
 * `tail`, empty where the range ends with a C. Memory stays near the size of one batch; everything else in the process
 * has its turn meanwhile.
 */
export async function* scanFile(
  file: Pick<DiskFile, 'read'>,
  from: number,
  to: number,
): AsyncGenerator<Span> {
  const window = new ScanWindow(from)
  for (let position = from; position < to; ) {
    const chunk = await file.read(position, Math.min(chunkSize, to - position))
    if (chunk.length === 0) break
    position += chunk.length
    for (const span of window.add(chunk)) {
      yield span
      if (isTurnLong()) await nextTurn()
    }
    if (isTurnLong()) await nextTurn()
  }
  yield window.tail()
}

/** How many of these bytes there are up to the last one that is not zero. */
function writtenLength(bytes: Uint8Array): number {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  return end
}

/** The end of what was written to a file of this size, without the zeros behind it; `from` where there is nothing else. */
export async function writtenEnd(file: Pick<DiskFile, 'read'>, size: number, from = 0): Promise<number> {
  for (let end = size; end > from; ) {
    const start = Math.max(from, end - zerosAtATime)
    const length = writtenLength(await file.read(start, end - start))
    if (length > 0) return start + length
    end = start
  }
  return Math.min(from, size)
}

/**
 * Where the last line of an unclosed end is over that begins with `C ` and yet is none; its start where there is no such
 * line. It closed something: no writer is about to go on there.
 */
export async function brokenEnd(file: Pick<DiskFile, 'read'>, { offset, end }: Tail): Promise<number> {
  const bytes = await file.read(offset, end - offset)
  const mark = bytes.lastIndexOf(commitMark)
  const at = mark === -1 ? 0 : mark + 1
  if (bytes.toString('latin1', at, at + 2) !== 'C ') return offset
  const close = bytes.indexOf(lf, at)
  if (close !== -1) return offset + close + 1
  return isCommitStart(bytes.toString('latin1', at)) ? offset : end
}

/** The spans of bytes that are in memory; `base` is their offset in the file. */
export function* scanBytes(bytes: Buffer, base = 0): Generator<Span> {
  const window = new ScanWindow(base)
  yield* window.add(bytes)
  yield window.tail()
}

/** Bytes are added in order; whole batches come out. */
class ScanWindow {
  /** grows by doubling; `#length` bytes of it are in use */
  #memory: Buffer = Buffer.alloc(0)
  #length = 0
  /** offset in the file of the first byte held: always the start of a batch, or of damage */
  #base: number
  /** where the search for the next C goes on */
  #searched = 0

  constructor(base: number) {
    this.#base = base
  }

  *add(chunk: Buffer): Generator<Batch | Damage> {
    this.#append(chunk)
    let start = 0
    // the mark may straddle two chunks
    let searched = this.#length - commitMark.length
    for (;;) {
      const at = this.#nextCommit(Math.max(start, this.#searched), start)
      if (at === -1) break
      const end = this.#bytes.indexOf(lf, at)
      if (end === -1) {
        // the C line goes on in the next chunk: it is found again by the LF before it
        searched = at - 1
        break
      }
      this.#searched = end
      const commit = parseCommit(this.#bytes.toString('latin1', at, end))
      if (!commit) continue
      yield* this.#close(start, at, end + 1, commit)
      start = end + 1
    }
    if (start === 0 && this.#length > longestBatch) {
      yield this.#damage(0, this.#length, undefined)
      start = this.#length
    }
    this.#searched = Math.max(0, searched - start)
    this.#drop(start)
  }

  tail(): Tail {
    return { kind: 'tail', offset: this.#base, end: this.#base + writtenLength(this.#bytes) }
  }

  get #bytes(): Buffer {
    return this.#memory.subarray(0, this.#length)
  }

  #append(chunk: Buffer): void {
    const length = this.#length + chunk.length
    if (length > this.#memory.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(length, this.#memory.length * 2))
      this.#memory.copy(grown, 0, 0, this.#length)
      this.#memory = grown
    }
    chunk.copy(this.#memory, this.#length)
    this.#length = length
  }

  #drop(count: number): void {
    if (count === 0) return
    this.#memory.copyWithin(0, count, this.#length)
    this.#length -= count
    this.#base += count
  }

  /** Index of the next line that begins with `C `, or -1. */
  #nextCommit(from: number, start: number): number {
    const bytes = this.#bytes
    if (from === start && bytes[start] === 0x43 && bytes[start + 1] === 0x20) return start
    const mark = bytes.indexOf(commitMark, from)
    return mark === -1 ? -1 : mark + 1
  }

  *#close(start: number, at: number, end: number, commit: Commit): Generator<Batch | Damage> {
    for (const from of possibleStarts(this.#bytes, start, at, commit)) {
      const batch = this.#batch(from, at, end, commit)
      if (!batch) continue
      if (from > start) yield this.#before(start, from)
      yield batch
      return
    }
    yield this.#damage(start, end, commit)
  }

  /** What ends where a batch begins, without an LF maybe: nothing else of it need be wrong. */
  #before(start: number, end: number): Batch | Damage {
    const at = lineStart(this.#bytes, end, start)
    const commit = parseCommit(this.#bytes.toString('latin1', at, end - 1))
    const batch = commit && this.#batch(start, at, end, commit)
    return batch ?? this.#damage(start, end, commit)
  }

  #damage(start: number, end: number, claimed: Commit | undefined): Damage {
    return { kind: 'damage', offset: this.#base + start, end: this.#base + end, claimed }
  }

  #batch(from: number, at: number, end: number, commit: Commit): Batch | undefined {
    // " <crc>\n" is 10 bytes
    const covered = this.#bytes.subarray(from, end - 10)
    if (checksum(covered) !== commit.crc) return undefined
    const body = this.#bytes.subarray(from, at)
    const header = body[0] === letterH ? parseHeader(firstLine(body)) : undefined
    const { lines, entries } = countLines(body)
    if (lines - (header ? 1 : 0) !== commit.count || entries > commit.lastSeq) return undefined
    return { kind: 'batch', offset: this.#base + from, end: this.#base + end, body, header, commit, entries }
  }
}

/**
 * Where a batch that ends with `commit` may start: right behind the C before it. Where that C is damaged its
 * end is not known, so the lines are counted backwards (an H is not among those that C counts); and where only the LF
 * behind it is, the batch starts in the middle of what looks like one line.
 */
function* possibleStarts(bytes: Buffer, start: number, at: number, commit: Commit): Generator<number> {
  yield start
  let line = at
  for (let n = 0; n < commit.count && line > start; n++) line = lineStart(bytes, line, start)
  if (line > start) yield line
  const merged = lineStart(bytes, line, start)
  if (merged > start && bytes[merged] === letterH && line > merged) yield merged
  for (const from of [merged, line]) {
    const text = bytes.toString('latin1', from, Math.min(from + 64, at))
    const close = /^C \d\d:\d\d:\d\d\.\d{3} \d+ \d+ [0-9a-f]{8}/.exec(text)
    if (close) yield from + close[0].length + 1
  }
}

/** The start of the line before the one that starts at `at`. */
function lineStart(bytes: Buffer, at: number, lowest: number): number {
  return at < 2 ? lowest : Math.max(lowest, bytes.lastIndexOf(lf, at - 2) + 1)
}

function firstLine(bytes: Buffer): string {
  return bytes.toString('latin1', 0, bytes.indexOf(lf))
}

function countLines(body: Buffer): { lines: number; entries: number } {
  let lines = 0
  let entries = 0
  for (let at = 0; at < body.length; lines++) {
    const kind = body[at]
    if (kind !== letterN && kind !== letterH) entries++
    at = body.indexOf(lf, at) + 1
    if (at === 0) break
  }
  return { lines, entries }
}
