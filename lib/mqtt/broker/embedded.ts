// The embedded broker (aedes, MQTT 3.1.1), for a gateway that has no other: loopback only, without a login.
import { type EventEmitter, once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { Aedes, type Client, type PublishPacket } from 'aedes'
import { type Clock, systemClock } from '../../kit/clock.ts'
import { asError, errorCode } from '../../kit/errors.ts'
import { RateLimit } from '../../kit/rate-limit.ts'
import { type BrokerLimits, defaultLimits, LimitKeeper } from './limits.ts'

export interface EmbeddedBrokerOptions {
  /** on 127.0.0.1; 0 takes a free one */
  port: number
  /** what goes wrong while it runs; default: nothing is said */
  report?: (text: string) => void
  /** ms that a subscriber may leave its messages unread before it is disconnected; default 5,000 */
  drainTimeout?: number
  /** what clients may cost; each has a default */
  limits?: Partial<BrokerLimits>
  clock?: Clock
}

export interface EmbeddedBroker {
  port: number
  url: string
  /** Disconnects all clients and frees the port. */
  stop(): Promise<void>
}

const host = '127.0.0.1'
const reportInterval = 60_000
/** The return code of CONNACK (MQTT 3.1.1, 3.2.2.3). */
const unacceptableVersion = 1

/**
 * Starts it. Rejects with an Error whose `code` is the system's (EADDRINUSE: another program has the port).
 *
 * Its memory stays bounded: it keeps nothing for subscribers that are away (each session is a clean one, whatever
 * the client asks for), one that does not read holds publishers back, by TCP, until it is disconnected, and
 * everything else that a client may cost has a limit.
 */
export async function startEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const { report = () => {}, drainTimeout = 5_000, clock = systemClock } = options
  const limits = { ...defaultLimits, ...options.limits }
  const rate = new RateLimit(reportInterval, clock)
  const say = (kind: keyof BrokerLimits, text: string) => {
    if (rate.allows(kind)) report(`the embedded broker: ${text}`)
  }
  const keeper = new LimitKeeper(limits, say, clock)
  const { authorizePublish, authorizeForward, authorizeSubscribe } = keeper
  const aedes = await Aedes.createBroker({
    drainTimeout,
    connectTimeout: limits.connectTimeout,
    authorizePublish,
    authorizeForward,
    authorizeSubscribe,
    preConnect(_client, packet, allow) {
      packet.clean = true
      allow(null, true)
    },
  })
  keepNoPayloads(aedes)
  const events: EventEmitter = aedes
  events.on('unsubscribe', (topics: string[], client: Client) => keeper.unsubscribed(client, topics))
  events.on('error', (error: Error) => report(`the embedded broker: ${error.message}`))
  events.on('connectionError', (_client: Client, error: Error & { errorCode?: number }) => {
    // errors of the network have codes; what has none is a client that did not keep to the protocol. One that asks for
    // MQTT 5 is told so, and asks again: ours does
    if (errorCode(error) === undefined && error.errorCode !== unacceptableVersion) {
      say('connectTimeout', `a connection was closed before it was let in: ${error.message}`)
    }
  })
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    let client: (Client & { connackSent?: boolean }) | undefined
    keeper.watch(socket, () => client?.connackSent === true)
    client = aedes.handle(socket)
  })
  server.maxConnections = limits.connections
  server.on('drop', () => {
    say('connections', `${limits.connections} clients are connected; more are refused`)
  })
  const closeBroker = () => new Promise<void>((resolve) => aedes.close(resolve))
  try {
    server.listen(options.port, host)
    await once(server, 'listening')
  } catch (error) {
    await closeBroker()
    throw listenError(options.port, asError(error))
  }
  server.on('error', (error) => report(`the embedded broker: ${error.message}`))
  const { port } = server.address() as { port: number }
  return {
    port,
    url: `mqtt://${host}:${port}`,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      await closeBroker()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/**
 * With QoS 2 aedes remembers a message from its arrival to its PUBREL, to recognise repeats. It has passed the message
 * on by then, so the payload need not be remembered.
 */
function keepNoPayloads(aedes: Aedes): void {
  const { persistence } = aedes as unknown as { persistence: Persistence }
  const store = persistence.incomingStorePacket.bind(persistence)
  persistence.incomingStorePacket = (client, packet) => store(client, { ...packet, payload: '' })
}

interface Persistence {
  incomingStorePacket(client: Client, packet: PublishPacket): Promise<void>
}

function listenError(port: number, cause: Error): Error {
  const code = errorCode(cause)
  const why = code === 'EADDRINUSE' ? 'another program has the port' : cause.message
  const error = new Error(`the embedded broker cannot listen on ${host}:${port}: ${why}`, { cause })
  return Object.assign(error, { code })
}
