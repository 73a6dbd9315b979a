// Time events: 32 clients in two processes send 200,000, paced to 20,000 a second together, to our server on each transport; and over
// UDP to a plain receiver of node:dgram, which only counts what comes, the clients' marks too. The exit status is 1 where the queue or the socket lost one,
// or memory rose by 100 MB. Arguments: events, events a second.
import { fork } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import koffi from 'koffi'
import { systemClock } from '../../lib/kit/clock.ts'
import { EvClient, type EvStats } from '../../lib/time-events/ev-client.ts'
import { usualCategories } from '../../lib/time-events/known.ts'
import { EventServer } from '../../lib/time-events/server.ts'
import type { ServerSettings } from '../../lib/time-events/settings.ts'

const processes = 2
/** in each */
const clients = 16
/** MB */
const mostRise = 100
const events = Number(process.argv[2] ?? 200_000)
const rate = Number(process.argv[3] ?? 20_000)
/** ms in which nothing more comes: it is over */
const quiet = 500

interface Sent {
  stats: EvStats[]
  /** of one call of `send`, µs */
  microseconds: number
}

interface Received {
  events: number
  /** of UDP: what never came, as the clients' marks tell */
  lost: number
  close(): Promise<void>
}

if (process.send) {
  process.send(await sendAll(process.argv[4]!))
  process.disconnect()
} else {
  const name = `fieldlog-bench.${process.pid}`
  const port = 20_000 + (process.pid % 10_000)
  const udp = { host: '127.0.0.1', port }
  await run('queue', `queue:/${name}`, () => serve({ queue: { name: `/${name}`, mode: 0o600 } }))
  koffi.load(null).func('int mq_unlink(const char *name)')(`/${name}`)
  await run('socket', `socket:@${name}`, () => serve({ socket: { name: `@${name}`, mode: 0o600 } }))
  await run('UDP', `udp:127.0.0.1:${port}`, () => serve({ udp }))
  await run('plain dgram', `udp:127.0.0.1:${port}`, () => countOnly(udp))
}

/** The clients' side, in a process of its own. */
async function sendAll(transport: string): Promise<Sent> {
  const all = Array.from(
    { length: clients },
    (_, n) => new EvClient({ name: `bench-${n}[${process.pid}]`, transport }),
  )
  for (const client of all) client.connect()
  const share = events / processes
  const begin = performance.now()
  let spent = 0
  let sent = 0
  while (sent < share) {
    const due = Math.min(share, Math.ceil(((performance.now() - begin) / 1000) * (rate / processes)))
    const before = performance.now()
    for (; sent < due; sent++) {
      all[sent % clients]!.send({ cat: 'DHCP4_CLIENT', subject: 'eth0', seq: 'START', msg: `addr=${sent}` })
    }
    spent += performance.now() - before
    await new Promise<void>((resolve) => systemClock.after(1, resolve))
  }
  await Promise.all(all.map((client) => client.flush(10_000)))
  const stats = all.map((client) => client.stats)
  for (const client of all) client.close()
  return { stats, microseconds: (spent * 1000) / share }
}

async function serve(transports: Partial<ServerSettings>): Promise<Received> {
  const received: Received = { events: 0, lost: 0, close: () => server.close() }
  const server = new EventServer(
    { limit: 0, known: new Set(usualCategories), ...transports },
    {
      // what the clients dropped they tell themselves
      event: (_entry, { cat }) => {
        if (cat !== 'TELOG') received.events++
      },
      rejected({ reason, count }) {
        if (reason === 'lost') received.lost += count
        else process.stderr.write(`rejected: ${reason}\n`)
      },
      warn: (text) => process.stderr.write(`${text}\n`),
      changed: () => {},
    },
    { clock: systemClock },
  )
  await server.open()
  server.release()
  return received
}

async function countOnly({ host, port }: { host: string; port: number }): Promise<Received> {
  const socket = createSocket('udp4')
  const received: Received = {
    events: 0,
    lost: 0,
    close: async () => {
      socket.close()
    },
  }
  socket.on('message', () => received.events++)
  socket.bind(port, host)
  await once(socket, 'listening')
  return received
}

async function run(name: string, transport: string, receive: () => Promise<Received>): Promise<void> {
  const received = await receive()
  const memory = process.memoryUsage().rss
  const cpu = process.cpuUsage()
  const begin = performance.now()
  const all = await Promise.all(
    Array.from({ length: processes }, async () => {
      const child = fork(import.meta.filename, [String(events), String(rate), transport])
      return ((await once(child, 'message')) as [Sent])[0]
    }),
  )
  const seconds = (performance.now() - begin) / 1000
  for (let before = -1; before < received.events; ) {
    before = received.events
    await new Promise<void>((resolve) => systemClock.after(quiet, resolve))
  }
  const { user, system } = process.cpuUsage(cpu)
  await received.close()
  const stats = all.flatMap((one) => one.stats)
  const microseconds = all.reduce((sum, one) => sum + one.microseconds, 0) / processes
  const sent = stats.reduce((sum, one) => sum + one.sent, 0)
  const lost = stats.reduce((sum, one) => sum + one.lost, 0)
  const rise = (process.memoryUsage().rss - memory) / 1e6
  process.stdout.write(
    `${name.padEnd(12)} sent ${sent} (dropped by clients ${lost}), received ${received.events}, lost on the way ${sent - received.events}${transport.startsWith('udp') ? ` (told ${received.lost})` : ''}; ` +
      `${Math.round(received.events / seconds)}/s, ${((user + system) / received.events).toFixed(1)} µs CPU each, ` +
      `send() ${microseconds.toFixed(1)} µs, memory ${rise.toFixed(0)} MB more\n`,
  )
  const isLossless = transport.startsWith('udp') || (lost === 0 && received.events === sent)
  if (!isLossless || rise >= mostRise) process.exitCode = 1
}
