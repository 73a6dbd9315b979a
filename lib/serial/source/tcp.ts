// A TCP server that sends lines: a serial device server (ser2net, ESP-link), or another gateway.
import { connect, type Socket } from 'node:net'
import { type Clock, systemClock } from '../../kit/clock.ts'
import { tcpError } from './explain.ts'
import { type LineSource, type Link, type LinkEvents, SourceError } from './source.ts'

const connectLimit = 10_000
/** a server's first bytes come a round trip after the connection, over a slow network too */
export const settlesAfter = 300
/** the system asks a silent peer whether it is still there, so that a dead one is noticed */
const keepAliveAfter = 15_000

export function tcpSource(
  host: string,
  port: number,
  name: string,
  text: string,
  clock: Clock = systemClock,
): LineSource {
  return {
    name,
    text,
    holdsBack: true,
    settlesAfter,
    place: async () => `tcp://${text}`,
    connect: (events, signal) => connectTcp(host, port, text, events, signal, clock),
  }
}

/** A connection to a server. @param text as messages name it */
export async function connectTcp(
  host: string,
  port: number,
  text: string,
  events: LinkEvents,
  signal: AbortSignal,
  clock: Clock,
): Promise<Link> {
  const socket = connect({
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveAfter,
  })
  await established(socket, text, signal, clock)
  return new TcpLink(socket, text, events, clock)
}

function established(socket: Socket, text: string, signal: AbortSignal, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      settle()
      socket.on('error', () => socket.destroy()).destroy()
      reject(tcpError(text, error))
    }
    const succeed = () => {
      settle()
      resolve()
    }
    const abort = () => fail(signal.reason)
    const cancelTimer = clock.after(connectLimit, () =>
      fail(new SourceError(`${text} does not answer`, 'no answer')),
    )
    const settle = () => {
      cancelTimer()
      socket.off('error', fail).off('connect', succeed)
      signal.removeEventListener('abort', abort)
    }
    socket.once('error', fail).once('connect', succeed)
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
  })
}

class TcpLink implements Link {
  readonly #socket: Socket
  readonly #text: string
  readonly #events: LinkEvents
  readonly #clock: Clock
  #closing = false
  #error: unknown

  constructor(socket: Socket, text: string, events: LinkEvents, clock: Clock) {
    this.#socket = socket
    this.#text = text
    this.#events = events
    this.#clock = clock
    socket.on('data', (chunk: Buffer) => this.#give(chunk))
    socket.on('error', (error) => {
      this.#error = error
    })
    socket.on('close', () => {
      if (this.#closing) return
      this.#closing = true
      const reason = this.#error
        ? tcpError(text, this.#error)
        : new SourceError(`${text} closed the connection`, 'closed')
      events.closed(reason)
    })
  }

  write(data: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(data, (error) => (error ? reject(tcpError(this.#text, error)) : resolve()))
    })
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  async close(): Promise<void> {
    this.#closing = true
    this.#socket.pause()
    this.#socket.removeAllListeners('data')
    // what the socket holds had been read from the network while the flow was paused
    for (let chunk = this.#socket.read(); chunk; chunk = this.#socket.read()) this.#give(chunk as Buffer)
    if (this.#socket.destroyed) return
    await new Promise<void>((resolve) => {
      this.#socket.once('close', () => resolve()).destroy()
    })
  }

  #give(chunk: Buffer): void {
    this.#events.data(chunk, this.#clock.wall())
  }
}
