// Writes and parses the lines of a journal file, as docs/journal-format.md, "Lines" describes them.
import { compactDay, dateTime, parseDateTime, parseDay, parseTimeOfDay, timeOfDay } from './time.ts'

/** An entry is a line that has a seq: received (L), of an earlier moment (R), structured (E). */
export type EntryKind = 'L' | 'R' | 'E'

/** First line of a file. `previous` and `sha256` are null where the file has `-` or `?`. */
export interface Header {
  time: number
  epoch: string
  firstSeq: number
  previous: string | null
  previousSize: number
  /** hex; `null` for `-` (there is no previous file), `'?'` where the hash was not ready */
  sha256: string | null
}

/** What stands between two commits: an entry or a notice. Times are ms of the day, of R ms since 1970. */
export type Line =
  | { kind: EntryKind; time: number; source: string; text: string }
  | { kind: 'N'; time: number; notice: string; json: string }

/** Closes a batch. */
export interface Commit {
  time: number
  count: number
  lastSeq: number
  crc: string
}

const formatVersion = 1
export const sourcePattern = /^[A-Za-z0-9._:@-]+$/
const epochPattern = /^[a-z0-9]{8}$/
const crcPattern = /^[0-9a-f]{8}$/
const hashPattern = /^[0-9a-f]{64}$/
const noticePattern = /^[a-z]+(-[a-z]+)*$/

export function headerLine(header: Header): string {
  const previous =
    header.previous === null ? '- 0 -' : `${header.previous} ${header.previousSize} ${header.sha256 ?? '?'}`
  return `H ${timeOfDay(header.time)} fieldlog ${formatVersion} ${header.epoch} ${header.firstSeq} ${previous}\n`
}

/** How an L, R or E line begins: everything in front of its text. */
export function entryStart(kind: EntryKind, time: number, source: string): string {
  return `${kind} ${kind === 'R' ? dateTime(time) : timeOfDay(time)} ${source} `
}

export function noticeText(time: number, notice: string, json: string): string {
  return `N ${timeOfDay(time)} ${notice} ${json}\n`
}

/** Everything of a C line that its CRC covers. */
export function commitStart(time: number, count: number, lastSeq: number): string {
  return `C ${timeOfDay(time)} ${count} ${lastSeq}`
}

/**
 * Reads an L, R, E or N line (without its LF); undefined where it is none. `strict` looks into escapes and
 * JSON too: for lines that no CRC vouches for.
 */
export function parseLine(line: string, strict = false): Line | undefined {
  const parsed = parseLoosely(line)
  if (!strict || parsed === undefined) return parsed
  if (parsed.kind === 'N') return isJson(parsed.json) ? parsed : undefined
  return (parsed.kind === 'E' ? isJson(parsed.text) : isEscaped(parsed.text)) ? parsed : undefined
}

function parseLoosely(line: string): Line | undefined {
  const kind = line[0]
  if (line[1] !== ' ') return undefined
  if (kind === 'R') {
    const time = parseDateTime(line.slice(2, 25))
    return Number.isNaN(time) ? undefined : entryRest('R', time, line, 25)
  }
  const time = parseTimeOfDay(line, 2)
  if (time < 0) return undefined
  if (kind === 'L' || kind === 'E') return entryRest(kind, time, line, 14)
  if (kind !== 'N' || line[14] !== ' ') return undefined
  const end = line.indexOf(' ', 15)
  if (end === -1 || !noticePattern.test(line.slice(15, end))) return undefined
  return { kind: 'N', time, notice: line.slice(15, end), json: line.slice(end + 1) }
}

function entryRest(kind: EntryKind, time: number, line: string, at: number): Line | undefined {
  if (line[at] !== ' ') return undefined
  const end = line.indexOf(' ', at + 1)
  if (end === -1) return undefined
  const source = line.slice(at + 1, end)
  if (!sourcePattern.test(source)) return undefined
  return { kind, time, source, text: line.slice(end + 1) }
}

/** Reads an H line (without its LF). */
export function parseHeader(line: string): Header | undefined {
  const parts = line.split(' ')
  const [kind, , program, version, epoch, seq, previous, size, sha256] = parts
  const time = parseTimeOfDay(line, 2)
  if (kind !== 'H' || parts.length !== 9 || time < 0 || parts[1]?.length !== 12) return undefined
  if (program !== 'fieldlog' || version !== String(formatVersion) || !epochPattern.test(epoch ?? ''))
    return undefined
  const firstSeq = wholeNumber(seq)
  const previousSize = wholeNumber(size)
  if (firstSeq === undefined || firstSeq < 1 || previousSize === undefined) return undefined
  if (previous === '-') {
    if (previousSize !== 0 || sha256 !== '-') return undefined
    return { time, epoch: epoch!, firstSeq, previous: null, previousSize: 0, sha256: null }
  }
  if (!isFilePath(previous!) || (sha256 !== '?' && !hashPattern.test(sha256!))) return undefined
  return { time, epoch: epoch!, firstSeq, previous: previous!, previousSize, sha256: sha256! }
}

/** Reads a C line (without its LF). */
export function parseCommit(line: string): Commit | undefined {
  const parts = line.split(' ')
  const time = parseTimeOfDay(line, 2)
  if (parts[0] !== 'C' || parts.length !== 5 || parts[1]?.length !== 12 || time < 0) return undefined
  const count = wholeNumber(parts[2])
  const lastSeq = wholeNumber(parts[3])
  const crc = parts[4]!
  if (count === undefined || lastSeq === undefined || !crcPattern.test(crc)) return undefined
  return { time, count, lastSeq, crc }
}

/** Whether it may be the first part of a C line, which a writer is about to go on with. */
export function isCommitStart(text: string): boolean {
  return /^C( [\d:.]{0,12}( \d*( \d*( [0-9a-f]{0,8})?)?)?)?$/.test(text)
}

/** The version in an H line of another version of the format; undefined where it is none. */
export function otherVersion(line: string): string | undefined {
  const version = /^H \S+ fieldlog ([1-9]\d{0,3}) /.exec(line)?.[1]
  return version === String(formatVersion) ? undefined : version
}

/** `YYYY/YYYYMMDD.txt`, `…-1.txt`, `…-2.txt` of a day. */
export function filePath(day: number, number: number): string {
  const text = compactDay(day)
  return `${text.slice(0, 4)}/${text}${number === 0 ? '' : `-${number}`}.txt`
}

/** The day and number in a file's path (plain or .gz); undefined where it is no journal file. */
export function parseFilePath(path: string): { day: number; number: number } | undefined {
  const match = /^(\d{4})\/(\d{8})(?:-([1-9]\d*))?\.txt(?:\.gz)?$/.exec(path)
  if (!match || !match[2]!.startsWith(match[1]!)) return undefined
  const day = parseDay(match[2]!)
  return Number.isNaN(day) ? undefined : { day, number: Number(match[3] ?? 0) }
}

function isFilePath(path: string): boolean {
  return parseFilePath(path) !== undefined && path.endsWith('.txt')
}

/** Nothing in it that `escapeText` would have written otherwise: sectors of zeros, for one. */
function isEscaped(text: string): boolean {
  return !/[\x00-\x1f\x7f\u0080-\u009f\u2028\u2029\ufeff]|\\(?!x[0-9a-f]{2})/.test(text)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^(0|[1-9]\d{0,15})$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}
