// The links between a journal's files: each names the one before it, its size and its hash.

import type { Header } from '../format/line.ts'
import type { KnownFile } from '../read/catalog-cache.ts'
import { type JournalFile, versionProblem } from '../read/journal-file.ts'
import { type Findings, type Place, seqRange } from './findings.ts'

/** What a file turned out to be. */
export interface WalkedFile {
  /** valid bytes, and their SHA-256 */
  size: number
  sha256: string
  /** undefined where no checksum vouches for it */
  header: Header | undefined
  /** the seq that its first entry should have, after what could be read of those before; undefined: not known */
  start: number | undefined
}

/** What the walk through the files has brought together. */
export interface WalkedJournal {
  files: readonly JournalFile[]
  unreadable: readonly string[]
  /** of these the ones of another version of the format */
  versions: ReadonlyMap<string, string>
  /** one for each file */
  walked: readonly WalkedFile[]
  /** what `hash` notices say, by path */
  hashes: ReadonlyMap<string, string>
  /** entries up to it may be gone with whole files, as `retention` notices say */
  retained: number
}

const nothingReadable = 'nothing in it can be read'

/** What else says which entries there were. */
export interface Witnesses {
  /** seq of the checkpoint: entries up to it were there; undefined where nothing says so */
  checkpoint: number | undefined
  /** finished files that the catalog's sidecar knows */
  known: readonly KnownFile[]
}

/** The end of the journal, of which no later file says anything. */
export function checkLast(
  { files, unreadable, retained }: WalkedJournal,
  lastSeq: number,
  { checkpoint = 0, known }: Witnesses,
  findings: Findings,
): void {
  const last = files.at(-1)
  const there = new Set([...files.map(({ path }) => path), ...unreadable.map(plainPath)])
  const beyond = known.filter(
    ({ path, firstSeq }) => !there.has(path) && firstSeq > Math.max(lastSeq, retained),
  )
  const names = new Set(beyond.map(({ path }) => path))
  const newest = known.toSorted((a, b) => a.firstSeq - b.firstSeq).at(-1)
  if (newest && !there.has(newest.next) && (beyond.length > 0 || newest.path === last?.path))
    names.add(newest.next)
  for (const name of names) {
    const text = 'the file is missing: the catalog knows it, and nothing behind it is there'
    findings.problem(files.length, name, 'missing', {}, text)
  }
  if (checkpoint <= lastSeq) return
  const gap = { from: lastSeq + 1, to: checkpoint }
  const text = `the checkpoint says that there were entries up to ${checkpoint}: its end, or a file behind it, is missing${lost(gap)}`
  findings.problem(files.length, last?.path ?? '.checkpoint', 'missing', gap, text)
}

function plainPath(stored: string): string {
  return stored.replace(/\.gz$/, '')
}

/** Checks every link. */
export function checkChain(journal: WalkedJournal, findings: Findings): void {
  for (const index of journal.files.keys()) {
    checkPlace(journal, index, findings)
    checkHash(journal, index, findings)
  }
  for (const stored of journal.unreadable) checkUnreadable(journal, stored, findings)
}

/** What a file's H says of the one before it, and its first entry against the last one there. */
function checkPlace(journal: WalkedJournal, index: number, findings: Findings): void {
  const file = journal.files[index]!
  const before = journal.files[index - 1]
  const { header, start } = journal.walked[index]!
  if (!before) {
    checkFront(journal, file, header, findings)
    return
  }
  const gap = { from: start ?? file.firstSeq, to: file.firstSeq - 1 }
  const isGap = gap.to >= gap.from
  const named = header?.previous
  if (!header || named === before.path) {
    const isShort = named === before.path && header!.previousSize > journal.walked[index - 1]!.size
    if (isGap && !isShort)
      findings.problem(index - 0.5, before.path, 'missing', gap, `its end is missing${lost(gap)}`)
  } else if (named && !journal.files.some(({ path }) => path === named)) {
    if (header.previousSize > 0) {
      // removed while the journal was read
      if (isGap && gap.to <= journal.retained) return
      const there = journal.unreadable.find((stored) => stored === named || stored === `${named}.gz`)
      const [kind, what] = there
        ? (['unreadable', nothingReadable] as const)
        : (['missing', 'the file is missing'] as const)
      findings.problem(index - 0.5, there ?? named, kind, isGap ? gap : {}, `${what}${lost(gap)}`)
      return
    }
    const text = `it follows ${named}, which is void and gone: the hash of ${before.path} went with it`
    findings.note(file.path, 'chain', {}, text)
  } else {
    const text = `its H names ${named ?? 'no file'} as the one before it, not ${before.path}`
    findings.problem(index, file.path, 'chain', { offset: 0 }, text)
  }
}

/** The first file: what is missing in front of it must have been noted. */
function checkFront(
  journal: WalkedJournal,
  file: JournalFile,
  header: Header | undefined,
  findings: Findings,
) {
  const gap = { from: journal.retained + 1, to: file.firstSeq - 1 }
  if (gap.to < gap.from) return
  if (header?.previous) {
    const text = `the file is missing${lost(gap)}, and no retention notice covers them`
    findings.problem(-0.5, header.previous, 'missing', gap, text)
  } else {
    const text = `it is the first file, but its first readable entry is ${file.firstSeq}${lost(gap)}`
    findings.problem(0, file.path, header ? 'seq' : 'damage', gap, text)
  }
}

/** What the next file's H, or a notice, says of a file's size and hash. */
function checkHash(journal: WalkedJournal, index: number, findings: Findings): void {
  const { path } = journal.files[index]!
  const { size, sha256 } = journal.walked[index]!
  const next = journal.walked[index + 1]?.header
  if (next?.previous !== path) return
  if (next.previousSize > size) {
    const gap = { from: journal.walked[index + 1]!.start ?? next.firstSeq, to: next.firstSeq - 1 }
    const text = `it has ${size} bytes, but the next file's H says ${next.previousSize}: its end is missing${lost(gap)}`
    const place: Place = gap.to >= gap.from ? { offset: size, ...gap } : { offset: size }
    findings.problem(index, path, 'missing', place, text)
    return
  }
  const stated = next.sha256 === '?' ? journal.hashes.get(path) : next.sha256
  if (stated === undefined) findings.note(path, 'unhashed', {}, 'no hash of it is in the chain yet')
  else if (stated !== sha256) {
    const text = `its SHA-256 is ${sha256}, but the chain says ${stated}: its bytes are not those that were written`
    findings.problem(index, path, 'chain', {}, text)
  }
}

/** A file without anything readable. An H that says so makes it void; one behind all others is the writer's. */
function checkUnreadable(
  { files, walked, versions }: WalkedJournal,
  stored: string,
  findings: Findings,
): void {
  const version = versions.get(stored)
  if (version !== undefined) {
    const place = files.findIndex((file) => file.stored > stored)
    const order = place === -1 ? files.length : place - 0.3
    findings.problem(order, stored, 'unreadable', {}, versionProblem(version))
    return
  }
  const isVoid = walked.some(({ header }) => header?.previous === stored && header.previousSize === 0)
  const behind = files.findIndex((file) => file.stored > stored)
  // named by the next file: reported there
  if (walked.some(({ header }) => stored.startsWith(header?.previous ?? '-') && header!.previousSize > 0))
    return
  if (isVoid) findings.note(stored, 'void', {}, 'it is void: nothing in it was ever durable')
  else if (behind === -1) {
    const text = 'it holds nothing that is closed; the writer looks after it at its next start'
    findings.note(stored, 'unclosed', {}, text)
  } else findings.problem(behind - 0.3, stored, 'unreadable', {}, nothingReadable)
}

function lost({ from, to }: { from: number; to: number }): string {
  return to >= from ? `; entries ${seqRange(from, to)} are lost` : ''
}
