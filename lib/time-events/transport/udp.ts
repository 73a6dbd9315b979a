import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { asError, errorCode, withCode } from '../../kit/errors.ts'
import { Fifo } from '../../kit/fifo.ts'
import type { Receiver, ReceiverListener, Sender } from './receiver.ts'

export interface UdpAddress {
  host: string
  port: number
}

const receiveBuffer = 1 << 20
/** datagrams that are kept while nobody takes them: Node.js reads a UDP socket without being asked */
const mostHeld = 10_000

/** Resolves when it listens; `port` is the one that the system chose, where 0 was given. */
export async function receiveFromUdp(
  { host, port }: UdpAddress,
  listener: ReceiverListener & {
    /** one came while nobody took them, and there was no room to keep it */
    dropped(): void
  },
): Promise<Receiver & { port: number }> {
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4' })
  await listen(socket, { host, port })
  const held = new Fifo<{ bytes: Buffer; sender: string | undefined }>()
  let isPaused = false
  socket.on('error', (error) => listener.failed(error))
  socket.on('message', (bytes, { address }) => {
    const sender = isThisMachine(address) ? undefined : address
    if (!isPaused) listener.datagram(bytes, false, sender)
    else if (held.length < mostHeld) held.push({ bytes, sender })
    else listener.dropped()
  })
  return {
    port: socket.address().port,
    pause() {
      isPaused = true
    },
    resume() {
      isPaused = false
      while (!isPaused && held.first) {
        const { bytes, sender } = held.shift()!
        listener.datagram(bytes, false, sender)
      }
    },
    close: () => new Promise((resolve) => socket.close(resolve)),
  }
}

/** UDP never says whether somebody got what was sent. */
export function sendToUdp({ host, port }: UdpAddress): Sender {
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4' })
  let pending = 0
  // what fails is a host that cannot be found, and nobody could do anything about it
  const sent = () => {
    pending--
  }
  socket.on('error', () => {})
  socket.unref()
  return {
    send(datagram) {
      pending++
      socket.send(datagram, port, host, sent)
      return undefined
    },
    get pending() {
      return pending
    },
    close: () => socket.close(),
  }
}

function isThisMachine(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}

function listen(socket: Socket, { host, port }: UdpAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: unknown) => {
      socket.close()
      const code = errorCode(error) ?? 'EVENTS_UDP'
      const why =
        code === 'EADDRINUSE' ? 'another program has this port: choose another' : asError(error).message
      reject(withCode(code, new Error(`time events: cannot listen at UDP ${host}:${port}: ${why}`)))
    }
    socket.once('error', failed)
    socket.bind({ port, address: host }, () => {
      socket.off('error', failed)
      // only as much as the system allows
      socket.setRecvBufferSize(receiveBuffer)
      resolve()
    })
  })
}
