// What the embedded broker takes from its clients. It runs in the process that logs, so what a client may cost is
// limited; beyond a limit it refuses or drops, and says so once a minute.
import type { Socket } from 'node:net'
import type { AedesPublishPacket, Client, PublishPacket, Subscription } from 'aedes'
import type { Clock } from '../../kit/clock.ts'
import { ClientInput } from './client-input.ts'
import { ReadPace } from './read-pace.ts'

export interface BrokerLimits {
  /** clients at a time; default 100 */
  connections: number
  /** bytes of one packet; default 1 MiB */
  packet: number
  /** bytes that a client may send before it is let in; default 64 KiB */
  beforeConnect: number
  /** bytes of unfinished packets, of all clients together; default 16 MiB */
  unfinished: number
  /** bytes a second that are read from all clients together; default 32 MiB */
  bytesPerSecond: number
  /** topics with a retained message; default 10,000 */
  retainedTopics: number
  /** bytes of retained messages with their topics; default 16 MiB */
  retainedBytes: number
  /** bytes that wait for one client to read them; default 4 MiB */
  queued: number
  /** bytes that wait for all clients together; default 32 MiB */
  queuedByAll: number
  /** subscriptions of a client; default 500 */
  subscriptions: number
  /** bytes of a client's subscriptions; default 64 KiB */
  subscriptionBytes: number
  /** ms until a client must have said who it is; default 10,000 */
  connectTimeout: number
}

const MiB = 2 ** 20

export const defaultLimits: BrokerLimits = {
  connections: 100,
  packet: MiB,
  beforeConnect: 64 * 1024,
  unfinished: 16 * MiB,
  bytesPerSecond: 32 * MiB,
  retainedTopics: 10_000,
  retainedBytes: 16 * MiB,
  queued: 4 * MiB,
  queuedByAll: 32 * MiB,
  subscriptions: 500,
  subscriptionBytes: 64 * 1024,
  connectTimeout: 10_000,
}

/** a client that has no more than this to read is not looked at more closely */
const littleQueued = 64 * 1024

/** Says that a limit was reached. `kind` is the limit; the text is said for the first of a kind in a minute. */
export type SayLimit = (kind: keyof BrokerLimits, text: string) => void

/** Keeps the accounts of one broker. */
export class LimitKeeper {
  readonly #limits: BrokerLimits
  readonly #say: SayLimit
  readonly #pace: ReadPace
  readonly #sockets = new Set<Socket>()
  /** topic → bytes of its retained message */
  readonly #retained = new Map<string, number>()
  #retainedBytes = 0
  #unfinished = 0
  readonly #subscriptions = new WeakMap<Client, Map<string, number>>()

  constructor(limits: BrokerLimits, say: SayLimit, clock: Clock) {
    this.#limits = limits
    this.#say = say
    this.#pace = new ReadPace(limits.bytesPerSecond, clock)
  }

  /**
   * Stands between a socket and the broker; to be called before the broker has it.
   * @param isIn whether the client has been let in
   */
  watch(socket: Socket, isIn: () => boolean): void {
    let before = 0
    this.#sockets.add(socket)
    new ClientInput(socket, this.#limits.packet, this.#pace, {
      read: (bytes, unfinished, tooLong) => {
        this.#unfinished += unfinished
        before += isIn() ? 0 : bytes
        return !this.#isTooMuch(tooLong, before)
      },
      ended: (unfinished) => {
        this.#unfinished -= unfinished
        this.#sockets.delete(socket)
      },
    })
  }

  #isTooMuch(tooLong: boolean, before: number): boolean {
    const { packet, beforeConnect, unfinished } = this.#limits
    if (tooLong) {
      this.#say('packet', `a client sent a packet of more than ${packet} bytes and was disconnected`)
    } else if (before > beforeConnect) {
      this.#say('beforeConnect', `a client sent more than ${beforeConnect} bytes before it was let in`)
    } else if (this.#unfinished > unfinished) {
      this.#say(
        'unfinished',
        `unfinished packets take more than ${unfinished} bytes; a client was disconnected`,
      )
    } else return false
    return true
  }

  /** aedes' `authorizePublish`. A message that cannot be retained any more goes to those who listen now. */
  authorizePublish = (
    _client: Client | null,
    packet: PublishPacket,
    done: (error?: Error | null) => void,
  ): void => {
    const isReserved = packet.topic.startsWith('$SYS/')
    if (!isReserved && packet.retain && !this.#retain(packet)) packet.retain = false
    done(isReserved ? new Error('topics below $SYS are reserved for the broker') : null)
  }

  #retain(packet: PublishPacket): boolean {
    const { topic, payload } = packet
    const { retainedTopics, retainedBytes } = this.#limits
    const before = this.#retained.get(topic)
    const bytes = payload.length === 0 ? 0 : Buffer.byteLength(topic) + payload.length
    const allBytes = this.#retainedBytes - (before ?? 0) + bytes
    if (bytes > 0 && before === undefined && this.#retained.size >= retainedTopics) {
      this.#say('retainedTopics', `${retainedTopics} topics have a retained message; more are not kept`)
      return false
    }
    if (bytes > 0 && allBytes > retainedBytes) {
      this.#say('retainedBytes', `retained messages take ${retainedBytes} bytes; more are not kept`)
      return false
    }
    this.#retainedBytes = allBytes
    if (bytes > 0) this.#retained.set(topic, bytes)
    else this.#retained.delete(topic)
    // a part of a larger buffer would keep all of it in memory
    packet.payload = Buffer.from(payload)
    return true
  }

  /** aedes' `authorizeForward`: a client that has too much to read already gets nothing more, and is disconnected. */
  authorizeForward = (client: Client, packet: AedesPublishPacket): AedesPublishPacket | null => {
    const socket = client.conn as Socket
    const { queued, queuedByAll } = this.#limits
    if (socket.writableLength <= littleQueued) return packet
    if (socket.writableLength > queued) {
      this.#say('queued', `a client left more than ${queued} bytes unread and was disconnected`)
    } else if (this.#allQueued() > queuedByAll) {
      this.#say('queuedByAll', `clients left more than ${queuedByAll} bytes unread; one was disconnected`)
    } else return packet
    socket.destroy()
    return null
  }

  #allQueued(): number {
    let sum = 0
    for (const { writableLength } of this.#sockets) sum += writableLength
    return sum
  }

  /** aedes' `authorizeSubscribe`: beyond the limit the client is told that the subscription failed. */
  authorizeSubscribe = (
    client: Client,
    subscription: Subscription,
    done: (error: Error | null, subscription?: Subscription | null) => void,
  ): void => {
    const { subscriptions, subscriptionBytes } = this.#limits
    const own = this.#subscriptions.get(client) ?? new Map<string, number>()
    this.#subscriptions.set(client, own)
    const { topic } = subscription
    const bytes = [...own.values()].reduce((sum, each) => sum + each, Buffer.byteLength(topic))
    const fits = own.has(topic) || (own.size < subscriptions && bytes <= subscriptionBytes)
    if (fits) own.set(topic, Buffer.byteLength(topic))
    else this.#say('subscriptions', `a client has ${own.size} subscriptions; more are refused`)
    done(null, fits ? subscription : null)
  }

  unsubscribed(client: Client, topics: readonly string[]): void {
    for (const topic of topics) this.#subscriptions.get(client)?.delete(topic)
  }
}
