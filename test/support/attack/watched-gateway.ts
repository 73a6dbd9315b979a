// A gateway that is fed with lines which say when they were sent, and that can be asked how its event loop fared.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Gateway } from '../gateway.ts'
import { journalHolds, readJournal } from '../journal-files.ts'

export interface Watched {
  gateway: Gateway
  /** What has happened since the last call: see `loop-delay.ts`. */
  fared(): Promise<{ blocked: number; byClock: number; memory: number }>
  /** Ends the lines, and gives for each by how many ms its `received` is off, in order. */
  delays(): Promise<number[]>
  /** How many lines were sent so far. */
  sent(): number
  remove(): Promise<void>
}

/** A line each 10 ms, from a TCP server in the place of a device. */
export async function startWatched(env: Record<string, string> = {}): Promise<Watched> {
  const device = createServer().listen(0, '127.0.0.1')
  await once(device, 'listening')
  const { port } = device.address() as { port: number }
  const connected = once(device, 'connection') as Promise<[Socket]>
  const preload = pathToFileURL(join(import.meta.dirname, 'loop-delay.ts')).href
  const gateway = await Gateway.start({
    env: { FIELDLOG_SERIAL: `tcp://127.0.0.1:${port}`, NODE_OPTIONS: `--import=${preload}`, ...env },
  })
  const [socket] = await connected
  socket.on('error', () => socket.destroy())
  let sent = 0
  const timer = setInterval(() => {
    sent++
    socket.write(`sent ${Date.now()}\n`)
  }, 10)
  await journalHolds(gateway.journal, 50)
  let asked = 0
  const fared = async () => {
    gateway.child.kill('SIGUSR2')
    const line = await gateway.line(new RegExp(`^loop-delay ${++asked}:`))
    const [blocked = 0, byClock = 0, memory = 0] = (line.match(/\d+(?= (?:ms|MB))/g) ?? []).map(Number)
    return { blocked, byClock, memory }
  }
  await fared()
  return {
    gateway,
    fared,
    sent: () => sent,
    async delays() {
      clearInterval(timer)
      await journalHolds(gateway.journal, sent)
      const { entries } = readJournal(gateway.journal)
      assert.equal(entries.length, sent)
      return entries.map(({ time, text }) => time - Number(text.replace('sent ', '')))
    },
    async remove() {
      clearInterval(timer)
      await gateway.remove()
      socket.destroy()
      device.close()
    },
  }
}
