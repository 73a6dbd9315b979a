import type { FieldlogEvent, Flag, Scalar } from '../../../lib/event.ts'
import { Draft } from '../../../lib/predicates/judge/draft.ts'
import type { Labeller } from '../../../lib/predicates/judge/labeller.ts'
import type { LabelResult } from '../../../lib/predicates/judge/result.ts'
import { type AnyRow, compilePredicates } from '../../../lib/public/predicates.ts'

export const start = 1353196800000

/** An event; `seconds` after the start is both its time and when it was received. */
export function event(
  seq: number,
  data: Record<string, unknown>,
  seconds = seq,
  rest: Partial<FieldlogEvent> = {},
): FieldlogEvent {
  const time = start + Math.round(seconds * 1000)
  return {
    id: `k3x9a7qd-${seq}`,
    seq,
    received: time,
    time,
    source: 'ttyUSB0',
    raw: '',
    replayed: false,
    type: 'room',
    data: data as Record<string, Scalar>,
    ...rest,
  }
}

/** Events of one series, one a second, with these values of `v`; undefined: without one. */
export function readings(values: readonly unknown[], times?: readonly number[]): FieldlogEvent[] {
  return values.map((v, i) => event(i + 1, v === undefined ? {} : { v }, times?.[i] ?? i))
}

/** Judges events one after the other; what waits at the end is given up. Results are in the order of the events. */
export function judge(labeller: Labeller, events: readonly FieldlogEvent[]): LabelResult[] {
  const drafts = events.map((each) => new Draft(each))
  for (const draft of drafts) labeller.push(draft)
  for (const draft of drafts) labeller.giveUp(draft)
  return drafts.map(({ result }) => result as LabelResult)
}

/** The flags that one rule gives these events. */
export function flagsFor(row: AnyRow, events: readonly FieldlogEvent[]): Flag[] {
  const labeller = compilePredicates([{ field: 'v', ...row, name: 'r' }], [])
  if (labeller.problems.length > 0) throw new Error(JSON.stringify(labeller.problems))
  return judge(labeller, events).map(({ flags }) => flags.r as Flag)
}

/** The reason that one rule gives the last of these events. */
export function reasonFor(row: AnyRow, events: readonly FieldlogEvent[], index = -1): string | undefined {
  const results = judge(compilePredicates([{ field: 'v', ...row, name: 'r' }], []), events)
  return results.at(index)?.reasons[0]
}
