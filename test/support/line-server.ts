// A TCP server in the place of a collector, which can tell how much of its lines a halted reader has read.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
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
  close(): void
}

export async function startLineServer(): Promise<LineServer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const connected = once(server, 'connection') as Promise<[Socket]>
  let client: Socket | undefined

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
    close() {
      client?.destroy()
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
