// The times of a series' events, by which one that has the time of an earlier one is told. The newest ones are
// remembered, up to a limit; of what is older nothing is known.
import type { EventPlace } from './event-place.ts'

/** Which event of a series has a time. */
export type TimeAnswer =
  /** none before this one */
  | 'new'
  /** an earlier one */
  | 'repeat'
  /** it is older than what is remembered */
  | 'unknown'

/** Plain JSON: floor (null: none), how many were forgotten, times, places. */
export type StoredTimes = [floor: number | null, forgotten: number, times: number[], places: number[]]

/** events of one line that have places of their own; with seqs up to 2^37 */
const partsOfLine = 65_536

export class KnownTimes {
  /** of times up to this one, only those are known that are remembered */
  floor = Number.NEGATIVE_INFINITY
  /** how many were forgotten because of the limit */
  forgotten = 0
  readonly #limit: number
  /** in order, and for each the place of the first event that has it */
  readonly #times: number[]
  readonly #places: number[]

  constructor(limit: number, [floor, forgotten, times, places]: StoredTimes = [null, 0, [], []]) {
    this.#limit = limit
    this.floor = floor ?? Number.NEGATIVE_INFINITY
    this.forgotten = forgotten
    this.#times = times
    this.#places = places
  }

  get size(): number {
    return this.#times.length
  }

  look({ time, seq, part }: EventPlace): TimeAnswer {
    const index = this.#indexOf(time)
    if (this.#times[index] === time && (this.#places[index] as number) < placeOf(seq, part)) return 'repeat'
    return time <= this.floor ? 'unknown' : 'new'
  }

  /** Keeps an event's time, where it is none of the oldest. */
  add({ time, seq, part }: EventPlace): void {
    const times = this.#times
    const index = this.#indexOf(time)
    const place = placeOf(seq, part)
    if (times[index] === time) {
      this.#places[index] = Math.min(place, this.#places[index] as number)
      return
    }
    if (index === times.length) {
      times.push(time)
      this.#places.push(place)
    } else {
      times.splice(index, 0, time)
      this.#places.splice(index, 0, place)
    }
    if (times.length <= this.#limit) return
    this.floor = Math.max(this.floor, times.shift() as number)
    this.#places.shift()
    this.forgotten++
  }

  save(): StoredTimes {
    return [Number.isFinite(this.floor) ? this.floor : null, this.forgotten, this.#times, this.#places]
  }

  /** The first that is not before a time, by bisection; mostly the time is the newest. */
  #indexOf(time: number): number {
    const times = this.#times
    if (times.length === 0 || time > (times.at(-1) as number)) return times.length
    let low = 0
    let high = times.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((times[middle] as number) < time) low = middle + 1
      else high = middle
    }
    return low
  }
}

function placeOf(seq: number, part: number): number {
  return seq * partsOfLine + Math.min(part, partsOfLine - 1)
}
