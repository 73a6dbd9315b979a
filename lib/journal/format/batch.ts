// Encodes batches: the lines, closed by a C line with their CRC.
import { withCode } from '../../kit/errors.ts'
import { checksum } from '../../kit/sealed.ts'
import { ByteWriter } from './byte-writer.ts'
import { commitStart, type EntryKind, entryStart, noticeText, sourcePattern } from './line.ts'
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
      throw withCode(
        'ENTRY_INVALID',
        new TypeError(`journal: ${JSON.stringify(source)} is no source: use letters, digits and . _ : @ -`),
      )
    goodSource = source
  }
  if (typeof text !== 'string' || text.includes('\n'))
    throw withCode('ENTRY_INVALID', new TypeError('journal: the text of an entry is one line: escape it'))
  checkTime(received)
  if (kind === 'R') checkTime(entry.time ?? received)
  else if (kind !== 'L' && kind !== 'E')
    throw withCode('ENTRY_INVALID', new TypeError(`journal: ${String(kind)} is no kind of entry`))
}

function checkTime(time: number): void {
  if (!(Number.isInteger(time) && time >= 0 && time <= latestTime))
    throw withCode(
      'ENTRY_INVALID',
      new TypeError(`journal: ${time} is no time in whole ms from 1970 to 9999`),
    )
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

/** Encodes batches, one write after another. */
export class BatchEncoder {
  readonly #writer = new ByteWriter()
  /** time, source and kind of the last line, and how it begins: many come from one source in one millisecond */
  #received = Number.NaN
  #source = ''
  #kind = ''
  #start = ''

  /**
   * The bytes of one or more batches with these lines, valid until the next call, and the seq of the last entry.
   * `head` is the H line of a new file, or empty.
   */
  encode(
    records: readonly (NewEntry | NewNotice)[],
    lastSeq: number,
    now: number,
    head = '',
  ): { bytes: Buffer; lastSeq: number } {
    const writer = this.#writer
    writer.clear()
    writer.add(head)
    let start = 0
    let text = 0
    let count = 0
    let seq = lastSeq
    for (const record of records) {
      const line = this.#line(record, now)
      writer.add(line)
      text += line.length
      count++
      if (record.kind !== 'N') seq++
      if (text < batchText) continue
      start = this.#close(start, count, seq, now)
      text = 0
      count = 0
    }
    if (count > 0) this.#close(start, count, seq, now)
    return { bytes: writer.from(0), lastSeq: seq }
  }

  /** Closes the batch that begins at an offset; returns its end. */
  #close(start: number, count: number, lastSeq: number, now: number): number {
    const writer = this.#writer
    writer.add(commitStart(now, count, lastSeq))
    writer.add(commitEnd(writer.from(start)))
    return writer.length
  }

  #line(record: NewEntry | NewNotice, now: number): string {
    if (record.kind === 'N') return noticeText(record.time ?? now, record.notice, record.json)
    const { kind, source, text } = record
    const time = kind === 'R' ? (record.time ?? record.received) : record.received
    if (time !== this.#received || source !== this.#source || kind !== this.#kind) {
      this.#received = time
      this.#source = source
      this.#kind = kind
      this.#start = entryStart(kind, time, source)
    }
    return `${this.#start}${text}\n`
  }
}

/** The bytes of one or more batches with these lines: as `BatchEncoder.encode`, but the caller's own. */
export function encodeBatches(
  records: readonly (NewEntry | NewNotice)[],
  lastSeq: number,
  now: number,
  head = '',
): { bytes: Buffer; lastSeq: number } {
  return new BatchEncoder().encode(records, lastSeq, now, head)
}

/** One batch: the body (H or entries or notices, each with its LF), closed. */
export function closeBatch(body: string, count: number, lastSeq: number, now: number): Buffer {
  const covered = Buffer.from(body + commitStart(now, count, lastSeq))
  return Buffer.concat([covered, Buffer.from(commitEnd(covered))])
}

/** The end of a C line whose start is the last of what its checksum covers. */
function commitEnd(covered: Buffer): string {
  return ` ${checksum(covered)}\n`
}
