// Finds notices in a batch without parsing the entries between them, and reads those that readers act upon. All kinds
// are listed in docs/journal-format.md, "Notices".
import { type Cut, isCut } from '../../event.ts'
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

/** What a notice says by name; nothing where its JSON is no object. */
export function noticeValue(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
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
  const { file, sha256 } = noticeValue(json)
  return typeof file === 'string' && typeof sha256 === 'string' ? { file, sha256 } : undefined
}

/** Reads a `retention` notice; undefined where it is none. */
export function retentionNotice({ notice, json }: FoundNotice): RetentionNotice | undefined {
  if (notice !== 'retention') return undefined
  const { upTo, lastSeq } = noticeValue(json)
  return typeof upTo === 'string' && typeof lastSeq === 'number' ? { upTo, lastSeq } : undefined
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

export function cutJson(cut: Cut): string {
  return `{"cut":"${cut}"}`
}

/** What a `cut-line` notice says of the entry right behind it in its batch; undefined where it is none. */
export function cutNotice({ notice, json }: FoundNotice): Cut | undefined {
  if (notice !== 'cut-line') return undefined
  const { cut } = noticeValue(json)
  return isCut(cut) ? cut : undefined
}

/** By what a repeat of an entry is known: one of the events that a sender gave under a key of its own. */
export interface Once {
  key: string
  /** which of the key's events it is, 0 the first, and how many there are */
  part: number
  of: number
  /** stands for what all of them say: other data under the same key is no repeat */
  digest: string
}

export function onceJson({ key, part, of, digest }: Once): string {
  return JSON.stringify({ key, part, of, digest })
}

/** What a `once` notice says of the entry right behind it in its batch; undefined where it is none. */
export function onceNotice({ notice, json }: FoundNotice): Once | undefined {
  if (notice !== 'once') return undefined
  const { key, part, of, digest } = noticeValue(json)
  const isOne =
    typeof key === 'string' &&
    typeof digest === 'string' &&
    Number.isSafeInteger(part) &&
    Number.isSafeInteger(of) &&
    (part as number) >= 0 &&
    (part as number) < (of as number)
  return isOne ? { key, part: part as number, of: of as number, digest } : undefined
}
