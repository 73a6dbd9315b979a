// The newest reading of each type of each device: which one that is, and on which topic it is retained.
import { type DeviceNames, unnamedDevice } from '../devices/names.ts'
import { type FieldlogEvent, isDerived } from '../event.ts'
import { isNewer, type Newest } from './newest.ts'

/** Those of so many types and devices are kept, at most: what is heard on the radio may be garbage. */
const mostReadings = 1_000
/** ms: a device without a name that was not heard for so long is forgotten */
const longestUnnamed = 30 * 86_400_000

export interface Reading extends Newest {
  source: string
  type: string
  /** '' where the format has none */
  key: string
  device: string
  /** A device without a name is one at its second reading: the first one may be garbage. */
  isKnown: boolean
  /** by the monotonic clock: when it came live; undefined: in a process before this one, or sent again */
  heard?: number | undefined
  /** the event, or what was published before a restart; undefined: the broker has it, and we do not */
  last: FieldlogEvent | string | undefined
}

export class Readings {
  #names: DeviceNames
  #topicOf: (type: string, device: string) => string
  #byTopic = new Map<string, Reading>()
  /** topics without a name, the one that was heard longest ago first: these make room for others */
  readonly #unnamed = new Set<string>()

  constructor(names: DeviceNames, topicOf: (type: string, device: string) => string) {
    this.#names = names
    this.#topicOf = topicOf
  }

  /** By topic. */
  get all(): ReadonlyMap<string, Reading> {
    return this.#byTopic
  }

  /**
   * Takes a reading if it is newer than what is there. Returns its topic and whether that is a new one to be published, or
   * is heard for the first time since the start: what is said of the device may be another then.
   * @param now ms of the monotonic clock
   */
  take(event: FieldlogEvent, now: number): { topic: string; isNew: boolean } | undefined {
    const { id, source, type = '', key = '', device = source, time, received } = event
    const heard = event.replayed || event.late === true ? undefined : now
    const topic = this.#topicOf(type, device)
    const known = this.#byTopic.get(topic)
    if (!isNewer(event, known)) return undefined
    const moved = known === undefined ? this.#ofOtherPeriod(source, type, key, device) : undefined
    if (moved !== undefined && !isNewer(event, moved[1])) return undefined
    if (moved !== undefined) {
      this.#byTopic.delete(moved[0])
      this.#unnamed.delete(moved[0])
    }
    if (known === undefined && !this.#hasRoom()) return undefined
    if (known === undefined ? !this.#isNamed(source, type, key) : this.#unnamed.delete(topic))
      this.#unnamed.add(topic)
    const isRepeat = known?.id === id
    const isKnown =
      known?.isKnown === true ||
      moved?.[1].isKnown === true ||
      key === '' ||
      this.#isNamed(source, type, key) ||
      (known !== undefined && !isRepeat)
    if (known === undefined)
      this.#byTopic.set(topic, { id, time, received, heard, source, type, key, device, isKnown, last: event })
    else {
      const isNew = !known.isKnown || (known.heard === undefined && heard !== undefined)
      Object.assign(known, { id, time, received, heard, source, type, key, device, isKnown, last: event })
      return isKnown ? { topic, isNew } : undefined
    }
    return isKnown ? { topic, isNew: true } : undefined
  }

  /** What was kept over a restart. */
  restore(readings: readonly Reading[]): void {
    for (const reading of readings) this.#put(reading)
    this.#findUnnamed()
  }

  /** Other names or topics hold from now on: what was published moves along. */
  rename(names: DeviceNames, topicOf: (type: string, device: string) => string): void {
    this.#names = names
    this.#topicOf = topicOf
    const before = [...this.#byTopic.values()]
    this.#byTopic = new Map()
    for (const reading of before) {
      const { source, type, key } = reading
      // one that was derived says itself whose it is
      const device = isDerived(reading) ? reading.device : names.deviceOf(source, type, key)
      const isKnown = reading.isKnown || this.#isNamed(source, type, key)
      this.#put({ ...reading, device, isKnown })
    }
    this.#findUnnamed()
  }

  /** Returns how many types of it there were. */
  forget(device: string): number {
    return this.#removeAll((reading) => reading.device === device)
  }

  /**
   * The clock of a machine that was off for long is set once the network is there: what was heard before that is not old.
   * @param now ms since 1970
   * @param monotonic ms of the monotonic clock
   */
  forgetOld(now: number, monotonic: number): number {
    const isOld = ({ received, heard }: Reading) =>
      (heard === undefined ? now - received : monotonic - heard) > longestUnnamed
    return this.#removeAll(
      (reading) => isOld(reading) && !this.#isNamed(reading.source, reading.type, reading.key),
    )
  }

  clear(): void {
    this.#byTopic.clear()
    this.#unnamed.clear()
  }

  #isNamed(source: string, type: string, key: string): boolean {
    return this.#names.find(source, type, key) !== undefined
  }

  /** The reading that is there of the same device, from a time in which it had another name: it is in one place at a time. */
  #ofOtherPeriod(source: string, type: string, key: string, device: string): [string, Reading] | undefined {
    const periods = this.#names.periodsOf(source, type, key)
    const devices = new Set(periods.map(({ row }) => row?.name ?? unnamedDevice(source, key)))
    if (devices.size < 2 || !devices.has(device)) return undefined
    return [...this.#byTopic].find(
      ([, other]) =>
        other.source === source && other.type === type && other.key === key && devices.has(other.device),
    )
  }

  /** Of two on one topic the newer one stays. */
  #put(reading: Reading): void {
    const topic = this.#topicOf(reading.type, reading.device)
    const other = this.#byTopic.get(topic)
    if (other === undefined || reading.time >= other.time) this.#byTopic.set(topic, reading)
  }

  /** Makes room where it has to: the unnamed one goes that was heard longest ago. */
  #hasRoom(): boolean {
    if (this.#byTopic.size < mostReadings) return true
    const [oldest] = this.#unnamed
    if (oldest === undefined) return false
    this.#unnamed.delete(oldest)
    return this.#byTopic.delete(oldest)
  }

  #findUnnamed(): void {
    const unnamed = [...this.#byTopic].filter(
      ([, { source, type, key }]) => !this.#isNamed(source, type, key),
    )
    unnamed.sort(([, a], [, b]) => a.received - b.received)
    this.#unnamed.clear()
    for (const [topic] of unnamed) this.#unnamed.add(topic)
  }

  #removeAll(isGone: (reading: Reading) => boolean): number {
    let count = 0
    for (const [topic, reading] of this.#byTopic) {
      if (!isGone(reading)) continue
      this.#byTopic.delete(topic)
      this.#unnamed.delete(topic)
      count++
    }
    return count
  }
}
