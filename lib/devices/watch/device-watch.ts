// Which devices are heard, and which have fallen silent. A device is what has one name: the series of one source and key,
// and those that the user gave the same name. It knows no disk and no timer.
//
// Silence is measured in listening time: the monotonic clock's, without the stretches in which the gateway could not hear
// (it was down, its disk was full, it was sending old readings again). So neither a restart nor a wrong clock makes
// silence, and a gateway that comes back gives every device its full time.
import type { Clock } from '../../kit/clock.ts'
import { type DeviceEventData, deviceSource } from '../device-event.ts'
import { type DeviceNames, noNames, unnamedDevice } from '../names.ts'
import { addGap, type Expectation, givenInterval, learntFrom } from './learnt.ts'
import {
  keptFields,
  type Series,
  type SeriesPlace,
  SeriesTable,
  type StoredSeries,
  shownFields,
} from './series.ts'

/** A longer pause between two looks is one in which the process stood still, ms. */
const longestPause = 5_000
const day = 86_400_000

/** A live reading of a device. */
export interface Heard {
  source: string
  type: string
  key: string | undefined
  /** ms since 1970 by the wall clock */
  received: number
  /** the decoded fields, where there are any */
  data?: Record<string, unknown>
}

/** What has become of a device; to be logged. */
export interface Change {
  data: DeviceEventData
  /** It could not be logged: it is found again at a later look. */
  undo(): void
}

/** A series as the panel and the health report show it. */
export interface SeriesReport extends SeriesPlace {
  device: string
  isNamed: boolean
  isSilent: boolean
  count: number
  /** ms since 1970; 0: never */
  lastHeard: number
  /** seconds between its readings, given or learnt; null: not known yet */
  interval: number | null
  /** seconds that it may be quiet until it counts as silent; null: not known yet */
  limit: number | null
  data: Record<string, unknown> | undefined
}

/** One device at a look. */
interface Device {
  name: string
  series: Series[]
  expected: Expectation | undefined
  /** listening time at which it was heard last; 0: not since the process began */
  heardAt: number
  isHeard: boolean
  /** listening time at which it was found silent */
  silentAt: number | undefined
}

export class DeviceWatch {
  readonly #clock: Pick<Clock, 'wall' | 'monotonic'>
  readonly #series: SeriesTable
  #names: DeviceNames = noNames
  #lastLook: number
  #listened = 0
  #isListening = false
  #stretch = 0

  constructor(clock: Pick<Clock, 'wall' | 'monotonic'>) {
    this.#clock = clock
    this.#lastLook = clock.monotonic()
    this.#series = new SeriesTable((place) => this.#row(place) !== undefined)
  }

  /** The names hold from now on. A device that has a name and an interval is expected, although it was never heard. */
  name(names: DeviceNames): void {
    this.#names = names
    this.#series.renamed()
    for (const series of [...this.#series.all()]) {
      if (series.count === 0 && this.#row(series) === undefined) this.#series.remove(series)
    }
    for (const { source, type, key, interval, to = '' } of names.rows) {
      if (to === '' && interval !== '' && source !== '' && !/[*?]/.test(source))
        this.#series.make({ source, type, key })
    }
  }

  /** A device was heard now. */
  hear({ source, type, key = '', received, data }: Heard): void {
    if (source === deviceSource) return
    const series = this.#series.make({ source, type, key })
    if (!series) return
    const now = this.#now()
    const gap = this.#gap(series, now, received)
    // one line may give several events
    if (gap !== undefined && gap > 0) addGap(series.gaps, gap)
    series.heardAt = now
    series.stretch = this.#stretch
    series.count++
    series.lastHeard = received
    if (data !== undefined) series.data = keptFields(data)
  }

  /** Something of a device that is known was heard, but no reading of it: a rejected line, for example. */
  hearAgain(place: Heard): void {
    if (this.#series.get({ ...place, key: place.key ?? '' })) this.hear(place)
  }

  /**
   * To be called every second or so.
   * @param isListening whether the gateway could hear in the time since the last look
   * @param tells whether anybody is told of changes
   * @returns what has become of devices since then
   */
  look(isListening: boolean, tells: boolean): Change[] {
    const now = this.#clock.monotonic()
    const passed = now - this.#lastLook
    this.#lastLook = now
    this.#isListening = isListening
    if (!isListening || passed > longestPause) {
      this.#stretch++
      return []
    }
    this.#listened += passed
    if (!tells) return []
    return this.#devices().flatMap((device) => this.#changeOf(device) ?? [])
  }

  /** Of unnamed ones, those that were heard once and not for a day are forgotten. */
  forgetOld(): void {
    const limit = this.#clock.wall() - day
    for (const series of [...this.#series.all()]) {
      if (series.count === 1 && series.lastHeard < limit && !this.#row(series)) this.#series.remove(series)
    }
  }

  /** All that was heard, the latest first; of expected devices also what was not. */
  report(): SeriesReport[] {
    const expected = new Map(this.#devices().map((device) => [device.name, device.expected]))
    return [...this.#series.all()]
      .map((series): SeriesReport => {
        const { source, type, key, count, lastHeard, silentAt, data } = series
        const device = this.#deviceOf(series)
        const { interval, limit } = expected.get(device) ?? {}
        return {
          source,
          type,
          key,
          device,
          isNamed: this.#row(series) !== undefined,
          isSilent: silentAt !== undefined,
          count,
          lastHeard,
          interval: interval === undefined ? null : interval / 1000,
          limit: limit === undefined ? null : limit / 1000,
          data: data && shownFields(data),
        }
      })
      .sort((a, b) => b.lastHeard - a.lastHeard)
  }

  save(): StoredSeries[] {
    return this.#series.save()
  }

  load(stored: readonly StoredSeries[]): void {
    this.#series.load(stored)
    this.name(this.#names)
  }

  /** ms since the series' reading before; undefined where the pause is not the device's own. */
  #gap(series: Series, now: number, received: number): number | undefined {
    const { heardAt, stretch, silentAt, lastHeard } = series
    // the pause that ended a silence says nothing of how the device sends; nor does what comes after a jam
    if (heardAt === undefined || stretch !== this.#stretch || silentAt !== undefined) return undefined
    if (!this.#isListening) return undefined
    const passed = now - heardAt
    // readings come here in batches, so the moments of receipt tell more, unless the wall clock was stepped
    const between = received - lastHeard
    return between >= 0 && Math.abs(between - passed) <= longestPause ? between : passed
  }

  /** Listening time, with that since the last look. */
  #now(): number {
    return this.#listened + Math.min(this.#clock.monotonic() - this.#lastLook, longestPause)
  }

  #row({ source, type, key }: SeriesPlace) {
    return this.#names.find(source, type, key)
  }

  #deviceOf({ source, type, key }: SeriesPlace): string {
    return this.#names.deviceOf(source, type, key)
  }

  #devices(): Device[] {
    const devices = new Map<string, Device>()
    for (const series of this.#series.all()) {
      const name = this.#deviceOf(series)
      const device = devices.get(name) ?? this.#deviceWith(name)
      devices.set(name, device)
      device.series.push(series)
      device.isHeard ||= series.heardAt !== undefined
      device.heardAt = Math.max(device.heardAt, series.heardAt ?? 0)
      if (series.silentAt !== undefined) device.silentAt = Math.max(device.silentAt ?? 0, series.silentAt)
      device.expected = tighter(device.expected, this.#expectationOf(series))
    }
    return [...devices.values()]
  }

  #deviceWith(name: string): Device {
    return { name, series: [], expected: undefined, heardAt: 0, isHeard: false, silentAt: undefined }
  }

  #expectationOf(series: Series): Expectation | undefined {
    const interval = this.#row(series)?.interval ?? ''
    return interval === '' ? learntFrom(series.gaps) : givenInterval(interval)
  }

  #changeOf(device: Device): Change | undefined {
    const { silentAt, isHeard, heardAt, expected } = device
    if (silentAt !== undefined) {
      if (!isHeard || heardAt < silentAt) return undefined
      return this.#change(device, 'back', undefined)
    }
    if (expected === undefined || this.#listened - heardAt <= expected.limit) return undefined
    return this.#change(device, 'silent', this.#listened)
  }

  #change(device: Device, state: DeviceEventData['state'], silentAt: number | undefined): Change {
    const { name, series, silentAt: before, expected } = device
    const last = series.reduce((a, b) => (b.lastHeard > a.lastHeard ? b : a))
    const set = (value: number | undefined) => {
      for (const each of series) each.silentAt = value
    }
    set(silentAt)
    return {
      data: {
        device: name,
        state,
        id: unnamedDevice(last.source, last.key),
        ...(last.lastHeard > 0 && { lastHeard: last.lastHeard }),
        ...(expected && { interval: expected.interval / 1000 }),
      },
      undo: () => set(before),
    }
  }
}

/** Of the two, the one by which silence is noticed earlier. */
function tighter(a: Expectation | undefined, b: Expectation | undefined): Expectation | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a.limit <= b.limit ? a : b
}
