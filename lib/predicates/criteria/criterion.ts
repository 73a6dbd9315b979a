// A criterion is what a row tests, apart from its name and guard: one operator, an expression, or a group of
// criteria.
import type { FieldlogEvent, Flag, Scalar } from '../../event.ts'
import type { RegexEngine } from '../model/operators.ts'
import type { PredicateRow } from '../model/row.ts'

/** One test of an event. What it remembers between events stands in a memory that is given to it. */
export interface Criterion {
  /** the memory of a series before its first event, plain JSON; undefined: it remembers nothing */
  start?(): unknown
  /** The flag for this event: 1 kept, 3 or 4 broken, 9 no value, 2 not evaluated. Never throws. */
  judge(event: FieldlogEvent, memory: unknown): Flag
  /** Why the event that was judged last broke it: `found …, expected …`. */
  reason(event: FieldlogEvent): string
  /** how many numbers a memory holds, about */
  size?(memory: unknown): number
  /** Where it remembers: whether the next flag depends on nothing before what it has seen since it was in doubt. */
  isSettled?(memory: unknown): boolean
  /** Where it remembers: what it has seen up to now may not be what was. */
  doubt?(memory: unknown): void
}

/** What rows are compiled with. */
export interface Tools {
  regex: RegexEngine
  /** told once for a rule whose expression cannot be evaluated */
  warn(rule: string, text: string): void
}

/** The flags of a row: what breaks it, and what has no value. */
export interface RowFlags {
  broken: 3 | 4
  absent: Flag
}

export function flagsOf({ severity, missing }: Pick<PredicateRow, 'severity' | 'missing'>): RowFlags {
  const broken = severity === 'fail' ? 4 : 3
  return { broken, absent: missing === 'skip' ? 9 : missing === 'keep' ? 1 : broken }
}

/** The event's own value, never one inherited from Object (a field may be called `constructor`). */
export function fieldValue(event: FieldlogEvent, field: string): Scalar | undefined {
  const { data } = event
  return data !== undefined && Object.hasOwn(data, field) ? data[field] : undefined
}
