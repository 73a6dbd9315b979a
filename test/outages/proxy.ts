// A TCP proxy before a broker: it does damage on demand, in the middle of packets too, and notes what was
// acknowledged to whom.
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { type Packet, parser } from 'mqtt-packet'

export interface BrokerProxy {
  readonly port: number
  /** payload ids that were published through it and acknowledged, as the publisher was told */
  readonly acknowledged: Set<string>
  /** publishes that went through, repeats included */
  readonly published: string[]
  /** Closes all connections, after so many more bytes to the broker: in the middle of a packet. */
  cut(afterBytes?: number): void
  /** No byte passes, in either direction; connections stay open, as on a network that went silent. */
  stall(): void
  /** Bytes pass again. */
  resume(): void
  /** From now on bytes pass in pieces of `size`, `ms` apart; 0 ends that. */
  slowDown(size: number, ms: number): void
  close(): Promise<void>
}

/** Starts one on a free port of 127.0.0.1, before the port of a broker. */
export async function startProxy(brokerPort: number): Promise<BrokerProxy> {
  const links = new Set<Link>()
  const acknowledged = new Set<string>()
  const published: string[] = []
  const damage: Damage = { stalled: false, size: 0, ms: 0, bytesLeft: Number.POSITIVE_INFINITY }
  const cutAll = () => {
    damage.bytesLeft = Number.POSITIVE_INFINITY
    for (const link of links) link.end()
  }
  const server = createServer({ allowHalfOpen: false }, (client) => {
    const broker = connect(brokerPort, '127.0.0.1')
    const watch = watcher(published, acknowledged)
    const up = new Pipe(client, broker, damage, (bytes) => {
      watch.up(bytes)
      damage.bytesLeft -= bytes.length
      if (damage.bytesLeft <= 0) cutAll()
    })
    const down = new Pipe(broker, client, damage, (bytes) => watch.down(bytes))
    const link: Link = {
      flow() {
        up.flow()
        down.flow()
      },
      end() {
        links.delete(link)
        client.destroy()
        broker.destroy()
      },
    }
    links.add(link)
    for (const socket of [client, broker]) {
      socket.on('error', () => link.end())
      socket.on('close', () => link.end())
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }

  return {
    port,
    acknowledged,
    published,
    cut(afterBytes = 0) {
      damage.bytesLeft = afterBytes
      if (afterBytes === 0) cutAll()
    },
    stall() {
      damage.stalled = true
    },
    resume() {
      damage.stalled = false
      for (const link of links) link.flow()
    },
    slowDown(size, ms) {
      damage.size = size
      damage.ms = ms
      for (const link of links) link.flow()
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      cutAll()
      await closed
    },
  }
}

interface Link {
  flow(): void
  end(): void
}

interface Damage {
  stalled: boolean
  /** bytes of a piece, 0: all there is */
  size: number
  /** between pieces */
  ms: number
  /** to the broker, until the cut */
  bytesLeft: number
}

/** One direction of a connection. */
class Pipe {
  readonly #to: Socket
  readonly #damage: Damage
  readonly #passed: (bytes: Buffer) => void
  #held: Buffer[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(from: Socket, to: Socket, damage: Damage, passed: (bytes: Buffer) => void) {
    this.#to = to
    this.#damage = damage
    this.#passed = passed
    from.on('data', (bytes) => {
      this.#held.push(bytes)
      this.flow()
    })
  }

  flow(): void {
    const { stalled, size, ms } = this.#damage
    if (stalled || this.#timer !== undefined || this.#held.length === 0) return
    const all = Buffer.concat(this.#held)
    const limit = Math.min(size || all.length, this.#damage.bytesLeft)
    const piece = all.subarray(0, limit)
    this.#held = limit < all.length ? [all.subarray(limit)] : []
    if (!this.#to.destroyed) this.#to.write(piece)
    this.#passed(piece)
    if (this.#held.length === 0) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.flow()
    }, ms)
  }
}

/** Follows the packets of one connection. */
function watcher(published: string[], acknowledged: Set<string>) {
  const ids = new Map<number, string>()
  let up = parser()
  let down = parser()
  // a handshake, say, by which the session finds out whether the port speaks TLS: it is passed on, and not followed
  let isMqtt = true
  const onError = () => {
    isMqtt = false
  }
  const onUp = (packet: Packet) => {
    if (packet.cmd === 'connect') {
      const protocolVersion = (packet.protocolVersion ?? 4) as 3 | 4 | 5
      up = parser({ protocolVersion })
      down = parser({ protocolVersion })
      follow()
    } else if (packet.cmd === 'publish') {
      const id = /"id":"([^"]+)"/.exec(packet.payload.toString())?.[1]
      if (id === undefined) return
      published.push(id)
      if (packet.messageId !== undefined) ids.set(packet.messageId, id)
    }
  }
  const onDown = (packet: Packet) => {
    if (packet.cmd !== 'puback') return
    const id = ids.get(packet.messageId ?? 0)
    if (id !== undefined && (packet.reasonCode ?? 0) < 128) acknowledged.add(id)
  }
  const follow = () => {
    up.on('packet', onUp).on('error', onError)
    down.on('packet', onDown).on('error', onError)
  }
  follow()
  // the parser belongs to the packet that chose it: look it up for each piece
  return {
    up(bytes: Buffer) {
      if (isMqtt) up.parse(bytes)
    },
    down(bytes: Buffer) {
      if (isMqtt) down.parse(bytes)
    },
  }
}
