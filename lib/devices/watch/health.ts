// What the health report says of devices (docs/mqtt.md, "Health").
import type { DeviceNames } from '../names.ts'
import type { SeriesReport } from './device-watch.ts'

export interface DeviceHealth {
  /** `heard`: in the last day */
  devices: { watched: number; named: number; heard: number; silent: number }
  /** those that are silent, the latest first, 100 at most */
  silent: SilentDevice[]
}

export interface SilentDevice {
  device: string
  /** where the user says that it stands; absent where nothing is said */
  place?: string
  /** ms since 1970; null: never */
  lastHeard: number | null
  /** seconds that are expected between its readings; null: not known any more */
  interval: number | null
}

const day = 86_400_000
const mostSilent = 100

/** @param series the latest first; @param now ms since 1970 */
export function healthOf(series: readonly SeriesReport[], names: DeviceNames, now: number): DeviceHealth {
  // of the series of a device, the one that was heard last stands for it
  const devices = new Map<string, SeriesReport>()
  for (const each of series) if (!devices.has(each.device)) devices.set(each.device, each)
  const all = [...devices.values()]
  const silent = all.filter(({ isSilent }) => isSilent)
  return {
    devices: {
      watched: all.length,
      named: all.filter(({ isNamed }) => isNamed).length,
      heard: all.filter(({ lastHeard }) => lastHeard > now - day).length,
      silent: silent.length,
    },
    silent: silent.slice(0, mostSilent).map(({ device, source, type, key, lastHeard, interval }) => {
      const place = names.find(source, type, key)?.place
      return { device, ...(place && { place }), lastHeard: lastHeard || null, interval }
    }),
  }
}
