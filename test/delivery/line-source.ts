// A device on TCP that sends numbered lines without a pause.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

export class LineSource {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #timer: NodeJS.Timeout | undefined
  /** lines that were sent to a client so far */
  sent = 0
  /** how often a client connected */
  connections = 0

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket) => {
      this.connections++
      this.#sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  /** @param burst lines at each tick; @param interval ms between ticks */
  static async start(burst: number, interval: number): Promise<LineSource> {
    const lines = new LineSource(createServer())
    lines.#server.listen(0, '127.0.0.1')
    await once(lines.#server, 'listening')
    lines.#timer = setInterval(() => {
      for (const socket of lines.#sockets) {
        let text = ''
        for (let i = 0; i < burst; i++) text += `${++lines.sent}\r\n`
        socket.write(text)
      }
    }, interval)
    return lines
  }

  get url(): string {
    return `tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Sends no more lines; the connection stays. */
  pause(): void {
    clearInterval(this.#timer)
  }

  stop(): void {
    this.pause()
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }
}
