// Devices behind a TCP port that send on and on, whoever listens and since when.
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

export interface SensorServer {
  /** for FIELDLOG_SERIAL */
  readonly url: string
  close(): void
}

/** @param lines what all of them send at one time, with a number that goes up from 0; @param every ms from one time to the next */
export async function startSensors(
  lines: (time: number) => readonly string[],
  every: number,
): Promise<SensorServer> {
  const clients = new Set<Socket>()
  const server = createServer((socket) => {
    clients.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => clients.delete(socket))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  let time = 0
  const timer = setInterval(() => {
    const text = lines(time++).map((line) => `${line}\r\n`)
    for (const client of clients) client.write(text.join(''))
  }, every)
  return {
    url: `tcp://127.0.0.1:${port}`,
    close() {
      clearInterval(timer)
      for (const client of clients) client.destroy()
      server.close()
    },
  }
}
