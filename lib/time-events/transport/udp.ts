import { createSocket, type Socket } from 'node:dgram'
import { lookup as lookUp } from 'node:dns'
import { isIP, isIPv6 } from 'node:net'
import { BoundedQueue } from '../../kit/bounded-queue.ts'
import { asError, errorCode, withCode } from '../../kit/errors.ts'
import { longestTaken, mostInTurn, type Receiver, type ReceiverListener, type Sender } from './receiver.ts'

export interface UdpAddress {
  host: string
  port: number
}

const receiveBuffer = 1 << 20
/** What is kept while nobody takes it: Node.js reads a UDP socket without being asked. */
const mostHeld = { count: 10_000, bytes: 16 << 20 }
/** datagrams that may be on their way to the system: it takes each at once, unless its buffer is full */
const mostPending = 1_000

interface Datagram {
  bytes: Buffer
  isCut: boolean
  sender: string | undefined
  endpoint: string
}

/** Resolves when it listens; `port` is the one that the system chose, where 0 was given. */
export async function receiveFromUdp(
  { host, port }: UdpAddress,
  listener: ReceiverListener & {
    /** one came while nobody took them, and there was no room to keep it */
    dropped(endpoint: string): void
  },
): Promise<Receiver & { port: number }> {
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4' })
  await listen(socket, { host, port })
  const held = new BoundedQueue<Datagram>(mostHeld, ({ bytes }) => bytes.length)
  let isPaused = false
  let isClosed = false
  let isDraining = false

  /** What was kept goes on in slices, so that everything else has its turn. */
  function drain(): void {
    isDraining = false
    for (let count = 0; count < mostInTurn && !isPaused && held.first; count++) {
      const { bytes, isCut, sender, endpoint } = held.shift()!
      listener.datagram(bytes, isCut, sender, endpoint)
    }
    drainLater()
  }

  function drainLater(): void {
    if (isDraining || isPaused || isClosed || held.length === 0) return
    isDraining = true
    setImmediate(drain)
  }

  socket.on('error', (error) => listener.failed(error))
  socket.on('message', (datagram, { address, port: from }) => {
    const sender = isThisMachine(address) ? undefined : address
    const endpoint = `${address} ${from}`
    const isCut = datagram.length > longestTaken
    if (!isPaused && held.length === 0) {
      listener.datagram(datagram, isCut, sender, endpoint)
      return
    }
    // a copy: the beginning alone would keep all of it in memory
    const bytes = isCut ? Buffer.from(datagram.subarray(0, longestTaken)) : datagram
    if (held.hasRoomFor(bytes.length)) held.push({ bytes, isCut, sender, endpoint })
    else listener.dropped(endpoint)
  })
  return {
    port: socket.address().port,
    pause() {
      isPaused = true
    },
    resume() {
      isPaused = false
      drainLater()
    },
    close() {
      isClosed = true
      return new Promise((resolve) => socket.close(resolve))
    },
  }
}

/** UDP never says whether somebody got what was sent. */
export function sendToUdp({ host, port }: UdpAddress): Sender {
  const family = isIPv6(host) ? 6 : 4
  const socket = createSocket({ type: `udp${family}`, ...(isIP(host) ? { lookup: asIs } : {}) })
  let pending = 0
  let isClosing = false
  // what fails is a host that cannot be found, and nobody could do anything about it
  const sent = () => {
    pending--
    if (isClosing && pending === 0) socket.close()
  }
  socket.on('error', () => {})
  socket.unref()
  return {
    send(datagram) {
      if (pending >= mostPending) return 'EAGAIN'
      pending++
      socket.send(datagram, port, host, sent)
      return undefined
    },
    get pending() {
      return pending
    },
    close() {
      isClosing = true
      if (pending === 0) socket.close()
    },
  }
}

/** An address needs no look-up, which would cost a turn of the event loop for each datagram. */
const asIs: typeof lookUp = Object.assign(
  (host: string, family: unknown, found: (error: null, address: string, family: number) => void) =>
    found(null, host, Number(family)),
  lookUp,
) as typeof lookUp

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
