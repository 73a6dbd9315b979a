// Entries and notices as readers get them: with absolute times, seqs and ids.
import { isUtf8 } from 'node:buffer'
import type { Cut } from '../../event.ts'
import { asError } from '../../kit/errors.ts'
import { deepestJson, isTooDeep } from './entry-limit.ts'
import { type EntryKind, type Line, parseLine } from './line.ts'
import { cutNotice, type Once, onceNotice, type ReceivedNotice, receivedNotice } from './notices.ts'
import type { Batch } from './scan.ts'
import { isUnescapable, unescapeBytes } from './text.ts'
import { msPerDay } from './time.ts'

/** One entry of the journal. */
export interface Entry {
  kind: EntryKind
  seq: number
  /** the epoch in force where it was written; empty where damage hides it */
  epoch: string
  /** when it came, ms since 1970, UTC. Of an R line without a `received` notice nobody knows: its time */
  received: number
  /** the moment it belongs to, ms since 1970, UTC: when it came, or an earlier one */
  time: number
  source: string
  /** L, R: the escaped text; E: the JSON */
  text: string
  /** what the line lacks; absent of a whole one */
  cut?: Cut
  /** by what a repeat of it is known; absent of most */
  once?: Once
}

/** One notice of the journal. */
export interface Notice {
  kind: 'N'
  notice: string
  /** ms since 1970: the file's day and the time of the write */
  time: number
  json: string
  /** seq of the entry before it */
  after: number
}

/**
 * An entry that cannot be decoded although its batch is sound: it was written by another program, or by a later version.
 * It has its seq like any other, and must not keep what is behind it.
 */
export interface PoisonEntry {
  kind: 'poison'
  seq: number
  epoch: string
  /** as it stands in the file, without its LF; bytes that are not valid UTF-8 as U+FFFD */
  line: string
  /** in words */
  reason: string
}

export type Item = Entry | PoisonEntry | Notice

/** `<epoch>-<seq>`, unique for ever; undefined where the epoch is not known. */
export function idOf({ epoch, seq }: Pick<Entry, 'epoch' | 'seq'>): string | undefined {
  return epoch === '' ? undefined : `${epoch}-${seq}`
}

/** The seq in the id of an entry. */
export function seqOf(id: string): number {
  return Number(id.slice(id.indexOf('-') + 1))
}

/** It belongs to another moment than that at which it came: what came in its order has gone by already. */
export function isLate({ kind, time, received }: Pick<Entry, 'kind' | 'time' | 'received'>): boolean {
  return kind === 'R' || time < received
}

export function isEntry(item: Item): item is Entry {
  return item.kind !== 'N' && item.kind !== 'poison'
}

/** The entries among these, in order, notices left out: what can be decoded, cut where one cannot. */
export function* entriesOf(items: readonly Item[]): Generator<Entry[] | PoisonEntry> {
  let entries: Entry[] = []
  for (const item of items) {
    if (isEntry(item)) entries.push(item)
    else if (item.kind === 'poison') {
      if (entries.length > 0) yield entries
      entries = []
      yield item
    }
  }
  if (entries.length > 0) yield entries
}

/** What a reader must know at the start of a batch. */
export interface ReadingPlace {
  /** days since 1970, from the file's name */
  day: number
  epoch: string
}

/** About so many bytes are decoded at a time, so that nobody has much to do between two turns of the event loop. */
const pieceSize = 1 << 14
const lf = 10

/**
 * What a batch holds, in order, in pieces. `place.epoch` is brought up to date by H and by `open` notices. A notice whose
 * JSON cannot be parsed is passed over, like one of a kind that is not known.
 */
export function* decodeBatch(batch: Batch, place: ReadingPlace): Generator<Item[]> {
  if (batch.header) place.epoch = batch.header.epoch
  const { body } = batch
  const decoder = new Decoder(batch.commit.lastSeq - batch.entries, place)
  for (let at = batch.header ? body.indexOf(lf) + 1 : 0; at < body.length; ) {
    const last = body.indexOf(lf, at + pieceSize)
    const end = last === -1 ? body.length : last + 1
    yield decoder.items(body.subarray(at, end))
    at = end
  }
}

class Decoder {
  /** of the entry before */
  #seq: number
  /** in force for the R lines that follow */
  #received: ReceivedNotice | undefined
  /** of the entry that follows */
  #cut: Cut | undefined
  #once: Once | undefined
  readonly #place: ReadingPlace
  readonly #dayStart: number

  constructor(seq: number, place: ReadingPlace) {
    this.#seq = seq
    this.#place = place
    this.#dayStart = place.day * msPerDay
  }

  /** Of whole lines. */
  items(bytes: Buffer): Item[] {
    const items: Item[] = []
    if (isUtf8(bytes)) {
      const text = bytes.toString('utf8')
      for (let at = 0; at < text.length; at = text.indexOf('\n', at) + 1)
        this.#add(items, text.slice(at, text.indexOf('\n', at)), true)
      return items
    }
    for (let at = 0; at < bytes.length; at = bytes.indexOf(lf, at) + 1) {
      const line = bytes.subarray(at, bytes.indexOf(lf, at))
      this.#add(items, line.toString('utf8'), isUtf8(line))
    }
    return items
  }

  /** Counts as the scan does, so that the seqs stay right. */
  #add(items: Item[], text: string, isText: boolean): void {
    const isEntry = text[0] !== 'N' && text[0] !== 'H'
    if (isEntry) this.#seq++
    const line = isText ? parseLine(text) : undefined
    const problem = isText ? this.#problemOf(line) : 'it is not valid UTF-8'
    if (line?.kind === 'N') {
      if (problem === undefined) items.push(this.#notice(line))
    } else if (line && problem === undefined) {
      items.push(this.#marked(line.kind === 'R' ? this.#record(line) : this.#entry(line)))
    } else if (isEntry) {
      const reason = problem ?? 'its kind, its time or its source is none that this version knows'
      items.push({ kind: 'poison', seq: this.#seq, epoch: this.#place.epoch, line: text, reason })
    }
    if (isEntry) {
      this.#cut = undefined
      this.#once = undefined
    }
  }

  /** An entry with what notices in front of it say: what it lacks, by what a repeat is known. */
  #marked(entry: Entry): Entry {
    if (this.#once !== undefined) entry.once = this.#once
    if (this.#cut !== undefined && entry.kind !== 'E') entry.cut = this.#cut
    return entry
  }

  #entry({ kind, time, source, text }: EntryLine): Entry {
    const received = this.#dayStart + time
    return { kind, seq: this.#seq, epoch: this.#place.epoch, received, time: received, source, text }
  }

  /** An R line, with what the notice before it says. */
  #record({ time, source, text }: EntryLine): Entry {
    const received = this.#received?.at ?? time
    const place = { seq: this.#seq, epoch: this.#place.epoch, received, time, source }
    return this.#received?.kind === 'E'
      ? { kind: 'E', ...place, text: unescapeBytes(text).toString('utf8') }
      : { kind: 'R', ...place, text }
  }

  #notice(line: Extract<Line, { kind: 'N' }>): Notice {
    const { notice, time, json } = line
    if (notice === 'open') this.#place.epoch = openedEpoch(json) ?? this.#place.epoch
    this.#received = receivedNotice(line) ?? this.#received
    this.#cut = cutNotice(line) ?? this.#cut
    this.#once = onceNotice(line) ?? this.#once
    return { kind: 'N', notice, time: this.#dayStart + time, json, after: this.#seq }
  }

  /** Why what a line carries cannot be decoded; undefined where it can. */
  #problemOf(line: Line | undefined): string | undefined {
    if (line === undefined) return undefined
    if (line.kind === 'N') return problemOfJson(line.json)
    if (line.kind === 'E') return problemOfJson(line.text)
    if (!isUnescapable(line.text)) return 'it has a backslash that starts no \\xhh'
    const isJson = line.kind === 'R' && this.#received?.kind === 'E'
    return isJson ? problemOfJson(unescapeBytes(line.text).toString('utf8')) : undefined
  }
}

type EntryLine = Exclude<Line, { kind: 'N' }>

function problemOfJson(json: string): string | undefined {
  if (isTooDeep(json)) return `its JSON is nested deeper than ${deepestJson.toLocaleString('en-US')} levels`
  try {
    JSON.parse(json)
    return undefined
  } catch (error) {
    return `its JSON cannot be parsed: ${asError(error).message}`
  }
}

/** The epoch that an `open` notice sets; undefined where its JSON has none. */
export function openedEpoch(json: string): string | undefined {
  return /^\{"epoch":"([a-z0-9]{8})"/.exec(json)?.[1]
}
