// A steady 100 kB a second through a pty: what reading it costs, and whether a line is lost; our serial in beside that of
// node-red-node-serialport, in turn in one run, each in a real Node-RED with a node behind it that counts.
// `npm run bench -- serial [SECONDS]`, 10 for each by default.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../test/support/programs/free-port.ts'
import { createPty, type Pty } from '../test/support/programs/pty.ts'
import { portOpened } from '../test/support/serial-open.ts'

interface Result {
  name: string
  /** part of a core, user and system */
  cpu: number
  lost: number
}

const seconds = Number(process.argv[2] ?? 10)
const lineBytes = 50
const linesASecond = 2_000
/** ms */
const step = 10
const ticksPerSecond = 100
const root = join(import.meta.dirname, '..')
/** ms that the last lines have to come through */
const patience = 5_000

const total = seconds * linesASecond
const place = { z: 'tab', x: 100, y: 100 }

/** What a contender's flow begins with: its port and its node, which is wired to `count`. */
const contenders: Record<string, (device: string) => object[]> = {
  'node-red-node-serialport': (device) => [
    {
      id: 'port',
      type: 'serial-port',
      serialport: device,
      serialbaud: '57600',
      databits: '8',
      parity: 'none',
      stopbits: '1',
      waitfor: '',
      newline: '\\n',
      bin: 'false',
      out: 'char',
      addchar: '',
    },
    { id: 'in', ...place, type: 'serial in', serial: 'port', wires: [['count']] },
  ],
  Fieldlog: (device) => [
    { id: 'port', type: 'fieldlog-port', path: device, baudRate: '57600' },
    { id: 'in', ...place, type: 'fieldlog-serial-in', port: 'port', wires: [['count'], []] },
  ],
}

/** A line counts where it is the next one and whole. */
const count = `
const counter = global.get('counter')
const line = String(msg.payload).trimEnd()
if (line.length === ${lineBytes - 2} && Number(line.slice(0, 9)) === counter.next) counter.lines++
counter.next = Number(line.slice(0, 9)) + 1
`

const results: Result[] = []
for (const [name, begin] of Object.entries(contenders)) results.push(await run(name, begin))
process.stdout.write(
  `${total.toLocaleString('en')} lines of ${lineBytes} bytes, ${linesASecond} a second (100 kB), for ${seconds} s each\n`,
)
for (const { name, cpu, lost } of results)
  process.stdout.write(
    `${name.padEnd(28)}${(cpu * 100).toFixed(1).padStart(8)} % of a core, ${lost} lines lost\n`,
  )

async function run(name: string, begin: (device: string) => object[]): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'fieldlog-bench-'))
  const counted = join(folder, 'counted')
  const pty = await createPty()
  const child = await start(folder, counted, begin(pty.path))
  try {
    await portOpened(child, pty)
    // it has compiled what it needs, and collected what the start left
    await feed(pty, 0, linesASecond * 3)
    await pause(1_000)
    const before = cpuSeconds(child)
    await feed(pty, linesASecond * 3, total)
    const cpu = (cpuSeconds(child) - before) / seconds
    return { name, cpu, lost: total + linesASecond * 3 - (await linesCounted(child, counted)) }
  } finally {
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit')
    await pty.close()
    rmSync(folder, { recursive: true })
  }
}

async function start(folder: string, counted: string, flow: object[]): Promise<ChildProcess> {
  mkdirSync(join(folder, 'node_modules/@fieldlog'), { recursive: true })
  symlinkSync(root, join(folder, 'node_modules/@fieldlog/node-red-gateway'))
  const dependencies = { '@fieldlog/node-red-gateway': '*' }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'bench', dependencies }))
  const nodes = [
    { id: 'tab', type: 'tab', label: 'bench' },
    ...flow,
    { id: 'count', ...place, type: 'function', outputs: 1, wires: [[]], func: count },
  ]
  writeFileSync(join(folder, 'flows.json'), JSON.stringify(nodes))
  writeFileSync(join(folder, 'settings.js'), settings(counted))
  const program = join(root, 'node_modules/node-red/red.js')
  const port = String(await freePort())
  return spawn(process.execPath, [program, '--userDir', folder, '--port', port], { stdio: 'ignore' })
}

/** Tells what was counted when it is asked to, in a file. */
function settings(counted: string): string {
  return `
const counter = { next: 0, lines: 0 }
process.on('SIGWINCH', () => require('node:fs').writeFileSync(${JSON.stringify(counted)}, String(counter.lines)))
module.exports = {
  uiHost: '127.0.0.1',
  flowFile: 'flows.json',
  credentialSecret: 'bench',
  telemetry: { enabled: false },
  functionGlobalContext: { counter },
}`
}

/** Writes lines at an even pace, whatever the timers do. */
async function feed(pty: Pty, first: number, lines: number): Promise<void> {
  const begun = performance.now()
  for (let written = 0; written < lines; ) {
    const due = Math.min(lines, Math.ceil(((performance.now() - begun) / 1000) * linesASecond))
    const some = Array.from({ length: due - written }, (_, i) => lineOf(first + written + i))
    if (some.length > 0) await pty.write(some.join(''))
    written = due
    await pause(step)
  }
}

function lineOf(number: number): string {
  return `${String(number).padStart(9, '0')} ${'OK 9 123 45 '.repeat(4)}`
    .slice(0, lineBytes - 2)
    .concat('\r\n')
}

/** The lines that came through, once no more come. */
async function linesCounted(child: ChildProcess, counted: string): Promise<number> {
  let last = -1
  for (let waited = 0; waited < patience; waited += 500) {
    child.kill('SIGWINCH')
    await pause(500)
    const now = existsSync(counted) ? Number(readFileSync(counted, 'utf8')) : 0
    if (now === last) return now
    last = now
  }
  return last
}

/** User and system seconds of all threads of a process so far. */
function cpuSeconds({ pid }: ChildProcess): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}
