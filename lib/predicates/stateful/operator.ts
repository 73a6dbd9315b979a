// The interface of a stateful operator: thresholds, parameters, and a judge. The judge's memory is plain JSON, so
// that it can be stored, and a function of the readings alone, so that a replay gives the same flags. Browser-safe.
import type { Flag } from '../../event.ts'

/** One reading of a series as a stateful operator sees it. The object is used again for the next one. */
export interface Point {
  /** the event's time, ms */
  time: number
  /** when the gateway got it, ms */
  received: number
  /** a finite number where the operator is numeric; any scalar, or the whole data's text, where it is not */
  value: number | string | boolean
}

/** A threshold's flags: the row's severity over the first, suspect over the second. */
export interface Levels {
  threshold: number
  flag: 3 | 4
  /** over this, and not over the threshold: flag 3; undefined: there is none */
  suspect: number | undefined
}

export interface Parameter {
  name: string
  kind: 'number' | 'choice' | 'flag'
  /** for a number */
  default: number | string | boolean
  /** least value of a number; it may be equal */
  min?: number
  /** a number must be greater than this */
  above?: number
  max?: number
  whole?: boolean
  choices?: readonly string[]
  /** what a number counts: the field's unit, seconds (a text such as `10 min` is one, too), or readings */
  unit?: 'value' | 'seconds' | 'readings'
}

export type Settings = Readonly<Record<string, number | string | boolean>>

/** Judges the readings of one series after the other; one judge serves all series. */
export interface Judge<Memory> {
  /** the memory of a series before its first reading; plain JSON */
  start(): Memory
  /** Judges a reading and remembers it. 1 kept, 3 or 4 broken, 2 not evaluated. */
  judge(point: Point, memory: Memory): Flag
  /** The event has no such value. */
  missing?(memory: Memory, event: { time: number; received: number }): void
  /** what the last judged reading broke: `found …, expected …` */
  reason(): string
  /** how many readings a memory holds, about; default 1 */
  size?(memory: Memory): number
  /**
   * Whether the last `seen` readings (and events without a value that `missing` was told of) are all that the next
   * flag depends on, so that it does not matter what came before them. Default: where there is one at least.
   */
  settled?(memory: Memory, seen: number): boolean
  /** What came before the next reading is uncertain: where `settled` needs more than a count. */
  doubt?(memory: Memory): void
}

export interface StatefulOperator {
  /**
   * what the threshold counts: the field's unit, that in a time, seconds, standard deviations; none: no threshold
   */
  threshold: 'value' | 'rate' | 'seconds' | 'measured' | 'none'
  parameters: readonly Parameter[]
  /** without a field it is about the event as a whole */
  fieldOptional?: boolean
  /** it takes finite numbers only: what else is there is not evaluated (flag 2) */
  numeric: boolean
  create(levels: Levels, settings: Settings): Judge<unknown>
}

/** What a judge that needs the next reading says of a reading that it cannot judge yet. */
export const waiting = 0

/** A judge that needs the next reading of the series. */
export interface AheadJudge {
  start(): unknown
  /** how long it waits for the next reading, ms */
  limit: number
  /** The flag of the reading that waits, now that the next one is here; undefined: none waits. Before `judge`. */
  settle(
    next: Point | undefined,
    event: { time: number; received: number },
    memory: unknown,
  ): Flag | undefined
  /** Judges a reading; `waiting` where the next one is needed. */
  judge(point: Point, memory: unknown): Flag | typeof waiting
  missing(memory: unknown, event: { time: number; received: number }): void
  /** There is no next reading: what waits is not evaluated (flag 2). */
  giveUp(memory: unknown): void
  /** when the reading that waits was received; undefined: none waits */
  waitsSince(memory: unknown): number | undefined
  reason(): string
}

export interface AheadOperator extends Omit<StatefulOperator, 'create'> {
  createAhead(levels: Levels, settings: Settings): AheadJudge
}

/** 4 or 3 where a measure is strictly over a threshold, else 1. NaN is over nothing. */
export function over(measure: number, { threshold, flag, suspect }: Levels): Flag {
  if (measure > threshold) return flag
  return suspect !== undefined && measure > suspect ? 3 : 1
}

/** 4 or 3 where a measure is strictly under a threshold, else 1. */
export function under(measure: number, { threshold, flag, suspect }: Levels): Flag {
  if (measure < threshold) return flag
  return suspect !== undefined && measure < suspect ? 3 : 1
}

/** The threshold that a flag of `over` or `under` refers to. */
export function limitOf(flag: Flag, { threshold, suspect }: Levels): number {
  return flag === 3 ? (suspect ?? threshold) : threshold
}

/** A measure for a reader: 6 significant digits. */
export function number(value: number): string {
  return String(Number(value.toPrecision(6)))
}
