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
  /** the last event's place: its seq, and its number within its line */
  lastSeq: number
  lastPart: number
  /** all its events are known: there were none before the first one that it remembers */
  isWhole: boolean
  /** how often any series had been used when this one was, the last time */
  used: number
  /** how many numbers it holds, about */
  size: number
}

/** A series as it is stored. */
export type StoredSeries = [
  key: string,
  lastSeq: number,
  lastPart: number,
  used: number,
  isWhole: boolean,
  memories: Array<RuleMemory | null>,
]

/** All series as they are stored. */
export interface StoredMemory {
  used: number
  isWhole: boolean
  series: StoredSeries[]
}

export interface SeriesLimits {
  /** most series; default 10,000 */
  series: number
  /** most numbers in all of them together; default 4,000,000 */
  numbers: number
}

export const seriesLimits: SeriesLimits = { series: 10_000, numbers: 4_000_000 }

/** An event's number within its line, 0 where it is the only one: events are in order of seq, then of this. */
export function partOf({ id }: Pick<FieldlogEvent, 'id'>): number {
  const dot = id.indexOf('.')
  return dot === -1 ? 0 : Number(id.slice(dot + 1)) || 0
}

function seriesKey({ source, type = '', key }: FieldlogEvent): string {
  return key === undefined ? `${source}\n${type}` : `${source}\n${type}\n${key}`
}

export class SeriesStore {
  readonly #rules: readonly Rule[]
  readonly #limits: SeriesLimits
  readonly #forget: (series: Series) => void
  readonly #series = new Map<string, Series>()
  #isWhole: boolean
  #used = 0
  #numbers = 0

  /**
   * @param forget is told of a series that is about to be forgotten, least recently used first
   * @param isWhole whether there are no events before the first that it will see
   */
  constructor(
    rules: readonly Rule[],
    limits: SeriesLimits,
    forget: (series: Series) => void,
    isWhole: boolean,
  ) {
    this.#rules = rules
    this.#limits = limits
    this.#forget = forget
    this.#isWhole = isWhole
  }

  /** A series that is not known has had no events. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  /** Entries are missing: any series may have had events among them. */
  gap(): void {
    this.#isWhole = false
    for (const series of this.#series.values()) this.doubt(series)
  }

  /** What is known of a series may not be what was. */
  doubt(series: Series): void {
    series.isWhole = false
    series.memories.forEach((memory, place) => {
      if (memory) this.#rules[place]?.doubt(memory)
    })
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
      const isWhole = this.#isWhole
      series = {
        key,
        memories: [],
        queue: [],
        waits: [],
        lastSeq: 0,
        lastPart: 0,
        isWhole,
        used: 0,
        size: 0,
      }
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
  save(): StoredMemory {
    const series = [...this.#series.values()].map(
      ({ key, lastSeq, lastPart, used, isWhole, memories }): StoredSeries => [
        key,
        lastSeq,
        lastPart,
        used,
        isWhole,
        Array.from(memories, (each) => each ?? null),
      ],
    )
    return { used: this.#used, isWhole: this.#isWhole, series }
  }

  load({ used, isWhole: isAll, series: stored }: StoredMemory): Series[] {
    this.#used = used
    this.#isWhole = isAll
    for (const [key, lastSeq, lastPart, usedAt, isWhole, memories] of stored) {
      const series: Series = {
        key,
        memories,
        queue: [],
        waits: [],
        lastSeq,
        lastPart,
        isWhole,
        used: usedAt,
        size: 0,
      }
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
      // one that comes again must not be taken for a new one
      this.#isWhole = false
    }
  }
}
