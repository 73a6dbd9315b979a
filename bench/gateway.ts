// The whole way, from a pty to the broker's subscribers: Fieldlog as it ships beside a flow of Node-RED's own nodes,
// in the same run, on the same lines, each in a process of its own with the real runtime and a real Mosquitto.
// `npm run bench [-- FILE]`: FILE holds lines of a JeeLink, one a line; without it packets are generated.
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import mqtt from 'mqtt'
import { Gateway } from '../test/support/gateway.ts'
import { anyPacket, generator } from '../test/support/jeelink.ts'
import { readJournal } from '../test/support/journal-files.ts'
import { freePort } from '../test/support/programs/free-port.ts'
import { type Mosquitto, startMosquitto } from '../test/support/programs/mosquitto.ts'
import { createPty, type Pty } from '../test/support/programs/pty.ts'
import { portOpened } from '../test/support/serial-open.ts'
import { isPacket, peerFlow } from './peer-flow.ts'

interface Contender {
  name: string
  child: ChildProcess
  /** puts the lines in; resolves when they are taken */
  feed(): Promise<unknown>
  /** lines that stand in its log, after the end; undefined: it has none */
  logged?(): number
  stop(): Promise<unknown>
}

interface Result {
  name: string
  /** published packets a second, from the first byte written to the last message at a subscriber */
  rate: number
  /** µs of CPU a line, user and system, of the process */
  cpu: number
  /** MB: at most, by how much that is over the memory before the first line, and the median meanwhile */
  memory: number
  growth: number
  median: number
  lostInLog: number | undefined
  lostAtBroker: number
}

type Start = (pty: Pty, broker: Mosquitto, folder: string) => Promise<Contender>

const least = 150_000
/** ms without a message after which what is missing counts as lost */
const patience = 5_000
const ticksPerSecond = 100

const lines = readLines(process.argv[2])
const packets = lines.filter(isPacket).length
/** as a port gives them out */
const bytes = Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1')
const contenders: Start[] = [coreNodes, fieldlog, bareMqtt]

process.stdout.write(`${lines.length} lines, ${packets} of them packets of the four formats\n`)
const results: Result[] = []
for (const start of contenders) results.push(await run(start))
printTable(results)

/** Fieldlog with its default flow. */
async function fieldlog(pty: Pty, broker: Mosquitto, folder: string): Promise<Contender> {
  const gateway = await Gateway.start({
    home: folder,
    env: { FIELDLOG_SERIAL: pty.path, FIELDLOG_MQTT: broker.url },
  })
  await portOpened(gateway.child, pty)
  return {
    name: 'Fieldlog, default flow',
    child: gateway.child,
    feed: () => pty.write(bytes),
    logged: () => readJournal(gateway.journal).entries.length,
    stop: () => gateway.stop(),
  }
}

/** serial in → function → switch → file and mqtt out, of Node-RED and node-red-node-serialport. */
async function coreNodes(pty: Pty, broker: Mosquitto, folder: string): Promise<Contender> {
  const file = join(folder, 'lines.txt')
  writeFileSync(join(folder, 'flows.json'), JSON.stringify(peerFlow(pty.path, broker.port, file)))
  writeFileSync(
    join(folder, 'settings.js'),
    "module.exports = { uiHost: '127.0.0.1', flowFile: 'flows.json', credentialSecret: 'bench', telemetry: { enabled: false } }",
  )
  const program = join(import.meta.dirname, '../node_modules/node-red/red.js')
  const port = String(await freePort())
  const child = spawn(process.execPath, [program, '--userDir', folder, '--port', port], { stdio: 'ignore' })
  await portOpened(child, pty)
  return {
    name: 'nodes of Node-RED',
    child,
    feed: () => pty.write(bytes),
    logged: () => (existsSync(file) ? readFileSync(file, 'latin1').split('\n').length - 1 : 0),
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

/** MQTT.js alone, with events that are there already: no line, no log, no rule. */
async function bareMqtt(_pty: Pty, broker: Mosquitto): Promise<Contender> {
  const child = fork(join(import.meta.dirname, 'bare-mqtt.ts'), [broker.url, String(packets)])
  await once(child, 'message')
  return {
    name: 'MQTT.js, publishing only',
    child,
    feed: async () => void child.send('go'),
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

async function run(start: Start): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'fieldlog-bench-'))
  // the subscriber that counts must not be the one that loses
  const broker = await startMosquitto({
    quiet: true,
    lines: ['max_queued_messages 0', 'max_inflight_messages 0'],
  })
  const pty = await createPty()
  const contender = await start(pty, broker, folder)
  const subscriber = await subscribe(broker)
  // both have opened, connected and compiled what they need
  await pause(2000)

  const pid = contender.child.pid as number
  const [memoryBefore, cpuBefore, started] = [memory(pid), cpuSeconds(pid), performance.now()]
  const sizes: number[] = []
  const watch = setInterval(() => sizes.push(residentSize(pid)), 100)
  const fed = contender.feed()
  await subscriber.finished(packets)
  await fed
  clearInterval(watch)
  const cpu = cpuSeconds(pid) - cpuBefore
  const peak = memory(pid)
  const seconds = (subscriber.last - started) / 1000
  await contender.stop()

  const result = {
    name: contender.name,
    rate: lines.length / seconds,
    cpu: (cpu / lines.length) * 1e6,
    memory: peak,
    growth: peak - memoryBefore,
    median: median(sizes),
    lostInLog: contender.logged && lines.length - contender.logged(),
    lostAtBroker: packets - subscriber.count,
  }
  await subscriber.close()
  await pty.close()
  await broker.remove()
  rmSync(folder, { recursive: true })
  return result
}

/** Counts what arrives, and when the last one did. */
async function subscribe(broker: Mosquitto) {
  const client = await mqtt.connectAsync(broker.url)
  const state = {
    count: 0,
    last: performance.now(),
    /** Resolves when all have come, or none for a while. */
    async finished(expected: number) {
      state.last = performance.now()
      while (state.count < expected && performance.now() - state.last < patience) await pause(20)
    },
    close: () => client.endAsync(true),
  }
  client.on('message', (topic) => {
    if (!/\/(good|bad)\//.test(topic)) return
    state.count++
    state.last = performance.now()
  })
  await client.subscribeAsync('fieldlog/#', { qos: 1 })
  return state
}

function readLines(file: string | undefined): string[] {
  if (file === undefined) {
    const random = generator(1)
    return Array.from({ length: least }, () => anyPacket(random).bytes.toString())
  }
  const given = readFileSync(file, 'latin1')
    .split(/\r?\n/)
    .map((line) => line.replace(/^L \d\d:\d\d:\d\d\.\d{3} \S+ /, ''))
    .filter((line) => line !== '')
  // again and again, up to a length at which starting and ending do not count
  return Array.from({ length: Math.max(least, given.length) }, (_, n) => given[n % given.length] as string)
}

/** User and system seconds of all threads of a process so far. */
function cpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** MB that a process held at most so far. */
function memory(pid: number): number {
  return statusOf(pid, 'VmHWM')
}

/** MB that a process holds. */
function residentSize(pid: number): number {
  return statusOf(pid, 'VmRSS')
}

function statusOf(pid: number, key: 'VmHWM' | 'VmRSS'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`${key}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

function printTable(results: Result[]): void {
  const percent = (lost: number | undefined, of: number) =>
    lost === undefined ? '–' : `${lost} (${((lost / of) * 100).toFixed(1)} %)`
  const rows: string[][] = [
    ['', ...results.map(({ name }) => name)],
    ['lines a second', ...results.map(({ rate }) => rate.toFixed(0))],
    ['CPU a line, µs', ...results.map(({ cpu }) => cpu.toFixed(0))],
    ['memory at most, MB', ...results.map(({ memory }) => memory.toFixed(0))],
    ['… grown by, MB', ...results.map(({ growth }) => growth.toFixed(0))],
    ['memory, median, MB', ...results.map(({ median }) => median.toFixed(0))],
    ['lines lost in the log', ...results.map(({ lostInLog }) => percent(lostInLog, lines.length))],
    ['packets lost at the broker', ...results.map(({ lostAtBroker }) => percent(lostAtBroker, packets))],
  ]
  for (const [first, ...rest] of rows) {
    process.stdout.write(`${(first as string).padEnd(28)}${rest.map((cell) => cell.padStart(26)).join('')}\n`)
  }
}
