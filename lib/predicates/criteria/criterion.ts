// A criterion is a condition, compiled: one operator, an expression, or a group of criteria.
import type { FieldlogEvent, Flag, Scalar } from '../../event.ts'
import type { RegexEngine } from '../model/operators.ts'
import type { Condition, Says } from '../model/row.ts'

/** One test of an event. What it remembers between events stands in a memory that is given to it. */
export interface Criterion {
  /** the memory of a series before its first event, plain JSON; undefined: it remembers nothing */
  start?(): unknown
  /** The flag for this event: 1 not found, 3 or 4 found, 9 no value, 2 not evaluated. Never throws. */
  judge(event: FieldlogEvent, memory: unknown): Flag
  /** What was found in the event that was judged last: `found …, expected …`. */
  reason(event: FieldlogEvent): string
  /** how many numbers a memory holds, about */
  size?(memory: unknown): number
  /** Where it remembers: whether the next flag depends on nothing before what it has seen since it was in doubt. */
  isSettled?(memory: unknown): boolean
  /** Where it remembers: what it has seen up to now may not be what was. */
  doubt?(memory: unknown): void
}

/** What a rule's conditions are compiled with. */
export interface Tools {
  regex: RegexEngine
  /** told where the rule's expression cannot be evaluated */
  warn(text: string): void
  /** the flag of an event in which the fault is */
  broken: 3 | 4
}

/** The flag of what is found. */
export function flagOf(says: Says): 3 | 4 {
  return says === 'bad' ? 4 : 3
}

/** The flag where there is no value. */
export function absentFlag({ missing }: Pick<Condition, 'missing'>, broken: 3 | 4): Flag {
  return missing === 'skip' ? 9 : missing === 'keep' ? 1 : broken
}

/** The event's own value, never one inherited from Object (a field may be called `constructor`). */
export function fieldValue(event: FieldlogEvent, field: string): Scalar | undefined {
  const { data } = event
  return data !== undefined && Object.hasOwn(data, field) ? data[field] : undefined
}
