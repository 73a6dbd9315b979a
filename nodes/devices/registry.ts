// Lets other nodes find the names of the devices, and what watches them. A watch outlives its users through a deploy, so
// it stands here, by its journal's directory.
import type { EventEmitter } from 'node:events'
import type { Node, NodeAPI } from 'node-red'
import type { LogService } from '../../lib/delivery/log-service.ts'
import { deviceSource } from '../../lib/devices/device-event.ts'
import { type DeviceNames, noNames } from '../../lib/devices/names.ts'
import type { SeriesReport } from '../../lib/devices/watch/device-watch.ts'
import { type DeviceHealth, healthOf } from '../../lib/devices/watch/health.ts'
import { LiveWatch, type WatchedJournal } from '../../lib/devices/watch/live-watch.ts'
import { systemDisk } from '../../lib/journal/disk/disk.ts'
import { systemClock } from '../../lib/kit/clock.ts'
import type { JournalNode } from '../journal/registry.ts'
import { onFlows } from '../shared/flows.ts'

export const DEVICES_TYPE = 'fieldlog-devices'

/** A deployed `fieldlog-devices`. */
export interface DevicesNode extends Node {
  names?: DeviceNames
}

/** More events than this wait to be sent: what devices send now comes here late. */
const mostWaiting = 1_000

/** The devices node of the flows: there should be one; of several the first one holds. */
export function devicesNode(RED: NodeAPI): DevicesNode | undefined {
  let first: DevicesNode | undefined
  RED.nodes.eachNode(({ id, type }) => {
    if (type === DEVICES_TYPE) first ??= (RED.nodes.getNode(id) as DevicesNode | null) ?? undefined
  })
  return first
}

/** The names that hold now. Ask from `flows:started` on, and again at each: see `formatDefinitions`. */
export function deviceNames(RED: NodeAPI): DeviceNames {
  return devicesNode(RED)?.names ?? noNames
}

/** A clean node's seat at the watch of its journal. */
export interface WatchSeat {
  readonly watch: LiveWatch
  /** Resolves when what was learnt is stored. @param isForGood the watch is not needed for the next flows */
  leave(isForGood: boolean): Promise<void>
}

interface Watched {
  watch: LiveWatch
  users: Set<string>
}

/** by runtime, then by the journal's directory, or by node where there is none */
const runtimes = new WeakMap<EventEmitter, Map<string, Watched>>()

/** Takes a seat, or takes it anew with the names and the journal of today. */
export function takeWatchSeat(RED: NodeAPI, user: Node, journal: JournalNode | undefined): WatchSeat {
  const all = runtimes.get(RED.events) ?? newWatches(RED)
  const own = journal && watchedJournal(journal)
  const place = own?.directory ?? `node ${user.id}`
  const watched = all.get(place) ?? { watch: new LiveWatch(systemClock), users: new Set() }
  all.set(place, watched)
  watched.users.add(user.id)
  const node = devicesNode(RED)
  watched.watch.attach({
    names: node?.names ?? noNames,
    tells: node !== undefined,
    journal: own,
    warn: (text) => (node ?? user).warn(text),
  })
  return {
    watch: watched.watch,
    async leave(isForGood) {
      watched.users.delete(user.id)
      if (watched.users.size > 0) return
      if (isForGood && all.get(place) === watched) all.delete(place)
      await watched.watch.detach()
    },
  }
}

/**
 * Those that nobody uses when the flows have started are of journals that no clean node stands behind any more: what they know would be
 * told for ever.
 */
function newWatches({ events }: NodeAPI): Map<string, Watched> {
  const all = new Map<string, Watched>()
  runtimes.set(events, all)
  const forgetUnused = () => {
    for (const [place, { users }] of all) if (users.size === 0) all.delete(place)
  }
  // all nodes are told of the start one after the other, and take their seats then
  onFlows(events, { started: () => queueMicrotask(forgetUnused) })
  return all
}

/** What the watches of the runtime know, of all journals. */
export function watchedDevices(RED: NodeAPI): SeriesReport[] {
  return [...(runtimes.get(RED.events)?.values() ?? [])].flatMap(({ watch }) => watch.report())
}

/** Empty where the flows have no devices node: then nothing is told. */
export function deviceHealth(RED: NodeAPI): Partial<DeviceHealth> {
  const names = devicesNode(RED)?.names
  return names ? healthOf(watchedDevices(RED), names, systemClock.wall()) : {}
}

function watchedJournal({ service, directory }: JournalNode): WatchedJournal | undefined {
  if (!service || directory === undefined) return undefined
  return {
    disk: systemDisk,
    directory,
    isListening: () => isListening(service),
    log: (data) =>
      new Promise((resolve, reject) => {
        service.log({ payload: data }, deviceSource, (error) => (error ? reject(error) : resolve()))
      }),
  }
}

/** The disk takes what comes, and what comes is sent at once. */
function isListening(service: LogService): boolean {
  const { problem, delivery, journal } = service.state
  if (problem !== undefined || journal.failure !== undefined) return false
  return delivery !== undefined && delivery.waiting <= mostWaiting
}
