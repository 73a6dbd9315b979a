// Whose reading it is: the name that a user has given to a source, type and key, else one made of source and key. It runs
// in the panel, too, so it imports nothing of Node.js.
import { compileGlob } from '../formats/model/glob.ts'
import { PlaceMap } from './place-map.ts'

/** What a user says of one device. */
export interface DeviceRow {
  /** where it is heard: `*` stands for any text, `?` for any one character; empty: anywhere */
  source: string
  /** the format's event type; empty: any */
  type: string
  /** the values of the format's key fields, joined by `.`; empty: events without a key */
  key: string
  name: string
  /** where it stands, for people: it is shown, and not published with readings */
  place: string
  /** seconds between its readings; empty: learnt from them */
  interval: number | ''
}

/** The names of the devices of a gateway. */
export interface DeviceNames {
  readonly rows: readonly DeviceRow[]
  /** The row of a device that has a name: the first that fits. */
  find(source: string, type: string, key: string | undefined): DeviceRow | undefined
  /** Its name, or what stands for it. */
  deviceOf(source: string, type: string, key: string | undefined): string
}

/** names that are remembered, at most: looking through the rows costs more than finding one again */
const mostKnown = 10_000
/** characters of the key of one that is remembered */
const longestKnown = 255

/** @param rows rows that are wrong must have been left out: see `soundRows` */
export function compileNames(rows: readonly DeviceRow[]): DeviceNames {
  const byKey = new Map<string, Array<{ row: DeviceRow; isOf: (source: string) => boolean }>>()
  for (const row of rows) {
    const others = byKey.get(row.key) ?? []
    byKey.set(row.key, [...others, { row, isOf: compileGlob(row.source || '*') }])
  }
  const known = new PlaceMap<string>()
  const find = (source: string, type: string, key = '') =>
    byKey.get(key)?.find(({ row, isOf }) => (row.type === '' || row.type === type) && isOf(source))?.row
  return {
    rows,
    find,
    deviceOf(source, type, key = '') {
      const found = known.get(source, type, key)
      if (found !== undefined) return found
      const device = find(source, type, key)?.name ?? unnamedDevice(source, key)
      if (key.length > longestKnown) return device
      if (known.size >= mostKnown) known.clear()
      known.set(source, type, key, device)
      return device
    },
  }
}

/** No device has a name. */
export const noNames = compileNames([])

/** What stands for a device without a name. Key fields at the end that an event lacks do not show. */
export function unnamedDevice(source: string, key = ''): string {
  const shown = key.replace(/\.+$/, '')
  return shown === '' ? source : `${source}-${shown}`
}
