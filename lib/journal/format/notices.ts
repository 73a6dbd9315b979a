// Finds notices in batches without looking at the entries between them.
import { type EntryKind, parseLine } from './line.ts'
import type { Batch } from './scan.ts'

/** A notice as it stands in a batch. */
export interface FoundNotice {
  notice: string
  json: string
}

const lf = 10
const noticeMark = Buffer.from('\nN ')

/** The notices of a batch, in order. */
export function* noticesOf({ body }: Pick<Batch, 'body'>): Generator<FoundNotice> {
  for (let at = firstNotice(body); at !== -1; ) {
    const end = body.indexOf(lf, at)
    const line = parseLine(body.toString('utf8', at, end))
    if (line?.kind === 'N') yield { notice: line.notice, json: line.json }
    const mark = body.indexOf(noticeMark, end)
    at = mark === -1 ? -1 : mark + 1
  }
}

function firstNotice(body: Buffer): number {
  if (body[0] === 0x4e && body[1] === 0x20) return 0
  const mark = body.indexOf(noticeMark)
  return mark === -1 ? -1 : mark + 1
}

/** What a `hash` notice says: the SHA-256 of a file whose successor's H has `?`. */
export interface HashNotice {
  file: string
  sha256: string
}

/** What a `retention` notice says: files up to this one, and so entries up to this seq, may be gone. */
export interface RetentionNotice {
  upTo: string
  lastSeq: number
}

/** Reads a `hash` notice; undefined where it is none. */
export function hashNotice({ notice, json }: FoundNotice): HashNotice | undefined {
  if (notice !== 'hash') return undefined
  const value = JSON.parse(json) as Partial<HashNotice>
  return typeof value.file === 'string' && typeof value.sha256 === 'string'
    ? (value as HashNotice)
    : undefined
}

/** Reads a `retention` notice; undefined where it is none. */
export function retentionNotice({ notice, json }: FoundNotice): RetentionNotice | undefined {
  if (notice !== 'retention') return undefined
  const value = JSON.parse(json) as Partial<RetentionNotice>
  return typeof value.upTo === 'string' && typeof value.lastSeq === 'number'
    ? (value as RetentionNotice)
    : undefined
}

/** What a `received` notice says of the R lines behind it, up to the next one or to the end of the batch. */
export interface ReceivedNotice {
  /** when they came, ms since 1970 */
  at: number
  /** they are structured events: their text, unescaped, is JSON */
  kind?: 'E'
}

export function receivedJson(at: number, kind: EntryKind): string {
  return kind === 'E' ? `{"at":${at},"kind":"E"}` : `{"at":${at}}`
}

/** Reads a `received` notice; undefined where it is none. Its JSON is always written as `receivedJson` does. */
export function receivedNotice({ notice, json }: FoundNotice): ReceivedNotice | undefined {
  if (notice !== 'received') return undefined
  const match = /^\{"at":(\d{1,15})(,"kind":"E")?\}$/.exec(json)
  if (!match) return undefined
  return match[2] === undefined ? { at: Number(match[1]) } : { at: Number(match[1]), kind: 'E' }
}
