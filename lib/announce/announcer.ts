// Says at the broker what the present state is: the newest reading of each device, whether it is heard, and what it measures, in
// the form in which Home Assistant finds it. The README lists the promises and the failure cases.
import { deviceSource } from '../devices/device-event.ts'
import { noNames } from '../devices/names.ts'
import type { FieldlogEvent } from '../event.ts'
import type { Disk } from '../journal/disk/disk.ts'
import { inBackground } from '../kit/background.ts'
import type { Clock } from '../kit/clock.ts'
import { asError } from '../kit/errors.ts'
import { payloadWriter } from '../mqtt/message/payload.ts'
import type { RetainedTopics } from '../mqtt/session/retained.ts'
import { AnnouncedFile, type KnownTopic, type StoredReading } from './announced-file.ts'
import { Announcements, discoveryKind, type Present } from './announcements.ts'
import { expireAfter } from './expiry.ts'
import type { GatewayTopics, Origin } from './homeassistant/messages.ts'
import { latestKind, Published } from './published.ts'
import { type Reading, Readings } from './readings.ts'
import { type StateTopics, stateTopics } from './topics.ts'
import type { AnnounceView, DeviceState, Wanted } from './view.ts'

/** ms: several changes are worked out at once */
const gatherTime = 1_000
/** ms between two devices whose announcements are made: so few events come just then that their slowest hundredth does not feel it */
const makingPause = 100
/** ms; a card wears out, and little is lost with what was published since */
const saveInterval = 600_000
/** ms: the longest pause after Home Assistant has come, so that gateways do not all answer at the same moment */
const longestPause = 10_000
/** readings that come before the flows have started and the file is read, at most */
const mostEarly = 1_000

/** characters of a device or a type: what is longer is garbage, and would not find room in a topic */
const longestName = 1_000

const availabilityKind = 'the availability of devices'

export interface AnnouncerParts {
  topics: RetainedTopics
  /** Tells what others publish on a topic until the function returned is called. */
  listen(topic: string, received: (payload: string) => void): () => void
  clock: Clock
  /** 0 … 1 */
  random: () => number
  disk: Disk
  /** where the file of what was announced is */
  directory: string
  /** a few letters that tell this installation from all others */
  installation: string
  origin: Origin
  /** where the session says how the gateway is: nodes of several gateways may share it */
  own: GatewayTopics
  warn(text: string): void
}

export class Announcer {
  readonly #parts: AnnouncerParts
  readonly #file: AnnouncedFile
  readonly #published: Published
  readonly #announcements: Announcements
  #view: AnnounceView | undefined
  #topics: StateTopics = stateTopics('')
  readonly #readings: Readings
  /** payload of an event, with the gateway's name */
  #write = payloadWriter('')
  #states = new Map<string, DeviceState>()
  /** availability and announcements as they were put last */
  readonly #put = new Map<string, string>()
  /** readings that were put last, by topic */
  readonly #latest = new Map<string, Reading['last']>()
  #early: FieldlogEvent[] = []
  #isOpen = false
  #isClosed = false
  #opening: Promise<void> = Promise.resolve()
  /** readings have come since the file was written */
  #isChanged = false
  #stopGathering: (() => void) | undefined
  #stopMaking: (() => void) | undefined
  #stopPause: (() => void) | undefined
  #stopSaving = () => {}
  #stopListening = () => {}

  constructor(parts: AnnouncerParts) {
    const { topics, clock, disk, directory, origin, own, installation, warn } = parts
    this.#parts = parts
    this.#file = new AnnouncedFile(disk, directory)
    const write = (known: KnownTopic[], isLast: boolean) => this.#writeFile(known, isLast)
    this.#published = new Published({ topics, clock, warn, write })
    this.#announcements = new Announcements(origin, own, installation)
    this.#readings = new Readings(noNames, (type, device) => this.#topics.latest(type, device))
  }

  /** Reads what was announced before. Nothing is published until then. */
  open(): Promise<void> {
    this.#opening = this.#open()
    return this.#opening
  }

  async #open(): Promise<void> {
    try {
      const announced = await this.#file.read()
      if (this.#isClosed) return
      if (announced !== undefined) {
        this.#announcements.restore(announced)
        this.#published.restore(announced.topics)
        this.#readings.restore(announced.readings.map(readingOf))
        // from now on the payloads in the file get old
        await this.#published.save()
      }
    } catch (error) {
      this.#parts.warn(`what was announced at the broker cannot be read: ${asError(error).message}`)
    }
    this.#isOpen = true
    if (this.#isClosed) return
    if (this.#view !== undefined) this.#configure(this.#view)
    this.#saveLater()
  }

  /** The flows are other ones. */
  set(view: AnnounceView): void {
    this.#view = view
    if (this.#isOpen) this.#configure(view)
  }

  /** A reading that a node publishes. */
  take(event: FieldlogEvent): void {
    if (event.data === undefined || event.verdict === 'rejected' || event.source === deviceSource) return
    const { type = '', device = '' } = event
    if (type.length > longestName || device.length > longestName) return
    if (!this.#isOpen || this.#view === undefined) {
      this.#early.push(event)
      if (this.#early.length > mostEarly) this.#early.shift()
      return
    }
    if (!this.#view.isOn) return
    const taken = this.#readings.take(event, this.#parts.clock.monotonic())
    if (taken === undefined) return
    this.#isChanged = true
    this.#putLatest(taken.topic)
    if (taken.isNew) this.#gather()
  }

  /** To be called every few seconds with what the watch knows. */
  look(states: readonly DeviceState[]): void {
    const { clock } = this.#parts
    const forgotten = this.#readings.forgetOld(clock.wall(), clock.monotonic())
    if (forgotten === 0 && !states.some((state) => isOther(state, this.#states.get(state.device)))) return
    this.#states = new Map(states.map((state) => [state.device, state]))
    this.#refresh()
  }

  /** Takes back all that was said of a device, until its next reading. Returns whether there was anything. */
  forget(device: string): boolean {
    if (this.#readings.forget(device) === 0) return false
    this.#refresh()
    // a crash must not bring it back
    inBackground(this.#published.save())
    return true
  }

  /** Keeps everything for the next process, also where it is still being opened. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#opening
    this.#stopGathering?.()
    this.#stopMaking?.()
    this.#stopPause?.()
    this.#stopSaving()
    this.#stopListening()
    if (this.#isOpen && this.#published.known.size > 0) await this.#published.save(true)
  }

  #configure({ gateway, isOn, names, homeAssistant }: AnnounceView): void {
    this.#topics = stateTopics(gateway)
    this.#write = payloadWriter(gateway)
    if (isOn) this.#readings.rename(names, (type, device) => this.#topics.latest(type, device))
    else this.#readings.clear()
    this.#stopListening()
    this.#stopListening = () => {}
    if (homeAssistant !== undefined) {
      this.#stopListening = this.#parts.listen(`${homeAssistant.prefix}/status`, (payload) => {
        if (payload === 'online') this.#announceAgain()
      })
    }
    for (const event of this.#early.splice(0)) this.take(event)
    this.#refresh()
  }

  #gather(): void {
    this.#stopGathering ??= this.#parts.clock.after(gatherTime, () => {
      this.#stopGathering = undefined
      this.#refresh()
    })
  }

  /** Home Assistant has come: after a pause it is told everything again. */
  #announceAgain(): void {
    this.#stopPause ??= this.#parts.clock.after(this.#parts.random() * longestPause, () => {
      this.#stopPause = undefined
      for (const [topic, payload] of this.#put) {
        if (this.#published.known.get(topic) === discoveryKind)
          this.#published.put(topic, payload, discoveryKind)
      }
    })
  }

  /** Brings the broker to what should be there: readings and availability at once, announcements when they are made. */
  #refresh(): void {
    if (!this.#isOpen || this.#view === undefined) return
    this.#stopMaking?.()
    const present = { devices: this.#devices(), states: this.#states, topics: this.#topics }
    this.#putLatestValues()
    this.#putAll(availabilityKind, this.#view.isWatching ? this.#availabilities(present) : [])
    this.#make(this.#view, present, this.#announcements.making(this.#view, present))
  }

  /** Makes the announcements that are missing, one at a time; then all are put as they should be. */
  #make(view: AnnounceView, present: Present, making: Generator<undefined>): void {
    this.#stopMaking = undefined
    if (making.next().done === true) {
      this.#putAll(discoveryKind, this.#announcements.make(view, present))
      return
    }
    this.#stopMaking = this.#parts.clock.after(makingPause, () => this.#make(view, present, making))
  }

  #putLatestValues(): void {
    const wanted = new Set<string>()
    for (const [topic, { isKnown, last }] of this.#readings.all) {
      if (!isKnown) continue
      wanted.add(topic)
      if (this.#latest.get(topic) !== last) this.#putLatest(topic)
    }
    this.#removeOthers(latestKind, wanted)
  }

  /** All of a kind that should be there; without a payload: as it is. */
  #putAll(kind: string, all: readonly Wanted[]): void {
    for (const [topic, payload] of all) {
      if (payload === undefined || this.#put.get(topic) === payload) continue
      this.#put.set(topic, payload)
      this.#published.put(topic, payload, kind)
    }
    this.#removeOthers(kind, new Set(all.map(([topic]) => topic)))
  }

  #removeOthers(kind: string, wanted: ReadonlySet<string>): void {
    for (const [topic, itsKind] of this.#published.known)
      if (itsKind === kind && !wanted.has(topic)) this.#remove(topic, kind)
  }

  #availabilities({ devices }: Present): Wanted[] {
    return [...devices].map(([device, readings]): Wanted => {
      const topic = this.#topics.availability(device)
      return [topic, this.#availabilityOf(device, readings, topic)]
    })
  }

  /** After a start the watch has yet to read what it knew: until then what the broker has stays, for the device may be silent. */
  #availabilityOf(device: string, readings: readonly Reading[], topic: string): string | undefined {
    const state = this.#states.get(device)
    if (state !== undefined) return state.isSilent ? 'silent' : 'online'
    const isHeard = readings.some(({ heard }) => heard !== undefined)
    return this.#put.get(topic) ?? (isHeard || !this.#published.known.has(topic) ? 'online' : undefined)
  }

  #devices(): Map<string, Reading[]> {
    const devices = new Map<string, Reading[]>()
    for (const reading of this.#readings.all.values()) {
      if (!reading.isKnown) continue
      const same = devices.get(reading.device)
      if (same === undefined) devices.set(reading.device, [reading])
      else same.push(reading)
    }
    return devices
  }

  #putLatest(topic: string): void {
    const reading = this.#readings.all.get(topic)
    if (reading?.last === undefined) return
    const { last, device } = reading
    this.#latest.set(topic, last)
    // made when it is sent: of a device that sends often, only what is published is ever made
    this.#published.put(topic, () => this.#textOf(last, device) ?? '', latestKind)
  }

  #remove(topic: string, kind: string): void {
    this.#put.delete(topic)
    this.#latest.delete(topic)
    this.#published.remove(topic, kind)
  }

  /** Undefined of an event that another node has spoilt since it came here. */
  #textOf(last: NonNullable<Reading['last']>, device: string): string | undefined {
    try {
      if (typeof last !== 'string') return this.#write(last.device === device ? last : { ...last, device })
      return JSON.stringify({ ...JSON.parse(last), gateway: this.#view?.gateway, device })
    } catch {
      return undefined
    }
  }

  #saveLater(): void {
    this.#stopSaving = this.#parts.clock.after(saveInterval, () => {
      if (this.#isChanged) inBackground(this.#published.save())
      this.#saveLater()
    })
  }

  async #writeFile(topics: KnownTopic[], isLast: boolean): Promise<void> {
    this.#isChanged = false
    const readings = [...this.#readings.all.values()].map((reading) => this.#stored(reading, isLast))
    const { ids, components, expiries } = this.#announcements
    await this.#file.write({ ids, topics, readings, components, expiries })
  }

  #stored(reading: Reading, isLast: boolean): StoredReading {
    const { source, type, key, device, id, time, received, isKnown, last } = reading
    const payload = isLast && last !== undefined ? this.#textOf(last, device) : undefined
    return [source, type, key, device, id, time, received, isKnown, payload ?? null]
  }
}

function isOther(state: DeviceState, before: DeviceState | undefined): boolean {
  if (before === undefined || before.isSilent !== state.isSilent) return true
  return expireAfter(state.quiet, undefined) !== expireAfter(before.quiet, undefined)
}

function readingOf(stored: StoredReading): Reading {
  const [source, type, key, device, id, time, received, isKnown, payload] = stored
  return { source, type, key, device, id, time, received, isKnown, last: payload ?? undefined }
}
