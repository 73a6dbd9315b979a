// Encodes batches: the lines, closed by a C line with their CRC.
import type { Cut } from '../../event.ts'
import { withCode } from '../../kit/errors.ts'
import { checksum } from '../../kit/sealed.ts'
import { ByteWriter, pieceLength } from './byte-writer.ts'
import { commitStart, type EntryKind, entryStart, noticeText, sourcePattern } from './line.ts'
import { cutJson, type Once, onceJson, receivedJson } from './notices.ts'
import { escapeText } from './text.ts'
import { latestTime } from './time.ts'

/** An entry on its way into the journal. */
export interface NewEntry {
  kind: EntryKind
  /** when its first byte was received: integer ms since 1970 */
  received: number
  /** the moment it belongs to, ms since 1970, where that is another one: an R always, an E that is written as R */
  time?: number
  source: string
  /** L, R: the escaped text; E: the JSON */
  text: string
  /** what the line lacks: noted in front of it */
  cut?: Cut
  /** by what a repeat of it is known: noted in front of it */
  once?: Once
  /** how its line begins; default: `kind`. An E of another day than the file's stands there as R */
  form?: EntryKind
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
  /** the LF of the line that was added last is still to come */
  #isOpen = false
  /** time, source and form of the last line, and an LF and how it begins: many come from one source in one millisecond */
  #time = Number.NaN
  #source = ''
  #form = ''
  #start = ''
  /** what the `received` notice in force in this batch says; NaN: there is none yet */
  #receivedAt = Number.NaN
  #receivedKind = ''
  /** of the batch that is being encoded */
  #text = 0
  #count = 0

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
    this.#isOpen = false
    this.#begin()
    let start = 0
    let seq = lastSeq
    for (let at = 0; at < records.length; ) {
      const record = records[at++]!
      if (record.kind === 'N') this.#add(noticeText(record.time ?? now, record.notice, record.json))
      else {
        this.#addEntry(record, now)
        const others = this.#addAlike(records, at)
        seq += 1 + others - at
        at = others
      }
      if (this.#text >= batchText) start = this.#close(start, seq, now)
    }
    if (this.#count > 0) this.#close(start, seq, now)
    return { bytes: writer.from(0), lastSeq: seq }
  }

  #begin(): void {
    this.#text = 0
    this.#count = 0
    this.#receivedAt = Number.NaN
  }

  /** Closes the batch that begins at an offset; returns its end. */
  #close(start: number, lastSeq: number, now: number): number {
    const writer = this.#writer
    this.#endLine()
    writer.add(commitStart(now, this.#count, lastSeq))
    writer.add(commitEnd(writer.checksumFrom(start)))
    this.#begin()
    return writer.length
  }

  #endLine(): void {
    if (this.#isOpen) this.#writer.add('\n')
    this.#isOpen = false
  }

  #add(line: string): void {
    this.#endLine()
    this.#writer.add(line)
    this.#text += line.length
    this.#count++
  }

  #addEntry(entry: NewEntry, now: number): void {
    const { kind, received, source, text, cut, once } = entry
    const form = entry.form ?? kind
    const time = form === 'R' ? (entry.time ?? received) : received
    if (form === 'R' && (received !== this.#receivedAt || kind !== this.#receivedKind)) {
      this.#add(noticeText(now, 'received', receivedJson(received, kind)))
      this.#receivedAt = received
      this.#receivedKind = kind
    }
    // in the same batch and right in front of it, so that nothing can part them
    if (cut !== undefined) this.#add(noticeText(now, 'cut-line', cutJson(cut)))
    if (once !== undefined) this.#add(noticeText(now, 'once', onceJson(once)))
    if (time !== this.#time || source !== this.#source || form !== this.#form) {
      this.#time = time
      this.#source = source
      this.#form = form
      this.#start = `\n${entryStart(form, time, source)}`
    }
    // with the LF of the line before in front, a line is two texts to join, not three: a quarter less time
    const start = this.#isOpen ? this.#start : this.#start.slice(1)
    const body = kind === form ? text : escapeText(text)
    this.#writer.add(start, body)
    this.#isOpen = true
    this.#text += this.#start.length + body.length
    this.#count++
  }

  /** Adds the entries from there on that begin like the one before them, as most do; returns where others follow. */
  #addAlike(records: readonly (NewEntry | NewNotice)[], from: number): number {
    const writer = this.#writer
    const [time, source, form, start] = [this.#time, this.#source, this.#form, this.#start]
    let text = this.#text
    let at = from
    // all in variables: to keep count in the fields for each line takes a third more time
    let piece = ''
    for (; at < records.length && text < batchText; at++) {
      const record = records[at]!
      if (record.kind === 'N' || record.kind === 'R' || record.kind !== form) break
      if (record.form !== undefined && record.form !== form) break
      if (record.received !== time || record.source !== source) break
      if (record.cut !== undefined || record.once !== undefined) break
      piece += start
      piece += record.text
      text += start.length + record.text.length
      if (piece.length < pieceLength) continue
      writer.add(piece)
      piece = ''
    }
    writer.add(piece)
    this.#text = text
    this.#count += at - from
    return at
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
  return Buffer.concat([covered, Buffer.from(commitEnd(checksum(covered)))])
}

/** The end of a C line whose start is the last of what its checksum covers. */
function commitEnd(crc: string): string {
  return ` ${crc}\n`
}
