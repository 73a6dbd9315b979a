// The newest rejected events, with the line as it came and why it was rejected.
import type { RejectAnswer } from '../read/answers.ts'
import { reasonsOf } from '../read/lookup.ts'
import { wholeNumberOf } from '../read/parameters.ts'
import type { Store } from '../read/store-file.ts'
import type { Asked } from './question.ts'

const usualLimit = 100
const mostRejects = 1_000
const lastSeq = 999_999_999_999_999

export function rejectsOf(store: Store, { given }: Asked): RejectAnswer[] {
  const limit = wholeNumberOf(given, 'limit', 1, mostRejects, usualLimit)
  const before = wholeNumberOf(given, 'before', 0, lastSeq, lastSeq)
  return store
    .all(
      `SELECT seq, sub, time, type, source, raw, reasons FROM reject WHERE seq < ? ORDER BY seq DESC, sub DESC LIMIT ?`,
      ...[before, limit],
    )
    .map(([seq, sub, time, type, source, raw, reasons]) => ({
      seq: seq as number,
      sub: sub as number,
      time: time as number,
      type: type as string | null,
      source: source as string,
      raw: raw as string,
      reasons: reasonsOf(reasons),
    }))
}
