// Reads a journal from any seq on. It finds the place by bisection over the commits, so it needs no index, and holds
// one batch in memory. Any number of readers may run beside the writer. README.md says what it does about damage.
import { isTurnLong, nextTurn } from '../../kit/turns.ts'
import { openText } from '../archive/open-text.ts'
import type { OpenText } from '../archive/text-file.ts'
import type { Disk } from '../disk/disk.ts'
import { decodeBatch, type Item } from '../format/entry.ts'
import { type Batch, brokenEnd, type Damage, scanFile } from '../format/scan.ts'
import { firstReadableSeq, hasSoundHeader, readCatalog } from './catalog.ts'
import { EpochTrail } from './epoch.ts'
import { findBatch } from './find-batch.ts'
import type { JournalFile } from './journal-file.ts'
import { openResting, type RestingText } from './resting-text.ts'

/** A stretch that cannot be read. Seqs are the entries that are missing because of it; `to` < `from`: none. */
export interface DamageReport {
  kind: 'damage'
  file: string
  /** bytes in the file's text; both the same where entries are missing between them, or the whole file is */
  offset: number
  end: number
  from: number
  to: number
  reason: string
}

/** What a reader gives: what batches hold, a piece at a time, and what is damaged between them. */
export type Reading = { kind: 'batch'; file: string; items: Item[] } | DamageReport

/** What limits a reader. */
export interface ReadLimits {
  /**
   * how far the writer's current file may be read (its durable bytes); undefined for other files. Readers
   * outside the writer's process leave it out and read to the last valid C.
   */
  durableSize?: (path: string) => number | undefined
}

/**
 * Batches from the one that holds `fromSeq` on (it may begin before), to the end of the journal as it was when
 * the reader was called. Every entry comes once, in order of seq; what cannot be read is reported where it
 * would have come, and what cannot be decoded comes as a `poison` item. A batch comes in pieces of some 16 kB, between
 * which everything else in the process has its turn; no file is open while the caller has not asked for the next one.
 */
export async function* readJournal(
  disk: Disk,
  directory: string,
  fromSeq: number,
  limits: ReadLimits = {},
): AsyncGenerator<Reading> {
  const open = openText(disk, directory)
  const { files } = await readCatalog(disk, directory, open)
  const first = await firstFile(files, fromSeq, open)
  const walk = new Walk(files, open)
  for (const [index, file] of files.entries()) {
    if (index < first) continue
    const text = await openResting(open, file.stored)
    if (!text) continue
    try {
      const size = file.validSize ?? limits.durableSize?.(file.path) ?? (await text.size())
      const offset = index === first ? await walk.begin(file, text, size, fromSeq) : 0
      if (index > first) yield* resting(text, walk.enter(file, text))
      yield* resting(text, walk.read(index, text, offset, size))
    } finally {
      await text.close()
    }
  }
}

/** What is read from a text, which has no file open while the caller has not asked for the next one. */
async function* resting(text: RestingText, readings: AsyncIterable<Reading>): AsyncGenerator<Reading> {
  for await (const reading of readings) {
    if (text.isOpen) await text.rest()
    yield reading
  }
}

async function isSound(file: JournalFile, open: OpenText): Promise<boolean> {
  const text = await openResting(open, file.stored)
  if (!text) return false
  try {
    return await hasSoundHeader(text)
  } finally {
    await text.close()
  }
}

/** Where to begin: a file whose H is under a checksum, so that no entry of an earlier one is left out. */
async function firstFile(files: readonly JournalFile[], fromSeq: number, open: OpenText): Promise<number> {
  const last = files.findLast((file) => file.firstSeq <= fromSeq)
  // of files that begin with the same seq, any may hold it
  let index = files.findIndex((file) => file.firstSeq === last?.firstSeq)
  while (index > 0 && !(await isSound(files[index]!, open))) index--
  return Math.max(0, index)
}

/** What a reader knows on its way through the files. */
class Walk {
  /** seq of the last entry that was given, or reported as missing */
  lastSeq = 0
  readonly #files: readonly JournalFile[]
  readonly #open: OpenText
  readonly #epochs: EpochTrail
  /** whether the trail of epochs has reached the place where the reader is */
  #isOnTrail = false

  constructor(files: readonly JournalFile[], open: OpenText) {
    this.#files = files
    this.#open = open
    this.#epochs = new EpochTrail(files, open)
  }

  /** Finds the place of a seq in the file to begin with; returns its offset. */
  async begin(file: JournalFile, text: RestingText, size: number, fromSeq: number): Promise<number> {
    const block = text.blockOf(fromSeq)
    if (block) {
      // where the first member is broken, only H knows the seq
      this.lastSeq = Math.max(block.firstSeq, file.firstSeq) - 1
      this.#isOnTrail = block.epoch !== ''
      if (this.#isOnTrail) this.#epochs.set(block.epoch)
      return block.offset
    }
    let { firstSeq } = file
    if (!(await hasSoundHeader(text)))
      firstSeq = Math.min(firstSeq, (await firstReadableSeq(text)) ?? firstSeq)
    const { offset, lastSeq } = await findBatch(text, size, fromSeq, firstSeq)
    this.lastSeq = lastSeq
    return offset
  }

  /** Goes on in the next file: what its H says is missing. */
  async *enter(file: JournalFile, text: RestingText): AsyncGenerator<DamageReport> {
    const to = file.firstSeq - 1
    if (!file.header || to <= this.lastSeq || !(await hasSoundHeader(text))) return
    const reason = 'the file is missing, or its end is'
    const from = this.lastSeq + 1
    yield { kind: 'damage', file: file.header.previous ?? file.path, offset: 0, end: 0, from, to, reason }
    this.lastSeq = to
  }

  async *read(index: number, text: RestingText, offset: number, size: number): AsyncGenerator<Reading> {
    const file = this.#files[index]!
    const next = this.#files[index + 1]
    const damaged: Damage[] = []
    for await (const span of scanFile(text, offset, size)) {
      if (span.kind === 'damage') damaged.push(span)
      else if (span.kind === 'batch') {
        const epoch = await this.#epochOf(index, span, text, damaged)
        const first = span.commit.lastSeq - span.entries + 1
        yield* this.#missing(file, damaged, span.offset, first - 1)
        damaged.length = 0
        yield* this.#give(file, span, epoch)
      } else {
        // a last file's unclosed end is the writer's, who is about to close it, or recovery's
        const end = next ? span.end : await brokenEnd(text, span)
        if (end > span.offset && !text.isGone)
          damaged.push({ kind: 'damage', offset: span.offset, end, claimed: undefined })
        if (damaged.length === 0) continue
        if (this.#isOnTrail) for (const stretch of damaged) await this.#epochs.pass(stretch, text)
        yield* this.#missing(file, damaged, span.offset, await this.#lastOf(damaged, next))
      }
    }
  }

  /** The batch, without what came before: a tail that stands there twice, or was written to two files. */
  async *#give(file: JournalFile, batch: Batch, epoch: string): AsyncGenerator<Reading> {
    const place = { day: file.day, epoch }
    const { lastSeq } = batch.commit
    const isRepeated = batch.entries > 0 ? lastSeq <= this.lastSeq : lastSeq < this.lastSeq
    for (const items of decodeBatch(batch, place)) {
      if (isRepeated) break
      const news = items.filter((item) => item.kind === 'N' || item.seq > this.lastSeq)
      if (news.length > 0) yield { kind: 'batch', file: file.path, items: news }
      if (isTurnLong()) await nextTurn()
    }
    if (isRepeated) {
      const { offset, end } = batch
      const from = this.lastSeq + 1
      const reason = 'its entries stand before it already'
      yield { kind: 'damage', file: file.path, offset, end, from, to: this.lastSeq, reason }
    } else this.lastSeq = lastSeq
  }

  /** The last seq in a damaged end, as the next file says, or what is left of its own C lines. */
  async #lastOf(damaged: readonly Damage[], next: JournalFile | undefined): Promise<number> {
    if (next && (await isSound(next, this.#open))) return next.firstSeq - 1
    return claimedLast(damaged, this.lastSeq)
  }

  /** The first stretch carries the missing seqs: which of several lost which cannot be told. */
  *#missing(file: JournalFile, spans: readonly Damage[], at: number, to: number): Generator<DamageReport> {
    let from = this.lastSeq + 1
    const report = { kind: 'damage' as const, file: file.path }
    for (const span of spans) {
      const { offset, end } = span
      const reason = span.claimed ? 'the checksum does not match' : 'no valid C line closes it'
      yield { ...report, offset, end, from, to: Math.max(to, from - 1), reason }
      from = Math.max(to + 1, from)
    }
    if (from <= to) yield { ...report, offset: at, end: at, from, to, reason: 'entries are missing here' }
    this.lastSeq = Math.max(this.lastSeq, to)
  }

  /** The epoch in force where a batch begins, behind what is damaged in front of it. */
  async #epochOf(
    index: number,
    batch: Batch,
    text: RestingText,
    damaged: readonly Damage[],
  ): Promise<string> {
    if (!batch.header) {
      if (!this.#isOnTrail) await this.#epochs.begin(index, batch.offset)
      else for (const stretch of damaged) await this.#epochs.pass(stretch, text)
    }
    this.#isOnTrail = true
    const epoch = batch.header?.epoch ?? (await this.#epochs.at(index, batch.offset))
    await this.#epochs.pass(batch, text)
    return epoch
  }
}

/** What damaged C lines at the end say of the last seq, where it is plausible. */
function claimedLast(spans: readonly Damage[], lastSeq: number): number {
  return spans.reduce((last, { claimed }) => {
    return claimed && claimed.lastSeq > last && claimed.lastSeq <= last + claimed.count
      ? claimed.lastSeq
      : last
  }, lastSeq)
}
