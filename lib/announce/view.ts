// What the flows and the watch tell the announcer.
import type { DeviceNames } from '../devices/names.ts'
import type { FormatDefinition } from '../formats/model/definition.ts'

/** What the flows say; it holds until the next deploy. */
export interface AnnounceView {
  gateway: string
  /** false: no node wants it any more, and everything is taken back */
  isOn: boolean
  names: DeviceNames
  formats: readonly FormatDefinition[]
  /** somebody watches which devices are silent */
  isWatching: boolean
  /** undefined: nothing is announced. `types`: those of these alone; undefined: all */
  homeAssistant: { prefix: string; types: ReadonlySet<string> | undefined } | undefined
}

/** What the watch knows of a device. */
export interface DeviceState {
  device: string
  isSilent: boolean
  /** seconds that it may be quiet; null: not known */
  quiet: number | null
}

/** What should be retained. Without a payload what is there stays. */
export type Wanted = [topic: string, payload: string | undefined]
