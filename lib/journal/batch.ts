// Encodes batches: the lines, closed by a C line with their CRC.
import { crc32 } from 'node:zlib'
import {
  commitStart,
  type EntryKind,
  eventText,
  lineText,
  noticeText,
  recordText,
  sourcePattern,
} from './line.ts'
import { latestTime } from './time.ts'

/** An entry on its way into the journal. */
export interface NewEntry {
  kind: EntryKind
  /** when its first byte was received: integer ms since 1970; it decides the file's day */
  received: number
  /** R only: the moment it belongs to, ms since 1970 */
  time?: number
  source: string
  /** L, R: the escaped text; E: the JSON */
  text: string
}

let goodSource = ''

/** Throws a TypeError at what would break the format for every entry beside it. */
export function checkEntry(entry: NewEntry): void {
  const { kind, received, source, text } = entry
  if (source !== goodSource) {
    if (typeof source !== 'string' || !sourcePattern.test(source))
      throw new TypeError(
        `journal: ${JSON.stringify(source)} is no source: use letters, digits and . _ : @ -`,
      )
    goodSource = source
  }
  if (typeof text !== 'string' || text.includes('\n'))
    throw new TypeError('journal: the text of an entry is one line: escape it')
  checkTime(received)
  if (kind === 'R') checkTime(entry.time ?? received)
  else if (kind !== 'L' && kind !== 'E') throw new TypeError(`journal: ${String(kind)} is no kind of entry`)
}

function checkTime(time: number): void {
  if (!(Number.isInteger(time) && time >= 0 && time <= latestTime))
    throw new TypeError(`journal: ${time} is no time in whole ms from 1970 to 9999`)
}

/** A notice on its way into the journal. */
export interface NewNotice {
  kind: 'N'
  notice: string
  /** when there was something to note, ms since 1970; default: when it is written */
  time?: number
  json: string
}

/** Text beyond this is closed as a batch of its own (within the same write), so that readers stay small. */
const batchText = 1 << 20

/**
 * The bytes of one or more batches with these lines, and the seq of the last entry. `head` is the H line of a
 * new file, or empty.
 */
export function encodeBatches(
  records: readonly (NewEntry | NewNotice)[],
  lastSeq: number,
  now: number,
  head = '',
): { bytes: Buffer; lastSeq: number } {
  const parts: Buffer[] = []
  let body = head
  let count = 0
  let seq = lastSeq
  for (const record of records) {
    body += recordLine(record, now)
    count++
    if (record.kind !== 'N') seq++
    if (body.length < batchText) continue
    parts.push(closeBatch(body, count, seq, now))
    body = ''
    count = 0
  }
  if (count > 0) parts.push(closeBatch(body, count, seq, now))
  return { bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts), lastSeq: seq }
}

/** One batch: the body (H or entries or notices, each with its LF), closed. */
export function closeBatch(body: string, count: number, lastSeq: number, now: number): Buffer {
  const covered = body + commitStart(now, count, lastSeq)
  const size = Buffer.byteLength(covered)
  const bytes = Buffer.allocUnsafe(size + 10)
  bytes.write(covered, 0, 'utf8')
  const crc = crc32(bytes.subarray(0, size))
  bytes.write(` ${crc.toString(16).padStart(8, '0')}\n`, size, 'latin1')
  return bytes
}

function recordLine(record: NewEntry | NewNotice, now: number): string {
  switch (record.kind) {
    case 'L':
      return lineText(record.received, record.source, record.text)
    case 'R':
      return recordText(record.time ?? record.received, record.source, record.text)
    case 'E':
      return eventText(record.received, record.source, record.text)
    case 'N':
      return noticeText(record.time ?? now, record.notice, record.json)
  }
}
