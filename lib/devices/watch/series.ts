// What is known of each thing that was heard: one source, type and key. Bounded, so that garbage that looks like keys of
// thousands of devices neither fills memory nor pushes out the devices that are there.
import { PlaceMap } from '../place-map.ts'
import { mostGaps } from './learnt.ts'

/** Where a reading is from. */
export interface SeriesPlace {
  source: string
  type: string
  /** empty: the format has no key */
  key: string
}

export interface Series extends SeriesPlace {
  /** readings, ever */
  count: number
  /** ms since 1970 by the wall clock, for people; 0: never heard */
  lastHeard: number
  /** by the listening time (ms); undefined: not since the process began */
  heardAt: number | undefined
  /** number of the stretch without interruption in which that was: a gap over two of them is none of the device's */
  stretch: number
  /** ms between its last readings */
  gaps: number[]
  /** it was told to be silent, at this listening time (0: before the process began); undefined: it is not */
  silentAt: number | undefined
  /** the fields of its last reading, for the panel; not stored */
  data: Readonly<Record<string, unknown>> | undefined
}

/** As it is stored. */
export type StoredSeries = [
  source: string,
  type: string,
  key: string,
  count: number,
  lastHeard: number,
  isSilent: boolean,
  gaps: number[],
]

/** all of them, at most */
export const mostSeries = 1_000
/** what was heard so often is no garbage */
const established = 20
/** when there is no room this share of the unnamed ones goes, so that one does not look for the next victim at each packet */
const shareToGo = 0.1
/** characters: a key that is longer is garbage, and would fill memory in spite of the limit */
const longestKey = 255
/** fields of a reading that are reported: the panel shows five, and that there are more */
const mostShown = 6

export class SeriesTable {
  readonly #series = new PlaceMap<Series>()
  /** those that may make room: where nearly all have names, nobody looks through all of them at each packet */
  readonly #unnamed = new Set<Series>()
  readonly #isNamed: (place: SeriesPlace) => boolean

  /** @param isNamed one that the user has named is kept whatever comes */
  constructor(isNamed: (place: SeriesPlace) => boolean) {
    this.#isNamed = isNamed
  }

  get size(): number {
    return this.#series.size
  }

  all(): Iterable<Series> {
    return this.#series.values()
  }

  /** Other ones are named from now on. */
  renamed(): void {
    this.#unnamed.clear()
    for (const series of this.#series.values()) if (!this.#isNamed(series)) this.#unnamed.add(series)
  }

  get({ source, type, key }: SeriesPlace): Series | undefined {
    return this.#series.get(source, type, key)
  }

  /**
   * The series, which is made where there is none yet; undefined where all the room is taken by named devices, or the key
   * is no device's.
   */
  make(place: SeriesPlace): Series | undefined {
    return this.get(place) ?? this.#add(place)
  }

  #add({ source, type, key }: SeriesPlace): Series | undefined {
    if (key.length > longestKey) return undefined
    if (this.#series.size >= mostSeries) this.#makeRoom()
    if (this.#series.size >= mostSeries) return undefined
    const series: Series = {
      source,
      type,
      key,
      count: 0,
      lastHeard: 0,
      heardAt: undefined,
      stretch: 0,
      gaps: [],
      silentAt: undefined,
      data: undefined,
    }
    this.#series.set(source, type, key, series)
    if (!this.#isNamed(series)) this.#unnamed.add(series)
    return series
  }

  remove(series: Series): void {
    this.#series.delete(series.source, series.type, series.key)
    this.#unnamed.delete(series)
  }

  save(): StoredSeries[] {
    return [...this.#series.values()].map(({ source, type, key, count, lastHeard, silentAt, gaps }) => [
      source,
      type,
      key,
      count,
      lastHeard,
      silentAt !== undefined,
      gaps,
    ])
  }

  /** Puts what was stored before what has been heard meanwhile. */
  load(stored: readonly StoredSeries[]): void {
    for (const [source, type, key, count, lastHeard, isSilent, gaps] of stored) {
      const series = this.make({ source, type, key })
      if (!series) continue
      series.count += count
      series.lastHeard = Math.max(series.lastHeard, lastHeard)
      if (isSilent) series.silentAt ??= 0
      series.gaps = [...gaps, ...series.gaps].slice(-mostGaps)
    }
  }

  /** Those go that were heard least, and of these the ones that were heard longest ago; never a named one. */
  #makeRoom(): void {
    const unnamed = [...this.#unnamed].sort(
      (a, b) => Math.min(a.count, established) - Math.min(b.count, established) || a.lastHeard - b.lastHeard,
    )
    for (const series of unnamed.slice(0, Math.ceil(unnamed.length * shareToGo))) this.remove(series)
  }
}

/** A copy of a reading's fields: its own object goes on through the flow, where nodes may change it. */
export function keptFields(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  // all at once: picking the few that are reported takes three times as long, and this is done for each reading
  return Object.assign({}, data)
}

/** The first fields, for the panel. */
export function shownFields(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).slice(0, mostShown))
}
