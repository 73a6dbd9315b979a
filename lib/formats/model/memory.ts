// What formats remember of earlier events, in order to leave out repeats and unchanged fields. It is a function of
// the events' own order and times, so a second delivery of an event gets the same answer as the first.

/** Where an event stands among the others: its entry's seq, and its place among the events of one line. */
export interface EventPlace {
  /** `<epoch>-<seq>`, and `.1`, `.2` … where a line gives several */
  id: string
  seq: number
  part: number
  /** ms since 1970 UTC */
  time: number
}

/** One event of a series as it was. */
export interface Remembered extends EventPlace {
  /** the data as it was told from others: JSON text */
  data: string
  /** what the fields held by which news is told */
  news: string
  /** `time` and what the last event before held that was not left out, itself where it is that */
  shown: { time: number; data: string }
  /** why it was left out; undefined where it was not */
  suppressed: string | undefined
}

/** events that are remembered of one series, and of all */
const mostOfSeries = 1_000
const mostEvents = 20_000

/** Events by series, the series that was not seen for the longest time first; bounded. */
export class EventMemory {
  readonly #series = new Map<string, Remembered[]>()
  #size = 0

  /** Nothing is known. */
  get isEmpty(): boolean {
    return this.#size === 0
  }

  /** The event at this place, where it has this id; undefined where it is not known (any more). */
  find(series: string, place: EventPlace): Remembered | undefined {
    const events = this.#series.get(series) ?? []
    const event = events[firstFrom(events, place)]
    return event?.id === place.id ? event : undefined
  }

  /** The last event of a series before this place. */
  before(series: string, place: EventPlace): Remembered | undefined {
    const events = this.#series.get(series) ?? []
    return events[firstFrom(events, place) - 1]
  }

  /** The event of a series before this place that has the same time. */
  sameTime(series: string, place: EventPlace): Remembered | undefined {
    return this.#series.get(series)?.find((event) => event.time === place.time && isBefore(event, place))
  }

  /** Keeps an event at its place. */
  add(series: string, event: Remembered): void {
    const events = this.#series.get(series) ?? []
    this.#series.delete(series)
    this.#series.set(series, events)
    events.splice(firstFrom(events, event), 0, event)
    this.#size++
    if (events.length > mostOfSeries) {
      events.shift()
      this.#size--
    }
    while (this.#size > mostEvents) this.#forgetOldest()
  }

  #forgetOldest(): void {
    const [oldest] = this.#series
    if (oldest === undefined) return
    const [series, events] = oldest
    events.shift()
    this.#size--
    if (events.length === 0) this.#series.delete(series)
  }
}

/** The index of the first event that is not before a place, by bisection. */
function firstFrom(events: readonly Remembered[], place: EventPlace): number {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBefore(events[middle] as Remembered, place)) low = middle + 1
    else high = middle
  }
  return low
}

function isBefore(a: EventPlace, b: EventPlace): boolean {
  return a.seq < b.seq || (a.seq === b.seq && a.part < b.part)
}
