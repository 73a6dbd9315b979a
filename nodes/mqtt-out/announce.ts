// What a broker's nodes want to be said of the present state, and what the flows know of it: names, formats, silence.

import type { NodeAPI } from 'node-red'
import { Announcer } from '../../lib/announce/announcer.ts'
import type { GatewayTopics } from '../../lib/announce/homeassistant/messages.ts'
import type { AnnounceView, DeviceState } from '../../lib/announce/view.ts'
import type { FieldlogEvent } from '../../lib/event.ts'
import { systemDisk } from '../../lib/journal/disk/disk.ts'
import { inBackground } from '../../lib/kit/background.ts'
import { systemClock } from '../../lib/kit/clock.ts'
import type { Session } from '../../lib/mqtt/session/session.ts'
import type { Report } from '../../lib/mqtt/session/session-options.ts'
import { packageVersion } from '../../lib/package.ts'
import { deviceNames, devicesNode, watchedDevices } from '../devices/registry.ts'
import { formatDefinitions } from '../format/registry.ts'
import type { MqttOutSettings } from './options.ts'

/** ms between looks at which devices are silent */
const lookInterval = 5_000
const origin = {
  name: 'Fieldlog',
  version: packageVersion,
  url: 'https://example.org/fieldlog/node-red-gateway',
}

/** What one node wants. */
export interface AnnounceWish {
  gateway: string
  latest: 'off' | 'good' | 'all'
  homeAssistant: AnnounceView['homeAssistant']
}

/** The wish of a node by its settings. Reports hold many events, and none of them is a state. */
export function announceWish(settings: MqttOutSettings, gateway: string): AnnounceWish {
  const isOn = settings.homeassistant === 'on' && settings.payload !== 'report'
  const types = (settings.homeassistantTypes ?? '').split(',').flatMap((type) => type.trim() || [])
  const homeAssistant = isOn
    ? { prefix: settings.homeassistantPrefix, types: types.length > 0 ? new Set(types) : undefined }
    : undefined
  // the announcements point at the latest values
  const least = isOn ? 'good' : 'off'
  const latest = settings.latest === 'off' || settings.payload === 'report' ? least : settings.latest
  return { gateway, latest, homeAssistant }
}

/** Whether an event is a reading to be shown. What no node has judged is not bad. */
export function isShown({ verdict }: FieldlogEvent, { latest }: AnnounceWish): boolean {
  return latest === 'all' || (latest === 'good' && verdict !== 'bad')
}

/** What is said at one broker. */
export class BrokerAnnouncer {
  readonly #RED: NodeAPI
  readonly #announcer: Announcer
  readonly #wishes = new Set<AnnounceWish>()
  readonly #timer: NodeJS.Timeout

  constructor(
    RED: NodeAPI,
    session: Session,
    place: { directory: string; installation: string; own: GatewayTopics; report: Report },
  ) {
    this.#RED = RED
    this.#announcer = new Announcer({
      topics: session.retained,
      listen: (topic, received) => session.listen([topic], (_topic, payload) => received(payload)),
      clock: systemClock,
      random: Math.random,
      disk: systemDisk,
      directory: place.directory,
      installation: place.installation,
      origin,
      own: place.own,
      warn: (text) => place.report('warn', `mqtt: ${text}`),
    })
    this.#timer = setInterval(() => this.#look(), lookInterval)
  }

  /** The file is nobody else's now. */
  open(): void {
    inBackground(this.#announcer.open())
  }

  /** A node has come. Returns the function that takes its wish back. */
  join(wish: AnnounceWish): () => void {
    this.#wishes.add(wish)
    return () => {
      this.#wishes.delete(wish)
    }
  }

  take(event: FieldlogEvent): void {
    this.#announcer.take(event)
  }

  /** Returns whether there was such a device. */
  forget(device: string): boolean {
    return this.#announcer.forget(device)
  }

  /** The flows have started, perhaps other ones. */
  started(): void {
    const wishes = [...this.#wishes].filter(({ latest }) => latest !== 'off')
    this.#look()
    this.#announcer.set({
      gateway: wishes[0]?.gateway ?? '',
      isOn: wishes.length > 0,
      names: deviceNames(this.#RED),
      formats: formatDefinitions(this.#RED, []),
      isWatching: wishes.length > 0 && devicesNode(this.#RED) !== undefined,
      homeAssistant: together(wishes),
    })
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#announcer.close()
  }

  #look(): void {
    const states = new Map<string, DeviceState>()
    for (const { device, isSilent, limit } of watchedDevices(this.#RED)) {
      const other = states.get(device)
      const quiet = limit === null ? (other?.quiet ?? null) : Math.max(limit, other?.quiet ?? 0)
      states.set(device, { device, isSilent: isSilent || other?.isSilent === true, quiet })
    }
    this.#announcer.look([...states.values()])
  }
}

/** Of several nodes the prefix of the first one holds, and the types of all. */
function together(wishes: readonly AnnounceWish[]): AnnounceView['homeAssistant'] {
  const all = wishes.flatMap(({ homeAssistant }) => homeAssistant ?? [])
  const [first] = all
  if (first === undefined) return undefined
  const isEvery = all.some(({ types }) => types === undefined)
  return {
    prefix: first.prefix,
    types: isEvery ? undefined : new Set(all.flatMap(({ types }) => [...(types ?? [])])),
  }
}
