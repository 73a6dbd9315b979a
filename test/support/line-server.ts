// A TCP server in the place of a collector. It can answer what it is sent, and tell how much of its lines a halted reader
// has read.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

export interface LineServer {
  readonly port: number
  /** Sends what `next` gives to the first client, until it gives nothing or the client has gone. */
  stream(next: () => Buffer | undefined): Promise<void>
  /**
   * Halts the reader (SIGSTOP) and gives the number of bytes that it has read for certain: those which the
   * system holds in neither queue. The reader goes on with SIGCONT.
   */
  halt(reader: ChildProcess): Promise<number>
  /** From now on it reads, and answers each line of whatever client by what `reply` gives. Gives the lines that came. */
  answer(reply: (line: string) => string | undefined): string[]
  /** Sends bytes to all clients. */
  send(text: string): void
  /** Ends all connections; clients may connect again. */
  cut(): void
  close(): void
}

export async function startLineServer(): Promise<LineServer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const connected = once(server, 'connection') as Promise<[Socket]>
  let client: Socket | undefined
  let read: (socket: Socket) => void = () => undefined
  const clients = new Set<Socket>()
  server.on('connection', (socket) => {
    clients.add(socket)
    socket.on('error', () => socket.destroy()).on('close', () => clients.delete(socket))
    read(socket)
  })

  return {
    port,
    async stream(next) {
      const [socket] = await connected
      client = socket
      const gone = new Promise<void>((resolve) => {
        // a reader that ends with lines unread resets the connection
        socket.on('error', () => socket.destroy())
        socket.on('close', () => resolve())
      })
      for (let data = next(); data && !socket.destroyed; data = next()) {
        if (!socket.write(data)) await Promise.race([once(socket, 'drain').catch(() => gone), gone])
      }
    },
    async halt(reader) {
      reader.kill('SIGSTOP')
      while (!/^\d+ \(.*\) T/.test(readFileSync(`/proc/${reader.pid}/stat`, 'utf8'))) await pause(5)
      if (!client) throw new Error('no client yet')
      const handedOver = client.bytesWritten - client.writableLength
      return handedOver - waiting(port, client.remotePort as number)
    },
    answer(reply) {
      const lines: string[] = []
      read = (socket) => {
        createInterface(socket).on('line', (line) => {
          lines.push(line)
          const text = reply(line)
          if (text !== undefined) socket.write(text)
        })
      }
      for (const socket of clients) read(socket)
      return lines
    },
    send(text) {
      for (const socket of clients) socket.write(text)
    },
    cut() {
      for (const socket of clients) socket.destroy()
    },
    close() {
      for (const socket of clients) socket.destroy()
      server.close()
    },
  }
}

/** Bytes in the sending and the receiving queue of a connection on 127.0.0.1 (/proc/net/tcp). */
function waiting(serverPort: number, clientPort: number): number {
  const end = (port: number) => `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  const row = (local: number, remote: number) =>
    rows.find((columns) => columns[1] === end(local) && columns[2] === end(remote))?.[4] ?? '0:0'
  const unsent = Number.parseInt(row(serverPort, clientPort).split(':')[0] as string, 16)
  const unread = Number.parseInt(row(clientPort, serverPort).split(':')[1] as string, 16)
  return unsent + unread
}
