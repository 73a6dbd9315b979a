// What rules remember for each series (source, type and the format's key). Bounded in the number of series and in
// memory; the series that was used least recently is forgotten.
import type { FieldlogEvent } from '../../event.ts'
import type { Draft } from './draft.ts'
import type { Rule, RuleMemory } from './rule.ts'

/** A rule that waits for the next event of a series. */
export interface Wait {
  series: Series
  place: number
  /** the event, and the rule's index in its plan; undefined: its verdict was given before a restart */
  draft: Draft | undefined
  index: number
  /** `received` from which on no next event counts */
  deadline: number
}

export interface Series {
  key: string
  /** what each rule remembers, by its place in the rule set */
  memories: Array<RuleMemory | null>
  /** drafts that are not released, in order of their events */
  queue: Draft[]
  waits: Wait[]
  /** the last event, as a number in its order; see `positionOf` */
  last: number
  /** how often any series had been used when this one was, the last time */
  used: number
  /** how many numbers it holds, about */
  size: number
}

/** A series as it is stored: key, last, used, memories. */
export type StoredSeries = [string, number, number, Array<RuleMemory | null>]

export interface SeriesLimits {
  /** most series; default 10,000 */
  series: number
  /** most numbers in all of them together; default 4,000,000 */
  numbers: number
}

export const seriesLimits: SeriesLimits = { series: 10_000, numbers: 4_000_000 }

/**
 * An event's place in the order of events: seq, then the number of the event within its line (1,000 at most
 * count).
 */
export function positionOf({ id, seq }: Pick<FieldlogEvent, 'id' | 'seq'>): number {
  const dot = id.indexOf('.')
  return seq * 1024 + (dot === -1 ? 0 : Math.min(1023, Number(id.slice(dot + 1)) || 0))
}

function seriesKey({ source, type = '', key }: FieldlogEvent): string {
  return key === undefined ? `${source}\n${type}` : `${source}\n${type}\n${key}`
}

export class SeriesStore {
  readonly #rules: readonly Rule[]
  readonly #limits: SeriesLimits
  readonly #forget: (series: Series) => void
  readonly #series = new Map<string, Series>()
  #used = 0
  #numbers = 0

  /** @param forget is told of a series that is about to be forgotten, least recently used first */
  constructor(rules: readonly Rule[], limits: SeriesLimits, forget: (series: Series) => void) {
    this.#rules = rules
    this.#limits = limits
    this.#forget = forget
  }

  get size(): number {
    return this.#series.size
  }

  all(): Iterable<Series> {
    return this.#series.values()
  }

  /** The series, if there is one, without using it. */
  peek(event: FieldlogEvent): Series | undefined {
    return this.#series.get(seriesKey(event))
  }

  /** The event's series, used now. */
  use(event: FieldlogEvent): Series {
    const key = seriesKey(event)
    let series = this.#series.get(key)
    if (!series) {
      series = { key, memories: [], queue: [], waits: [], last: 0, used: 0, size: 0 }
      this.#series.set(key, series)
      if (this.#series.size > this.#limits.series) this.#shrink(series)
    }
    series.used = ++this.#used
    return series
  }

  memory(series: Series, place: number): RuleMemory | undefined {
    const known = series.memories[place]
    if (known) return known
    const start = this.#rules[place]?.start
    if (!start) return undefined
    const memory = start()
    series.memories[place] = memory
    return memory
  }

  /** A series' memories have changed. */
  weigh(series: Series): void {
    let size = 1
    for (let place = 0; place < series.memories.length; place++) {
      const memory = series.memories[place]
      if (memory) size += (this.#rules[place] as Rule).size(memory)
    }
    this.#numbers += size - series.size
    series.size = size
    if (this.#numbers > this.#limits.numbers) this.#shrink(series)
  }

  /** All series as plain JSON. */
  save(): { used: number; series: StoredSeries[] } {
    const series = [...this.#series.values()].map(
      ({ key, last, used, memories }): StoredSeries => [
        key,
        last,
        used,
        Array.from(memories, (each) => each ?? null),
      ],
    )
    return { used: this.#used, series }
  }

  load({ used, series: stored }: { used: number; series: StoredSeries[] }): Series[] {
    this.#used = used
    for (const [key, last, usedAt, memories] of stored) {
      const series: Series = { key, memories, queue: [], waits: [], last, used: usedAt, size: 0 }
      this.#series.set(key, series)
      this.weigh(series)
    }
    return [...this.#series.values()]
  }

  /** Forgets the tenth that was not used for longest, and more where the memory needs it; never the one in use. */
  #shrink(inUse: Series): void {
    const oldest = [...this.#series.values()].filter((each) => each !== inUse).sort((a, b) => a.used - b.used)
    const most = Math.floor(this.#limits.series * 0.9)
    for (const series of oldest) {
      if (this.#series.size <= most && this.#numbers <= this.#limits.numbers * 0.9) break
      this.#forget(series)
      this.#series.delete(series.key)
      this.#numbers -= series.size
    }
  }
}
