// Entries and notices as readers get them: with absolute times, seqs and ids.
import { type EntryKind, type Line, parseLine } from './line.ts'
import { type ReceivedNotice, receivedNotice } from './notices.ts'
import type { Batch } from './scan.ts'
import { unescapeBytes } from './text.ts'
import { msPerDay } from './time.ts'

/** One entry of the journal. */
export interface Entry {
  kind: EntryKind
  seq: number
  /** the epoch in force where it was written; `<epoch>-<seq>` is its id */
  epoch: string
  /** when it came, ms since 1970, UTC. Of an R line without a `received` notice nobody knows: its time */
  received: number
  /** the moment it belongs to, ms since 1970, UTC: when it came, or an earlier one */
  time: number
  source: string
  /** L, R: the escaped text; E: the JSON */
  text: string
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

/** What a reader must know at the start of a batch. */
export interface ReadingPlace {
  /** days since 1970, from the file's name */
  day: number
  epoch: string
}

/**
 * The entries and notices of a batch in order. `place.epoch` is brought up to date by H and by `open` notices.
 */
export function decodeBatch(batch: Batch, place: ReadingPlace): Array<Entry | Notice> {
  if (batch.header) place.epoch = batch.header.epoch
  const decoded: Array<Entry | Notice> = []
  const start = place.day * msPerDay
  let seq = batch.commit.lastSeq - batch.entries
  let notice: ReceivedNotice | undefined
  const text = batch.body.toString('utf8')
  for (let at = 0; at < text.length; ) {
    const from = at
    at = text.indexOf('\n', from) + 1
    if (from === 0 && batch.header) continue
    const line = parseLine(text.slice(from, at - 1))
    if (line === undefined) {
      // written by a later version, under a good CRC: counted as the scan does, so that the seqs stay right
      if (text[from] !== 'N') seq++
      continue
    }
    if (line.kind === 'N') {
      if (line.notice === 'open') place.epoch = openedEpoch(line.json) ?? place.epoch
      notice = receivedNotice(line) ?? notice
      decoded.push({ kind: 'N', notice: line.notice, time: start + line.time, json: line.json, after: seq })
      continue
    }
    seq++
    decoded.push(line.kind === 'R' ? recordOf(line, seq, place, notice) : entryOf(line, seq, place, start))
  }
  return decoded
}

type EntryLine = Exclude<Line, { kind: 'N' }>

function entryOf({ kind, time, source, text }: EntryLine, seq: number, place: ReadingPlace, start: number) {
  return { kind, seq, epoch: place.epoch, received: start + time, time: start + time, source, text }
}

/** An R line, with what the notice before it says. */
function recordOf(
  { time, source, text }: EntryLine,
  seq: number,
  { epoch }: ReadingPlace,
  notice: ReceivedNotice | undefined,
): Entry {
  const received = notice?.at ?? time
  const json = notice?.kind === 'E' ? unescapeBytes(text).toString('utf8') : undefined
  return { kind: json === undefined ? 'R' : 'E', seq, epoch, received, time, source, text: json ?? text }
}

/** The epoch that an `open` notice sets; undefined where its JSON has none. */
export function openedEpoch(json: string): string | undefined {
  return /^\{"epoch":"([a-z0-9]{8})"/.exec(json)?.[1]
}
