// What formats remember of earlier events, in order to leave out repeats and unchanged fields. It is a function of
// the events' own order and times, so a second delivery of an event gets the same answer as the first. Where what came
// before is not known (any more), it says so instead of guessing.
import { type EventPlace, isBefore, type Position } from './event-place.ts'
import { KnownTimes, type StoredTimes } from './known-times.ts'

/** Stands in `event.unsure` where it is not certain whether an event repeats an earlier one. */
export const unsureOfRepeats = 'repeats'

/** What is remembered of one event. Plain JSON. */
export interface Placed extends Position {
  id: string
}

/** One event of a series as it was, for those after it that may repeat it. */
export interface Remembered extends Placed {
  time: number
  /** the data as it was told from others: JSON text, or its digest */
  data: string
  /** what the fields held by which news is told */
  news: string
  /** `time` and what the last event before held that was not left out, itself where it is that */
  shown: { time: number; data: string }
  /** why it was left out; undefined where it was not */
  suppressed?: string | undefined
  /** what was shown last is known, whatever came before this memory began */
  isSettled: boolean
  /** with events before that are not known, the answer may have been another */
  isUnsure: boolean
}

export interface MemoryLimits {
  /** events that are remembered of one series, and of all */
  ofSeries: number
  events: number
  /** times that are remembered of one series, and of all */
  timesOfSeries: number
  times: number
}

const defaultLimits: MemoryLimits = { ofSeries: 1_000, events: 20_000, timesOfSeries: 20_000, times: 500_000 }

export interface MemoryOptions {
  /** whether there is nothing before the first event that it will see. Default true */
  isWhole?: boolean
  /** whether an event that may or may not be a repeat is kept, and not left out. Default false */
  keepsUnsure?: boolean
  limits?: MemoryLimits
  /** A series has more times than are remembered: its oldest ones are forgotten, and pass when they come again. */
  limitReached?(series: string): void
}

/** What is known of one series: source, type and key. `Event`: what the owner of a series' name keeps of each event. */
export class SeriesMemory<Event extends Placed = Placed> {
  /** in order */
  readonly events: Event[] = []
  readonly times: KnownTimes
  /** events before this place are not known; undefined: all are */
  from: Position | undefined

  constructor(times: KnownTimes) {
    this.times = times
  }

  /** The event at this place, where it has this id; undefined where it is not known (any more). */
  find(place: Placed): Event | undefined {
    const event = this.events[firstFrom(this.events, place)]
    return event?.id === place.id ? event : undefined
  }

  /** The last event before this place. */
  before(place: Position): Event | undefined {
    return this.events[firstFrom(this.events, place) - 1]
  }

  /** What came before this place was forgotten: only the journal knows it. */
  isPast(place: Position): boolean {
    return this.from !== undefined && isBefore(place, this.from)
  }
}

/** A memory as it is stored. */
export interface StoredMemory {
  isWhole: boolean
  lastSeq: number
  series: Array<[name: string, from: SeriesMemory['from'] | null, times: StoredTimes, events: Placed[]]>
}

/** Events by series, the series that was not seen for the longest time first; bounded. */
export class EventMemory {
  /** events that may repeat one whose time was forgotten: they were not left out */
  unknownTimes = 0
  readonly keepsUnsure: boolean
  readonly #limits: MemoryLimits
  readonly #limitReached: (series: string) => void
  readonly #series = new Map<string, SeriesMemory>()
  #isWhole: boolean
  #lastSeq = 0
  #events = 0
  #times = 0

  constructor(options: MemoryOptions = {}) {
    const { isWhole = true, keepsUnsure = false, limits = defaultLimits, limitReached = () => {} } = options
    this.#isWhole = isWhole
    this.keepsUnsure = keepsUnsure
    this.#limits = limits
    this.#limitReached = limitReached
  }

  /** Entries between the last event and the next are missing: what is known may not be what was. */
  gap(): void {
    this.#isWhole = false
    this.#series.clear()
    this.#events = 0
    this.#times = 0
  }

  /**
   * The series for an event at this place; undefined where what it was compared with is not known any more, and only
   * the journal can tell.
   */
  series<Event extends Placed>(name: string, place: EventPlace): SeriesMemory<Event> | undefined {
    const known = this.#series.get(name) as SeriesMemory<Event> | undefined
    if (known?.isPast(place)) return undefined
    if (known) return known
    if (!this.#isWhole && place.seq < this.#lastSeq) return undefined
    const series = new SeriesMemory<Event>(new KnownTimes(this.#limits.timesOfSeries))
    if (!this.#isWhole) {
      series.from = { seq: place.seq, part: place.part }
      // earlier events may have any time up to now: a device that sends what it has kept begins anywhere
      series.times.floor = Math.max(place.time, place.received)
    }
    this.#series.set(name, series)
    return series
  }

  /** Keeps an event at its place. */
  add<Event extends Placed>(name: string, series: SeriesMemory<Event>, event: Event): void {
    const { events } = series
    this.use(name, series, event)
    events.splice(firstFrom(events, event), 0, event)
    this.#events++
    if (events.length > this.#limits.ofSeries) this.#forgetFirst(series)
    while (this.#events > this.#limits.events) this.#forgetOldest()
  }

  /** Keeps an event's time. */
  addTime(name: string, series: SeriesMemory, place: EventPlace): void {
    this.use(name, series, place)
    const { forgotten } = series.times
    const before = series.times.size
    series.times.add(place)
    this.#times += series.times.size - before
    if (forgotten === 0 && series.times.forgotten > 0) this.#limitReached(name)
    while (this.#times > this.#limits.times && this.#series.size > 1) this.#forgetSeries()
  }

  /**
   * What is known, as JSON.
   * @param upTo events above this seq may come again, and are stored one by one; of the others the last is enough
   */
  save(upTo: number): string {
    const series = [...this.#series].map(
      ([name, { events, times, from }]): StoredMemory['series'][number] => {
        const last = events.findLastIndex(({ seq }) => seq <= upTo)
        const kept = events.slice(Math.max(0, last))
        const [first] = kept
        const since = last > 0 && first ? { seq: first.seq, part: first.part } : from
        return [name, since ?? null, times.save(), kept]
      },
    )
    return JSON.stringify({ isWhole: this.#isWhole, lastSeq: this.#lastSeq, series } satisfies StoredMemory)
  }

  /** Goes on with what was stored, before the first event. */
  load({ isWhole, lastSeq, series: stored }: StoredMemory): void {
    this.#isWhole = isWhole
    this.#lastSeq = lastSeq
    for (const [name, from, times, events] of stored) {
      const series = new SeriesMemory(new KnownTimes(this.#limits.timesOfSeries, times))
      series.from = from ?? undefined
      series.events.push(...events)
      this.#series.set(name, series)
      this.#events += events.length
      this.#times += series.times.size
    }
  }

  /** A series that is looked at for an event at this place is forgotten later than others. */
  use(name: string, series: SeriesMemory, { seq }: Position): void {
    this.#series.delete(name)
    this.#series.set(name, series)
    this.#lastSeq = Math.max(this.#lastSeq, seq)
  }

  #forgetFirst(series: SeriesMemory): void {
    const { events } = series
    events.shift()
    this.#events--
    const [first] = events
    if (first) series.from = { seq: first.seq, part: first.part }
  }

  #forgetOldest(): void {
    for (const [name, series] of this.#series) {
      if (series.events.length === 0) continue
      if (series.events.length > 1) this.#forgetFirst(series)
      else this.#forget(name, series)
      return
    }
  }

  #forgetSeries(): void {
    const [oldest] = this.#series
    if (oldest) this.#forget(...oldest)
  }

  /** A series that comes again is a new one, of which nothing is known. */
  #forget(name: string, series: SeriesMemory): void {
    this.#events -= series.events.length
    this.#times -= series.times.size
    this.#series.delete(name)
    this.#isWhole = false
  }
}

/** The index of the first event that is not before a place, by bisection. */
function firstFrom(events: readonly Placed[], place: Position): number {
  const last = events.at(-1)
  if (last === undefined || isBefore(last, place)) return events.length
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBefore(events[middle] as Placed, place)) low = middle + 1
    else high = middle
  }
  return low
}
