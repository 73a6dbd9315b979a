// Finds notices in a batch without parsing the entries between them, and reads those that readers act upon. All kinds
// are listed in docs/journal-format.md, "Notices".
import { noticeValue } from './entry.ts'
import { parseLine } from './line.ts'
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
  const { file, sha256 } = noticeValue(json)
  return typeof file === 'string' && typeof sha256 === 'string' ? { file, sha256 } : undefined
}

/** Reads a `retention` notice; undefined where it is none. */
export function retentionNotice({ notice, json }: FoundNotice): RetentionNotice | undefined {
  if (notice !== 'retention') return undefined
  const { upTo, lastSeq } = noticeValue(json)
  return typeof upTo === 'string' && typeof lastSeq === 'number' ? { upTo, lastSeq } : undefined
}
