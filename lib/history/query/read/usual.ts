// How often a series is usually heard, and whether it is late: the same as the gateway's watch of devices finds.
import type { DeviceNames } from '../../../devices/names.ts'
import { type Expectation, givenInterval, learntFrom, mostGaps } from '../../../devices/watch/learnt.ts'
import { type Series, tableOf } from './lookup.ts'
import type { Store } from './store-file.ts'

/** By the user's word, or as its last readings show it; intervals in seconds. */
export interface Usual {
  interval: number
  /** ms without a reading after which it is silent */
  limit: number
}

export function usualOf(store: Store, series: Series, names: DeviceNames | undefined): Usual | undefined {
  const times = store
    .all(
      `SELECT time FROM ${tableOf(series)} WHERE series = ? ORDER BY time DESC, seq DESC, sub DESC LIMIT ${mostGaps + 1}`,
      series.id,
    )
    .map(([time]) => time as number)
  return usualFrom(times, series, names)
}

/** @param times of the newest readings, newest first, ms */
export function usualFrom(
  times: readonly number[],
  { source, type, key }: Pick<Series, 'source' | 'type' | 'key'>,
  names: DeviceNames | undefined,
): Usual | undefined {
  const given = names?.find(source, type, key)?.interval ?? ''
  const gaps = times.slice(1).map((time, place) => (times[place] as number) - time)
  // one line may give several events
  const found = given === '' ? learntFrom(gaps.filter((gap) => gap > 0)) : givenInterval(given)
  return found && inSeconds(found)
}

function inSeconds({ interval, limit }: Expectation): Usual {
  return { interval: interval / 1000, limit }
}
