// From a local time as a device wrote it to the moment that it means.

import type { Past } from '../history/past.ts'
import { Failure } from '../model/failure.ts'
import type { Zone } from './zone.ts'

/** A reading that arrives this near to one of two moments is of that one: ms. */
const soon = 300_000

/** The clock's letter for summer time, where the device gives one. */
export type Season = 'summer' | 'winter'

/** Local times of one field; without a zone they are UTC. */
export class LocalTimes {
  readonly #zone: Zone | undefined
  /** the field's name, under which its last time is remembered */
  readonly #field: string

  constructor(zone: Zone | undefined, field: string) {
    this.#zone = zone
    this.#field = field
  }

  /** The same field where a text names its zone itself. */
  inUtc(): LocalTimes {
    return new LocalTimes(undefined, this.#field)
  }

  /** How far a clock that shows local time stands before UTC, in ms. */
  offsetAt(time: number): number {
    return this.#zone?.offsetAt(time) ?? 0
  }

  /**
   * The moment of a local time, ms since 1970 UTC. Of two moments of the hour that comes twice it is the one at which the
   * reading was received; where it was received at another time, the first that lies after the reading before it. A
   * Failure where the clocks never show this time.
   * @param local the moment at which UTC's clocks show it
   */
  moment(local: number, past: Past, season?: Season): number | Failure {
    if (this.#zone === undefined) return local
    const found = this.#zone.moments(local)
    const time = this.#inSeason(season === undefined ? this.#oneOf(found, past) : found, season)
    if (time === undefined) return this.#neverShown(local, season)
    past.keep(this.#field, time)
    return time
  }

  /**
   * The moment of that one of these local times which is nearest to the time of receipt; undefined where that is not
   * known, or there is none of them. A Failure where the clocks never show it.
   */
  nearest(locals: readonly number[], { received }: Past, season?: Season): number | Failure | undefined {
    if (received === undefined) return undefined
    const shown = received + this.offsetAt(received)
    const local = nearestOf(locals, shown)
    if (this.#zone === undefined || local === undefined) return local
    const found = this.#zone.moments(local)
    const times = (typeof found === 'object' ? found : [found]).filter((time) => time !== undefined)
    const time = nearestOf(
      times.filter((each) => this.#isOf(season, each)),
      received,
    )
    return time ?? this.#neverShown(local, season)
  }

  #oneOf(found: ReturnType<Zone['moments']>, past: Past): number | undefined {
    if (typeof found !== 'object') return found
    const [first, second] = found
    const isSoon = found.map((time) => Math.abs((past.received ?? Number.NaN) - time) <= soon)
    if (isSoon[0] !== isSoon[1]) return isSoon[0] ? first : second
    const before = past.recall(this.#field)
    if (before !== undefined && before < second) return before < first ? first : second
    // nothing says which of the two it is
    past.doubt()
    return before === undefined ? first : second
  }

  #inSeason(found: ReturnType<Zone['moments']>, season: Season | undefined): number | undefined {
    const times = typeof found === 'object' ? found : [found]
    return times.find((time) => time !== undefined && this.#isOf(season, time))
  }

  #isOf(season: Season | undefined, time: number): boolean {
    return season === undefined || this.#zone?.isSummer(time) === (season === 'summer')
  }

  #neverShown(local: number, season: Season | undefined): Failure {
    const shown = new Date(local).toISOString().slice(0, 19).replace('T', ' ')
    const inSeason = season === undefined ? '' : ` in ${season}`
    return new Failure(
      `found ${shown}, which clocks in ${this.#zone?.name} never show${inSeason}, expected a time that exists`,
      'zone',
    )
  }
}

function nearestOf(times: readonly number[], to: number): number | undefined {
  let best: number | undefined
  for (const time of times) if (best === undefined || Math.abs(time - to) < Math.abs(best - to)) best = time
  return best
}
