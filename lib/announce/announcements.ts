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

export class Announcements {
  readonly #origin: Origin
  readonly #own: GatewayTopics
  readonly #installation: string
  #ids: DeviceIds
  /** what was announced, by the device's id: components that go are taken back one by one */
  #components = new Map<string, Components>()
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

  /** All announcements, the gateway's first. */
  make(view: AnnounceView, present: Present): Wanted[] {
    const before = this.#components
    this.#components = new Map()
    if (view.homeAssistant === undefined) return []
    const { gateway, isWatching } = view
    const { prefix } = view.homeAssistant
    const of = this.#own
    const gatewayId = this.#ids.gateway
    const own = gatewayMessage(gatewayId, gateway, of, this.#origin, isWatching)
    const all: Wanted[] = [[discoveryTopic(prefix, gatewayId), own, discoveryKind]]
    for (const [name, readings] of present.devices) {
      const device = this.#deviceOf(view, present, name, readings)
      if (device === undefined) continue
      const components = withRemoved(device.components, before.get(device.id))
      this.#components.set(device.id, components)
      const payload = deviceMessage({ ...device, components }, gatewayId, of, this.#origin)
      all.push([discoveryTopic(prefix, device.id), payload, discoveryKind])
    }
    for (const id of this.#expiries.keys()) if (!this.#components.has(id)) this.#expiries.delete(id)
    return all
  }

  #deviceOf(
    view: AnnounceView,
    { states, topics }: Present,
    name: string,
    readings: readonly Reading[],
  ): AnnouncedDevice | undefined {
    const types = view.homeAssistant?.types
    const announced = readings.filter(({ type }) => types === undefined || types.has(type))
    const [first] = announced
    if (first === undefined) return undefined
    const id = this.#idOf(view, first)
    const expiry = this.#expiryOf(id, states.get(name)?.quiet ?? null)
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
