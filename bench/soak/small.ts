// A machine of 512 MB: a steady stream through an outage of the broker, in a control group with that limit and no swap.
// As root. `npm run soak -- small [minutes, default 10] [lines a second, default 100]`
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Collector } from '../../test/support/collector.ts'
import { startLineServer } from '../../test/support/line-server.ts'
import { startMosquitto } from '../../test/support/programs/mosquitto.ts'
import { LoneGateway } from './lone-gateway.ts'

const minutes = Number(process.argv[2] ?? 10)
const pace = Number(process.argv[3] ?? 100)
const limits = { memory: 512 * 1048576, rss: 200, startCpu: 10 }

const home = mkdtempSync(join(tmpdir(), 'fieldlog-small-'))
const group = limitedGroup()
const server = await startLineServer()
const broker = await startMosquitto({ quiet: true, lines: ['max_queued_messages 0'] })
const collector = await Collector.open(broker.url, 'fieldlog/#')
const gateway = await LoneGateway.start(
  {
    FIELDLOG_HOME: home,
    FIELDLOG_SERIAL: `tcp://127.0.0.1:${server.port}`,
    FIELDLOG_MQTT: broker.url,
    HOME: '/nonexistent',
  },
  join(group.folder, 'cgroup.procs'),
)
const startCpu = gateway.cpu
console.log(
  `start: ${startCpu.toFixed(1)} s of CPU, ${Math.round(gateway.memory.rss)} MB; then ${minutes} min, ${pace} lines/s`,
)

// what is sent before the port is open goes nowhere
while (arrived() === 0) {
  server.send('OK 12 1 118 182 0\r\n')
  await pause(1000)
}
const before = arrived()
const begin = performance.now()
const end = begin + minutes * 60_000
const third = (end - begin) / 3
let sent = 0
/** In each third. */
const highest = [0, 0, 0]
let anonymous = 0
let isAway = false
while (performance.now() < end && gateway.isRunning) {
  const now = performance.now() - begin
  // away for the middle third
  const wanted = now > third && now < 2 * third
  if (wanted !== isAway) {
    isAway = wanted
    await (isAway ? broker.stop() : broker.start())
  }
  for (; sent < (now / 1000) * pace; sent++) server.send(`OK 12 ${bytes(sent)}\r\n`)
  look(Math.min(2, Math.trunc(now / third)))
  await pause(100)
}
const share = (gateway.cpu - startCpu) / ((performance.now() - begin) / 1000)
for (let seconds = 0; arrived() - before < sent && seconds < 120; seconds++) {
  look(2)
  await pause(1000)
}
const killed = group.killed()
console.log(
  `${sent} lines, ${arrived() - before} at the broker after ${Math.round(third / 1000)} s without it; ` +
    `RSS at most ${Math.round(Math.max(...highest))} MB (before, without the broker, after: ${highest.map(Math.round).join(', ')}; ` +
    `${Math.round(anonymous)} without the pages of files), CPU ${(share * 100).toFixed(1)} % of a core, ${killed} killed for want of memory`,
)
const problems = [
  ...(gateway.isRunning && killed === 0 ? [] : ['it was killed']),
  ...(arrived() - before < sent ? [`${sent + before - arrived()} lines did not arrive`] : []),
  ...(Math.max(...highest) > limits.rss ? [`more than ${limits.rss} MB`] : []),
  ...(startCpu > limits.startCpu ? [`more than ${limits.startCpu} s of CPU for the start`] : []),
]
await gateway.stop()
server.close()
await broker.remove()
rmSync(home, { recursive: true })
group.remove()
console.log(problems.length === 0 ? 'passed' : `failed: ${problems.join('; ')}`)
process.exit(problems.length === 0 ? 0 : 1)

function look(part: number): void {
  const { rss, anonymous: own } = gateway.memory
  highest[part] = Math.max(highest[part]!, rss)
  anonymous = Math.max(anonymous, own)
}

/** Lines that arrived; the gateway's own events about devices do not count. */
function arrived(): number {
  const lines = collector.messages.filter(({ topic }) =>
    /\/(?:good|bad|rejected|unknown)\/(?!device\/)/.test(topic),
  )
  return new Set(lines.map(({ payload }) => (JSON.parse(payload) as { id: string }).id)).size
}

/** Of a room node: light, humidity and temperature. */
function bytes(count: number): string {
  return `${count & 255} ${((count >> 8) % 100) * 2} 182 0`
}

/** In either version of control groups. */
function limitedGroup() {
  const isFirst = existsSync('/sys/fs/cgroup/memory')
  const folder = join(isFirst ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup', `fieldlog-small-${process.pid}`)
  mkdirSync(folder)
  writeFileSync(join(folder, isFirst ? 'memory.limit_in_bytes' : 'memory.max'), String(limits.memory))
  const events = join(folder, isFirst ? 'memory.oom_control' : 'memory.events')
  return {
    folder,
    killed: () => Number(/oom_kill (\d+)/.exec(readFileSync(events, 'utf8'))?.[1] ?? 0),
    remove: () => rmdirSync(folder),
  }
}
