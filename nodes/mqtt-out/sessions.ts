// The sessions of this process, one for each mqtt-broker config node that is in use. A deploy that does not change
// the broker keeps its session: the connection, and what is known about the messages in flight.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { NodeAPI } from 'node-red'
import { inBackground } from '../../lib/kit/background.ts'
import { DiskOutbox, type DiskOutboxOptions } from '../../lib/mqtt/outbox/disk-outbox.ts'
import { DiskRefusedPile } from '../../lib/mqtt/outbox/refused.ts'
import { Session } from '../../lib/mqtt/session/session.ts'
import type { Report, SessionOptions } from '../../lib/mqtt/session/session-options.ts'
import { onFlows } from '../shared/flows.ts'
import { type AnnounceWish, BrokerAnnouncer } from './announce.ts'
import { type BrokerNode, type BrokerSettings, othersWithTheSameId } from './broker.ts'
import { healthParts } from './health.ts'

export interface Seat {
  readonly session: Session
  readonly announcer: BrokerAnnouncer
  /** Resolves at once in a deploy; when Node-RED stops, once the session of the last node is closed. */
  leave(): Promise<void>
}

/** What a node wants to be said of the present state. */
export interface Announced {
  wish: AnnounceWish
  /** a few letters that tell this installation from all others */
  installation: () => string
}

/** What the nodes of a broker say of its outbox. */
export type OutboxSettings = Pick<DiskOutboxOptions, 'maxBytes' | 'keep' | 'order' | 'pace'>

interface Shared {
  session: Session
  announcer: BrokerAnnouncer
  outbox: string
  statusTopic: string
  fingerprint: string
  seats: number
  /** other nodes that connect with the same client id, as far as that was said */
  others: number
}

const sessions = new Map<string, Shared>()
/** by broker: what was closed and has not let go of the outbox and the client id yet */
const closing = new Map<string, Promise<void>>()
const watched = new WeakSet<object>()
let running: unknown
let stopping = false

/** The session of a broker; undefined while no node uses it. */
export function sessionOf(brokerId: string): Session | undefined {
  return sessions.get(brokerId)?.session
}

/** Takes back what was said of a device at a broker. Undefined while no node uses the broker. */
export function forgetDevice(brokerId: string, device: string): boolean | undefined {
  return sessions.get(brokerId)?.announcer.forget(device)
}

/** All that are in use, by the id of their broker. */
export function sessionsInUse(): Array<[string, Session]> {
  return [...sessions].map(([brokerId, { session }]) => [brokerId, session])
}

/** A node's seat in the session of a broker; the first one opens it, or a change of the broker's settings. */
export function takeSeat(
  RED: NodeAPI,
  brokerId: string,
  options: BrokerSettings,
  outbox: OutboxSettings,
  announced: Announced,
): Seat {
  watchFlows(RED)
  const shared = sharedSession(RED, brokerId, options, outbox, announced.installation)
  shared.seats++
  const takeBack = shared.announcer.join(announced.wish)
  return {
    session: shared.session,
    announcer: shared.announcer,
    async leave() {
      shared.seats--
      takeBack()
      if (stopping && shared.seats === 0) await close(brokerId, shared)
    },
  }
}

function sharedSession(
  RED: NodeAPI,
  brokerId: string,
  options: BrokerSettings,
  settings: OutboxSettings,
  installation: () => string,
): Shared {
  const { statusTopic } = options
  const fingerprint = fingerprintOf(options)
  const outboxText = JSON.stringify(settings)
  const old = sessions.get(brokerId)
  if (old?.fingerprint === fingerprint && (old.statusTopic === statusTopic || old.seats > 0)) {
    if (old.statusTopic !== statusTopic) {
      const text = `mqtt: nodes of one broker share one status topic; it is ${old.statusTopic}, not ${statusTopic}`
      reporter(RED, brokerId)('warn', text)
    }
    if (old.outbox === outboxText) return old
    if (old.seats > 0) {
      const text = 'mqtt: nodes of one broker share one outbox; order, pace and limits of the first one hold'
      reporter(RED, brokerId)('warn', text)
      return old
    }
  }
  const directory = outboxDirectory(RED, brokerId)
  const report = reporter(RED, brokerId)
  const session = new Session(options, {
    report,
    outbox: new DiskOutbox({ ...settings, directory }),
    refused: new DiskRefusedPile({ directory: join(directory, 'refused') }, (text) =>
      report('warn', `mqtt: ${text}`),
    ),
    health: () => healthParts(RED, directory),
  })
  const announcer = new BrokerAnnouncer(RED, session, {
    ...{ directory, installation: installation(), report },
    own: { status: statusTopic, health: options.healthTopic },
  })
  const shared: Shared = {
    ...{ session, announcer, statusTopic, fingerprint, outbox: outboxText },
    ...{ seats: 0, others: 0 },
  }
  if (old !== undefined) inBackground(close(brokerId, old))
  sessions.set(brokerId, shared)
  const begin = () => {
    announcer.open()
    session.start()
  }
  // one before it has the same client id, and the outbox with what was announced: the two must not meet
  const before = closing.get(brokerId)
  if (before === undefined) begin()
  else inBackground(before.then(begin))
  return shared
}

async function close(brokerId: string, shared: Shared): Promise<void> {
  if (sessions.get(brokerId) === shared) sessions.delete(brokerId)
  const ended = shared.announcer.close().then(() => shared.session.close())
  const closed = Promise.all([closing.get(brokerId), ended]).then(() => {
    if (closing.get(brokerId) === closed) closing.delete(brokerId)
  })
  closing.set(brokerId, closed)
  await closed
}

/**
 * Tells a deploy from a stop: a deploy puts the new configuration in place before it stops the old nodes, a stop
 * does not. What nobody uses after a deploy is closed.
 */
function watchFlows(RED: NodeAPI): void {
  if (watched.has(RED.events)) return
  watched.add(RED.events)
  onFlows(RED.events, {
    stopping({ config }) {
      stopping = config === running
    },
    started({ config }) {
      running = config
      stopping = false
      for (const [brokerId, shared] of sessions) {
        if (shared.seats === 0) inBackground(close(brokerId, shared))
        else {
          warnOfOthers(RED, brokerId, shared)
          shared.announcer.started()
        }
      }
    },
  })
}

/** Two connections with one client id throw each other out. */
function warnOfOthers(RED: NodeAPI, brokerId: string, shared: Shared): void {
  const broker = RED.nodes.getNode(brokerId) as BrokerNode | null
  const others = broker === null ? 0 : othersWithTheSameId(RED, broker)
  if (others > 0 && others !== shared.others) {
    const nodes = others === 1 ? 'another node uses' : `${others} other nodes use`
    const text = `mqtt: ${nodes} this configuration, with its client id: the broker throws one of the two connections out`
    reporter(RED, brokerId)('warn', `${text}. Give mqtt out a broker configuration of its own.`)
  }
  shared.others = others
}

/** Lines for the log come from the broker's config node: its name stands before them, and in the debug sidebar. */
function reporter(RED: NodeAPI, brokerId: string): Report {
  return (level, text) => {
    const from = RED.nodes.getNode(brokerId) ?? RED.log
    if (level === 'info') from.log(text as never)
    else from[level](text)
  }
}

/** `<userDir>/outbox/<broker id>` */
export function outboxDirectory(RED: NodeAPI, brokerId: string): string {
  return join(RED.settings.userDir ?? process.cwd(), 'outbox', folderName(brokerId))
}

/** The id of a node as the name of a folder; ids that a user has written may hold anything. */
export function folderName(id: string): string {
  if (/^[\w-]{1,100}$/.test(id)) return id
  return createHash('sha256').update(id).digest('hex').slice(0, 16)
}

function fingerprintOf({ statusTopic: _, healthTopic: __, tls, ...options }: SessionOptions): string {
  const { wsOptions, ...rest } = tls ?? {}
  const text = JSON.stringify([options, rest, wsOptions !== undefined])
  return createHash('sha256').update(text).digest('hex')
}
