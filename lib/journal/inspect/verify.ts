// Checks a whole journal: checksums, seqs, archives, and with `checkChain` the links between files. Reports what is
// broken, where and why.

import { errorCode } from '../../kit/errors.ts'
import { GzText } from '../archive/gz-text.ts'
import { openText } from '../archive/open-text.ts'
import { type OpenText, type TextFile, withText } from '../archive/text-file.ts'
import type { Disk } from '../disk/disk.ts'
import { HashingFile } from '../disk/file-hash.ts'
import { type Header, isCommitStart, parseLine } from '../format/line.ts'
import { hashNotice, noticesOf, retentionNotice } from '../format/notices.ts'
import { type Batch, type Damage, scanFile, type Tail, writtenEnd } from '../format/scan.ts'
import { readCatalog } from '../read/catalog.ts'
import { readKnownFiles } from '../read/catalog-cache.ts'
import type { JournalFile } from '../read/journal-file.ts'
import { type Finding, Findings, seqRange } from './findings.ts'
import { checkChain, checkLast, type WalkedFile, type WalkedJournal } from './verify-chain.ts'

/** What `verify` found. */
export interface Verification {
  /** in order of the files; empty: the journal is whole */
  problems: Finding[]
  notes: Finding[]
  files: number
  /** bytes of text that were read */
  bytes: number
  /** entries that can be read */
  entries: number
  firstSeq: number
  lastSeq: number
}

export interface VerifyOptions {
  /** the seq up to which entries are known to have been there, as it was before the call */
  checkpoint?: number | undefined
  /** only so many files, the newest, are read; default: all */
  newest?: number
}

/** Reads the whole journal, beside its writer and its retention or without them. Memory stays near the size of one batch. */
export async function verifyJournal(
  disk: Disk,
  directory: string,
  { checkpoint, newest = Number.POSITIVE_INFINITY }: VerifyOptions = {},
): Promise<Verification> {
  const open = openText(disk, directory)
  const known = [...(await readKnownFiles(disk, directory)).values()]
  const catalog = await readCatalog(disk, directory, open, true)
  const { versions, doubles } = catalog
  const files = newest < catalog.files.length ? catalog.files.slice(-newest) : catalog.files
  const isAll = files.length === catalog.files.length
  // in front of the newest ones nobody knows which places are right
  const unreadable = isAll ? catalog.unreadable : []
  const walk = new Walk(files, open)
  // those in front are left out, and not missing
  if (!isAll) walk.retained = files[0]!.firstSeq - 1
  for (let index = 0; index < files.length; ) {
    if (await walk.file(index)) index++
    // retention removed it meanwhile, as a notice in a later file says
    else files.splice(index, 1)
  }
  const journal: WalkedJournal = { files, unreadable, versions, ...walk }
  checkChain(journal, walk.findings)
  checkLast(journal, (walk.expected ?? 1) - 1, { checkpoint, known }, walk.findings)
  for (const stored of doubles) {
    const what = 'it is not read: its other form, plain or archived, is the one that the chain says'
    walk.findings.note(stored, 'double', {}, what)
  }
  return {
    problems: walk.findings.problems,
    notes: walk.findings.notes,
    files: files.length + unreadable.length,
    bytes: walk.bytes,
    entries: walk.entries,
    firstSeq: files[0]?.firstSeq ?? 1,
    lastSeq: (walk.expected ?? 1) - 1,
  }
}

/** How much of an unclosed end is looked at; bytes. */
const longestLook = 4 << 20
const lf = 10
/** Characters that a line never has as they are. */
const control = /[\x00-\x1f\x7f]/

/** What is known on the way through the files. */
class Walk {
  readonly findings = new Findings()
  readonly walked: WalkedFile[] = []
  /** what `hash` notices say, by path */
  readonly hashes = new Map<string, string>()
  /** entries up to it may be gone with whole files, as `retention` notices say */
  retained = 0
  bytes = 0
  entries = 0
  /** the seq that the next entry should have; undefined before the first one */
  expected: number | undefined
  readonly #files: JournalFile[]
  readonly #open: OpenText

  constructor(files: JournalFile[], open: OpenText) {
    this.#files = files
    this.#open = open
  }

  /** False where the file is not there any more. */
  async file(index: number): Promise<boolean> {
    try {
      await withText(this.#files[index]!, this.#open, (text) => this.#walk(index, text))
      return true
    } catch (error) {
      // an archive is opened for each member
      if (errorCode(error) === 'ENOENT') return false
      throw error
    }
  }

  async #walk(index: number, text: TextFile): Promise<void> {
    const file = this.#files[index]!
    const stored = await text.size()
    const size = Math.min(file.validSize ?? stored, stored)
    const written = size < stored ? await writtenEnd(text, stored, size) : size
    if (size < written) {
      const what = `${written - size} bytes behind its durable end are void (a write failed there)`
      this.findings.note(file.path, 'void', { offset: size, end: written }, what)
    }
    const hashing = new HashingFile(text)
    const found = await this.#batches(index, hashing, size)
    this.walked.push({ size, sha256: hashing.digest(), ...found })
    this.#checkMembers(index, text)
    this.bytes += size
  }

  async #batches(
    index: number,
    text: HashingFile,
    size: number,
  ): Promise<Pick<WalkedFile, 'header' | 'start'>> {
    const isLast = index === this.#files.length - 1
    const damaged: Damage[] = []
    let header: Header | undefined
    let start: number | undefined
    for await (const span of scanFile(text, 0, size)) {
      if (span.kind === 'damage') damaged.push(span)
      else if (span.kind === 'batch') {
        if (span.offset === 0) {
          header = span.header
          start = this.expected
        }
        this.#seqs(index, span, damaged)
        this.#checkEnd(index, text, span.end)
        this.#collect(span)
        damaged.length = 0
      } else if (span.end > span.offset) {
        if (isLast) await this.#unclosed(index, text, span)
        else damaged.push({ ...span, kind: 'damage', claimed: undefined })
      }
    }
    if (damaged.length > 0) this.#damage(index, damaged, this.#lastOf(index, damaged))
    return { header, start }
  }

  /** Seqs of a batch against those before it; of a file's first batch, the chain says more. */
  #seqs(index: number, batch: Batch, damaged: Damage[]): void {
    const { path } = this.#files[index]!
    const { offset, end, entries } = batch
    const { lastSeq } = batch.commit
    const first = lastSeq - entries + 1
    this.entries += entries
    if (damaged.length > 0) this.#damage(index, damaged, first - 1)
    const expected = this.expected ?? first
    if (first > expected && offset > 0 && damaged.length === 0) {
      const gap = { offset, end: offset, from: expected, to: first - 1 }
      const text = `at byte ${offset} entries ${seqRange(expected, first - 1)} are missing`
      this.findings.problem(index, path, 'seq', gap, text)
    }
    if (first < expected && entries > 0) {
      const text = `at byte ${offset} entries ${seqRange(first, lastSeq)} follow entry ${expected - 1}`
      this.findings.problem(index, path, 'seq', { offset, end }, text)
    }
    if (batch.header && batch.header.firstSeq !== first) {
      const text = `its H says that it begins with entry ${batch.header.firstSeq}, but it begins with ${first}`
      this.findings.problem(index, path, 'seq', { offset: 0, end }, text)
    }
    this.expected = Math.max(expected, lastSeq + 1)
  }

  /** The one byte that no checksum covers. */
  #checkEnd(index: number, text: HashingFile, end: number): void {
    if ((text.recentByte(end - 1) ?? lf) === lf) return
    const what = `byte ${end - 1}, the LF behind a C line, is damaged; no entry is lost`
    this.findings.problem(index, this.#files[index]!.path, 'damage', { offset: end - 1, end }, what)
  }

  #collect(batch: Batch): void {
    for (const notice of noticesOf(batch)) {
      const hash = hashNotice(notice)
      if (hash) this.hashes.set(hash.file, hash.sha256)
      this.retained = Math.max(this.retained, retentionNotice(notice)?.lastSeq ?? 0)
    }
  }

  /** One finding a stretch; the first one names the entries: which of several lost which cannot be told. */
  #damage(index: number, spans: readonly Damage[], lastSeq: number): void {
    const { path } = this.#files[index]!
    let from = this.expected ?? this.#files[index]!.firstSeq
    for (const { offset, end, claimed } of spans) {
      const reason = claimed ? 'the checksum does not match' : 'no valid C line closes it'
      const isLoss = lastSeq >= from
      const loss = isLoss ? `; entries ${seqRange(from, lastSeq)} cannot be read` : ''
      const place = { offset, end, ...(isLoss ? { from, to: lastSeq } : {}) }
      this.findings.problem(index, path, 'damage', place, `bytes ${offset} to ${end}: ${reason}${loss}`)
      from = Math.max(from, lastSeq + 1)
    }
    this.expected = from
  }

  /** The last seq in a file's damaged end, as the next file's H or what is left of its own C lines says. */
  #lastOf(index: number, damaged: readonly Damage[]): number {
    const next = this.#files[index + 1]
    if (next?.header) return next.firstSeq - 1
    const before = (this.expected ?? this.#files[index]!.firstSeq) - 1
    return damaged.reduce((last, { claimed }) => {
      const isPlausible = claimed && claimed.lastSeq > last && claimed.lastSeq <= last + claimed.count
      return isPlausible ? claimed.lastSeq : last
    }, before)
  }

  /** Behind the last C: a batch that is being written is a part of one from its start, and nothing else. */
  async #unclosed(index: number, text: HashingFile, { offset, end }: Tail): Promise<void> {
    const { path } = this.#files[index]!
    const strange = strangeLine(await text.peek(offset, Math.min(end - offset, longestLook)))
    if (strange !== undefined) {
      const what = `bytes ${offset} to ${end}: no valid C line closes it, and byte ${offset + strange} starts no line`
      this.findings.problem(index, path, 'damage', { offset, end }, what)
      return
    }
    const what =
      `${end - offset} bytes behind the last C are not closed: ` +
      'they are being written, or were left by a crash and wait for the next start'
    this.findings.note(path, 'unclosed', { offset, end }, what)
  }

  #checkMembers(index: number, text: TextFile): void {
    if (!(text instanceof GzText)) return
    for (const offset of text.broken) {
      const what = `the gzip member at byte ${offset} cannot be decompressed`
      this.findings.problem(index - 0.1, this.#files[index]!.stored, 'gzip', { offset }, what)
    }
  }
}

/** Where in an unclosed end a line begins that no writer was about to write; undefined where there is none. */
function strangeLine(tail: Buffer): number | undefined {
  for (let at = 0; at < tail.length; ) {
    const end = tail.indexOf(lf, at)
    if (end === -1) return isStart(tail.toString('utf8', at, at + 64)) ? undefined : at
    const line = tail.toString('utf8', at, end)
    const isHeader = at === 0 && line.startsWith('H ')
    if (control.test(line) || !(isHeader || parseLine(line, true))) return at
    at = end + 1
  }
  return undefined
}

/** Whether it may be the first part of a line. */
function isStart(text: string): boolean {
  return /^[LRENH]( |$)/.test(text) || isCommitStart(text)
}
