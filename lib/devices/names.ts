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
  /** when the name and place begin to hold, as a user writes it (`2026-05-01`, UTC); empty or absent: they always did */
  from?: string
  /** when they no longer hold, not included; empty or absent: they still do */
  to?: string
}

/** A name, and from when to when it holds: ms since 1970 UTC, `to` not included, both infinite where nothing is said. */
export interface NamePeriod {
  from: number
  to: number
  row: DeviceRow | undefined
}

/** The names of the devices of a gateway. */
export interface DeviceNames {
  readonly rows: readonly DeviceRow[]
  /**
   * The row of a device that has a name: the first that fits and holds.
   * @param time at this moment, ms since 1970; default: today, which is the rows without an end
   */
  find(source: string, type: string, key: string | undefined, time?: number): DeviceRow | undefined
  /** Its name, or what stands for it. */
  deviceOf(source: string, type: string, key: string | undefined, time?: number): string
  /** Its rows over all time, in the order of time and without a gap. */
  periodsOf(source: string, type: string, key: string | undefined): NamePeriod[]
}

/** names that are remembered, at most: looking through the rows costs more than finding one again */
const mostKnown = 10_000
/** characters of the key of one that is remembered */
const longestKnown = 255

/** @param rows rows that are wrong must have been left out: see `soundRows` */
export function compileNames(rows: readonly DeviceRow[]): DeviceNames {
  const byKey = new Map<string, Array<NamePeriod & { row: DeviceRow; isOf: (source: string) => boolean }>>()
  for (const row of rows) {
    const others = byKey.get(row.key) ?? []
    byKey.set(row.key, [...others, { row, ...periodOf(row), isOf: compileGlob(row.source || '*') }])
  }
  const fitting = (source: string, type: string, key: string) =>
    byKey.get(key)?.filter(({ row, isOf }) => (row.type === '' || row.type === type) && isOf(source)) ?? []
  const known = new PlaceMap<Known>()
  const knownOf = (source: string, type: string, key = '') => {
    const found = known.get(source, type, key)
    if (found !== undefined) return found
    const periods = inOrderOfTime(fitting(source, type, key))
    const made: Known = { periods, unnamed: unnamedDevice(source, key) }
    if (key.length > longestKnown) return made
    if (known.size >= mostKnown) known.clear()
    known.set(source, type, key, made)
    return made
  }
  const find = (source: string, type: string, key: string | undefined, time?: number) =>
    rowAt(knownOf(source, type, key).periods, time)
  return {
    rows,
    find,
    deviceOf(source, type, key, time) {
      const { periods, unnamed } = knownOf(source, type, key)
      return rowAt(periods, time)?.name ?? unnamed
    },
    periodsOf: (source, type, key) => knownOf(source, type, key).periods,
  }
}

/** What is known of one source, type and key. */
interface Known {
  periods: NamePeriod[]
  /** made once: it is asked for with each reading, and as a new text it would have to be hashed again wherever it is looked up */
  unnamed: string
}

function rowAt(periods: readonly NamePeriod[], time = Number.MAX_VALUE): DeviceRow | undefined {
  return periods.find(({ from, to }) => from <= time && time < to)?.row
}

/** Cuts time where a row begins or ends; in each piece the first row that holds there counts. */
function inOrderOfTime(rows: readonly NamePeriod[]): NamePeriod[] {
  const cuts = new Set([Number.NEGATIVE_INFINITY, ...rows.flatMap(({ from, to }) => [from, to])])
  // a row that a user is still writing may have a time that is none: it never holds
  for (const none of [Number.POSITIVE_INFINITY, Number.NaN]) cuts.delete(none)
  const starts = [...cuts].sort((a, b) => a - b)
  return starts.map((from, place) => ({
    from,
    to: starts[place + 1] ?? Number.POSITIVE_INFINITY,
    row: rows.find((row) => row.from <= from && from < row.to)?.row,
  }))
}

/** When a row holds, ms since 1970. */
export function periodOf({ from = '', to = '' }: Pick<DeviceRow, 'from' | 'to'>): {
  from: number
  to: number
} {
  return {
    from: from === '' ? Number.NEGATIVE_INFINITY : momentOf(from),
    to: to === '' ? Number.POSITIVE_INFINITY : momentOf(to),
  }
}

/** `2026-05-01` or `2026-05-01 12:30`, UTC, as ms since 1970; NaN for anything else. */
function momentOf(text: string): number {
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?Z?$/.exec(text)
  return parts ? Date.parse(`${parts[1]}T${parts[2] ?? '00:00'}Z`) : Number.NaN
}

/** No device has a name. */
export const noNames = compileNames([])

/** What stands for a device without a name. Key fields at the end that an event lacks do not show. */
export function unnamedDevice(source: string, key = ''): string {
  const shown = key.replace(/\.+$/, '')
  return shown === '' ? source : `${source}-${shown}`
}
