// A server that speaks telnet, and sets a serial port by RFC 2217 if it is told to: written from the RFCs, for tests.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

export interface TelnetServerOptions {
  /** how it answers WILL COM-PORT-OPTION. Default: it does not */
  comPort?: 'yes' | 'no'
  /** what it sets in the place of what it is told: by the number of the command */
  sets?: Record<number, number[]>
  /** commands of COM-PORT-OPTION that it does not answer */
  silent?: number[]
}

export interface TelnetServer {
  readonly port: number
  /** everything received so far, in hex */
  readonly received: string
  /** Resolves with the next connection. */
  connection(): Promise<Socket>
  /** Resolves when what was received has this hex in it. */
  gets(hex: string): Promise<void>
  close(): Promise<void>
}

export async function startTelnetServer({
  comPort,
  sets = {},
  silent = [],
}: TelnetServerOptions = {}): Promise<TelnetServer> {
  const sockets: Socket[] = []
  let taken = 0
  let received = ''
  let changed: () => void = () => undefined
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => socket.destroy()))
    changed()
    let answered = 0
    socket.on('data', (chunk) => {
      received += chunk.toString('hex')
      changed()
      if (comPort === undefined) return
      const news = received.slice(answered)
      answered = received.length
      if (news.includes('fffb2c')) socket.write(Buffer.from(comPort === 'yes' ? 'fffd2c' : 'fffe2c', 'hex'))
      for (const [, hex] of news.matchAll(/fffa2c((?:(?!fff0)(?:ffff|..))*)fff0/g)) {
        const [command = 0, ...value] = Buffer.from((hex as string).replaceAll('ffff', 'ff'), 'hex')
        if (silent.includes(command)) continue
        const answer = [command + 100, ...(sets[command] ?? value)]
        const doubled = answer.flatMap((byte) => (byte === 255 ? [255, 255] : [byte]))
        socket.write(Buffer.from([255, 250, 44, ...doubled, 255, 240]))
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const change = () =>
    new Promise<void>((resolve) => {
      changed = resolve
    })
  return {
    port: (server.address() as AddressInfo).port,
    get received() {
      return received
    },
    async connection() {
      while (sockets.length <= taken) await change()
      return sockets[taken++] as Socket
    },
    async gets(hex) {
      while (!received.includes(hex)) await change()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
