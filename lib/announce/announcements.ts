// Makes the announcements for Home Assistant, and remembers what they had: ids, components that are gone, times of expiry.
import type { Announced, StoredComponents, StoredExpiry } from './announced-file.ts'
import { expireAfter } from './expiry.ts'
import { type Component, type Components, componentsOf, type Platform } from './homeassistant/components.ts'
import {
  type AnnouncedDevice,
  deviceMessage,
  discoveryTopic,
  type GatewayTopics,
  gatewayMessage,
  type Origin,
} from './homeassistant/messages.ts'
import { DeviceIds, type KnownId } from './identity.ts'
import type { Reading } from './readings.ts'
import type { StateTopics } from './topics.ts'
import type { AnnounceView, DeviceState, Wanted } from './view.ts'

export const discoveryKind = 'the announcement for Home Assistant'

/** The readings of each device, one for each type, and what the watch knows of it. */
export interface Present {
  devices: ReadonlyMap<string, readonly Reading[]>
  states: ReadonlyMap<string, DeviceState>
  topics: StateTopics
}

/** A device that is to be announced. */
interface Subject {
  name: string
  announced: readonly Reading[]
  first: Reading
  id: string
  /** seconds */
  expiry: number | undefined
  /** the same while its message is the same, under one view */
  stamp: string
}

/** The message of a device; undefined where no format says what it measures. */
interface Made {
  stamp: string
  id: string
  components: Components
  payload: string | undefined
}

export class Announcements {
  readonly #origin: Origin
  readonly #own: GatewayTopics
  readonly #installation: string
  #ids: DeviceIds
  /** what was announced, by the device's id: components that go are taken back one by one */
  #components = new Map<string, Components>()
  /** by the device's name: made once, for each change of one device asks for the announcements of all */
  #made = new Map<string, Made>()
  /** for which these were made */
  #view: AnnounceView | undefined
  /** seconds, by the device's id */
  readonly #expiries = new Map<string, number>()

  /**
   * @param own where the session says how the gateway is
   * @param installation a few letters that tell this installation from all others
   */
  constructor(origin: Origin, own: GatewayTopics, installation: string) {
    this.#origin = origin
    this.#own = own
    this.#installation = installation
    this.#ids = new DeviceIds(installation)
  }

  restore({ ids, components, expiries = [] }: Omit<Announced, 'topics' | 'readings'>): void {
    this.#ids = new DeviceIds(this.#installation, ids)
    this.#components = new Map(components.map(([id, platforms]) => [id, removedOf(platforms)]))
    for (const [id, seconds] of expiries) this.#expiries.set(id, seconds)
    this.#made = new Map()
  }

  get ids(): KnownId[] {
    return this.#ids.known
  }

  get components(): StoredComponents[] {
    return [...this.#components].map(([id, all]): StoredComponents => [id, platformsOf(all)])
  }

  get expiries(): StoredExpiry[] {
    return [...this.#expiries]
  }

  /** Makes the messages of devices that are new or changed, one at each step, and keeps them for `make`: many at once would hold up events. */
  *making(view: AnnounceView, present: Present): Generator<undefined> {
    this.#look(view)
    if (view.homeAssistant === undefined) return
    for (const [name, readings] of present.devices) {
      const subject = this.#subjectOf(view, present, name, readings)
      if (subject === undefined || this.#made.get(name)?.stamp === subject.stamp) continue
      this.#messageOf(view, present, subject)
      yield
    }
  }

  /** All announcements, the gateway's first. */
  make(view: AnnounceView, present: Present): Wanted[] {
    this.#look(view)
    const made = new Map<string, Made>()
    const all: Wanted[] = []
    if (view.homeAssistant !== undefined) {
      const { prefix } = view.homeAssistant
      const { gateway, isWatching } = view
      const gatewayId = this.#ids.gateway
      const own = gatewayMessage(gatewayId, gateway, this.#own, this.#origin, isWatching)
      all.push([discoveryTopic(prefix, gatewayId), own])
      for (const [name, readings] of present.devices) {
        const subject = this.#subjectOf(view, present, name, readings)
        if (subject === undefined) continue
        const message = this.#messageOf(view, present, subject)
        made.set(name, message)
        if (message.payload === undefined) continue
        all.push([discoveryTopic(prefix, message.id), message.payload])
      }
    }
    this.#made = made
    const announced = [...made.values()].filter(({ payload }) => payload !== undefined)
    this.#components = new Map(announced.map(({ id, components }) => [id, components]))
    for (const id of this.#expiries.keys()) if (!this.#components.has(id)) this.#expiries.delete(id)
    return all
  }

  /** Other flows: nothing that was made holds any more. */
  #look(view: AnnounceView): void {
    if (view === this.#view) return
    this.#view = view
    this.#made = new Map()
  }

  #subjectOf(
    view: AnnounceView,
    { states }: Present,
    name: string,
    readings: readonly Reading[],
  ): Subject | undefined {
    const types = view.homeAssistant?.types
    const announced = readings.filter(({ type }) => types === undefined || types.has(type))
    const [first] = announced
    if (first === undefined) return undefined
    const id = this.#idOf(view, first)
    const expiry = this.#expiryOf(id, states.get(name)?.quiet ?? null)
    const stamp = `${id} ${expiry} ${first.source} ${announced.map(({ type }) => type).join(' ')} ${first.key}`
    return { name, first, announced, id, expiry, stamp }
  }

  #messageOf(view: AnnounceView, present: Present, subject: Subject): Made {
    const { name, id, stamp } = subject
    const known = this.#made.get(name)
    if (known?.stamp === stamp) return known
    const device = this.#deviceOf(view, present, subject)
    const components = device === undefined ? {} : withRemoved(device.components, this.#components.get(id))
    const payload =
      device && deviceMessage({ ...device, components }, this.#ids.gateway, this.#own, this.#origin)
    const made = { stamp, id, components, payload }
    this.#made.set(name, made)
    return made
  }

  #deviceOf(view: AnnounceView, { topics }: Present, subject: Subject): AnnouncedDevice | undefined {
    const { name, first, announced, id, expiry } = subject
    const components: Record<string, Component> = {}
    const models = new Set<string>()
    for (const { type } of announced) {
      const prefix = announced.length > 1 ? `${type} ` : ''
      const of = { id, topic: topics.latest(type, name), expireAfter: expiry, prefix }
      for (const format of view.formats) {
        if (format.type !== type) continue
        Object.assign(components, { ...componentsOf(format, of), ...components })
        models.add(format.name ?? type)
      }
    }
    if (Object.keys(components).length === 0) return undefined
    const area = view.names.find(first.source, first.type, first.key)?.place ?? ''
    const availability = view.isWatching ? topics.availability(name) : undefined
    return { id, name, area, model: [...models].join(', '), availability, components }
  }

  #idOf({ names }: AnnounceView, { source, type, key }: Reading): string {
    const name = names.find(source, type, key)?.name
    const isSame = (other: string) => name !== undefined && names.find(other, type, key)?.name === name
    return this.#ids.idOf(source, key, isSame)
  }

  #expiryOf(id: string, quiet: number | null): number | undefined {
    const expiry = expireAfter(quiet, this.#expiries.get(id))
    if (expiry === undefined) this.#expiries.delete(id)
    else this.#expiries.set(id, expiry)
    return expiry
  }
}

/** One that was announced and is gone stands there with nothing but its platform: so Home Assistant forgets it. */
function withRemoved(components: Components, before: Components = {}): Components {
  const all = { ...components }
  for (const [key, { p }] of Object.entries(before)) all[key] ??= { p }
  return all
}

function platformsOf(components: Components): Record<string, Platform> {
  return Object.fromEntries(Object.entries(components).map(([key, { p }]) => [key, p]))
}

function removedOf(platforms: Record<string, Platform>): Components {
  return Object.fromEntries(Object.entries(platforms).map(([key, p]) => [key, { p }]))
}
