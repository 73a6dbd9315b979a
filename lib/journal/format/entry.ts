// Entries and notices as readers get them: with absolute times, seqs and ids.
import { type EntryKind, parseLine } from './line.ts'
import type { Batch } from './scan.ts'
import { msPerDay } from './time.ts'

/** One entry of the journal. */
export interface Entry {
  kind: EntryKind
  seq: number
  /** the epoch in force where it was written; `<epoch>-<seq>` is its id */
  epoch: string
  /** ms since 1970, UTC. Of R the moment it belongs to: the journal keeps no other */
  received: number
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
      decoded.push({ kind: 'N', notice: line.notice, time: start + line.time, json: line.json, after: seq })
      continue
    }
    seq++
    const received = line.kind === 'R' ? line.time : start + line.time
    decoded.push({ kind: line.kind, seq, epoch: place.epoch, received, source: line.source, text: line.text })
  }
  return decoded
}

/** The epoch that an `open` notice sets; undefined where its JSON has none. */
export function openedEpoch(json: string): string | undefined {
  return /^\{"epoch":"([a-z0-9]{8})"/.exec(json)?.[1]
}
