// What a field's value may depend on beside its line: what the same field held in the events before, of the same source
// and key. Like the rest of the memory it is a function of the events' order, so that a replay gives the same values.
import type { Position } from '../model/event-place.ts'
import type { EventMemory, Placed, SeriesMemory } from '../model/memory.ts'

/** What stands in `event.unsure` where a value depends on earlier events that are not known. */
export const unsureOfValues = 'values'

export interface Past {
  /** when the line was received, ms since 1970 UTC; undefined: not known */
  readonly received: number | undefined
  /** What the field kept at the last event before this one; undefined where there is nothing. */
  recall(field: string): number | undefined
  /** What `recall` gives at the events after this one, if this one is clean. */
  keep(field: string, value: number): void
  /** The value may be another one: too little is known. */
  doubt(): void
}

/** What the fields of one event kept, those of the events before it among them. */
interface Kept extends Placed {
  values: Readonly<Record<string, number>>
}

/** Which event it is; without one nothing is recalled. */
export interface PastPlace extends Position {
  memory: EventMemory
  id: string
  received: number
  /** it has no place among the others: nothing is recalled, and nothing kept */
  isLate: boolean
}

/** The past of one event after another of a format. */
export class SeriesPast implements Past {
  received: number | undefined
  /** a value of this event may be another one */
  isUnsure = false
  /** what came before was forgotten: only the journal can tell */
  isPast = false
  readonly #nameOf: () => string
  #place: PastPlace | undefined
  #kept: Record<string, number> | undefined

  /** @param nameOf the name of the event's series: type, source and key */
  constructor(nameOf: () => string) {
    this.#nameOf = nameOf
  }

  /** Turns to the next event. */
  begin(place: PastPlace | undefined): void {
    this.#place = place
    this.#kept = undefined
    this.received = place?.received
    this.isUnsure = false
    this.isPast = false
  }

  recall(field: string): number | undefined {
    const place = this.#place
    if (place === undefined || place.isLate) return undefined
    const series = this.#series(place)
    if (series === undefined) {
      this.isPast = true
      this.isUnsure = true
      return undefined
    }
    const value = series.before(place)?.values[field]
    if (value === undefined && series.from !== undefined) this.isUnsure = true
    return value
  }

  keep(field: string, value: number): void {
    this.#kept ??= {}
    this.#kept[field] = value
  }

  doubt(): void {
    this.isUnsure = true
  }

  /** Remembers what was kept: the event is clean. */
  settle(): void {
    const place = this.#place
    const kept = this.#kept
    if (place === undefined || place.isLate || kept === undefined) return
    const series = this.#series(place)
    if (series === undefined || series.find(place) !== undefined) return
    const values = { ...series.before(place)?.values, ...kept }
    const { id, seq, part, memory } = place
    memory.add(this.#nameOf(), series, { id, seq, part, values } satisfies Kept)
  }

  #series(place: PastPlace): SeriesMemory<Kept> | undefined {
    // the times of these events play no part
    return place.memory.series<Kept>(this.#nameOf(), { ...place, time: place.received })
  }
}
