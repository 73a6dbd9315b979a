// The embedded broker (aedes, MQTT 3.1.1), for a gateway that has no other: loopback only, without a login.
import { type EventEmitter, once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { Aedes } from 'aedes'
import { asError, errorCode } from '../../kit/errors.ts'

export interface EmbeddedBrokerOptions {
  /** on 127.0.0.1; 0 takes a free one */
  port: number
  /** what goes wrong while it runs; default: nothing is said */
  report?: (text: string) => void
  /** ms that a subscriber may leave its messages unread before it is disconnected; default 5,000 */
  drainTimeout?: number
}

export interface EmbeddedBroker {
  port: number
  url: string
  /** Disconnects all clients and frees the port. */
  stop(): Promise<void>
}

const host = '127.0.0.1'

/**
 * Starts it. Rejects with an Error whose `code` is the system's (EADDRINUSE: another program has the port).
 *
 * Its memory stays bounded: it keeps nothing for subscribers that are away (each session is a clean one, whatever
 * the client asks for), and one that does not read holds publishers back, by TCP, until it is disconnected.
 */
export async function startEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const { report = () => {}, drainTimeout = 5_000 } = options
  const aedes = await Aedes.createBroker({
    drainTimeout,
    preConnect(_client, packet, allow) {
      packet.clean = true
      allow(null, true)
    },
  })
  const events: EventEmitter = aedes
  events.on('error', (error: Error) => report(`the embedded broker: ${error.message}`))
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    aedes.handle(socket)
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

function listenError(port: number, cause: Error): Error {
  const code = errorCode(cause)
  const why = code === 'EADDRINUSE' ? 'another program has the port' : cause.message
  const error = new Error(`the embedded broker cannot listen on ${host}:${port}: ${why}`, { cause })
  return Object.assign(error, { code })
}
