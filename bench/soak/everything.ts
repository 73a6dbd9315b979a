// A steady stream of lines while everything fails in turn: a full deploy each minute, the journal's disk full and free
// again every five minutes, the broker away every seven. At the end received = logged + noted gaps, logged = at the
// broker, in order, and memory is where it was. Needs root: the journal's disk is a tmpfs.
// `npm run soak -- everything [minutes, default 60] [lines a second, default 1000]`
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { systemDisk } from '../../lib/journal/disk/disk.ts'
import { readJournal } from '../../lib/journal/read/reader.ts'
import { fastBroker, Way } from '../../test/outages/way.ts'

const minutes = Number(process.argv[2] ?? 60)
const pace = Number(process.argv[3] ?? 1000)
const minute = 60_000

/** Seconds that the disk is full: mostly so long that memory holds what comes, every third time longer. */
const fullFor = (round: number) => (round % 3 === 2 ? 150 : 30)
const brokerAwayFor = 40

const home = mkdtempSync(join(tmpdir(), 'fieldlog-everything-'))
const journal = join(home, 'journal')
mkdirSync(journal)
run('mount', '-t', 'tmpfs', '-o', 'size=1g', 'tmpfs', journal)
const filler = join(journal, 'filler')

try {
  const problems = await soak()
  console.log(problems.length === 0 ? 'passed' : `failed: ${problems.join('; ')}`)
  process.exitCode = problems.length === 0 ? 0 : 1
} finally {
  spawnSync('umount', ['-l', journal])
  rmSync(home, { recursive: true, force: true })
}

async function soak(): Promise<string[]> {
  const way = await Way.start(fastBroker, home)
  console.log(`${minutes} minutes at ${pace} lines/s`)
  way.stream(pace)
  const counts = { deploys: 0, full: 0, away: 0 }
  const memory: number[] = []
  const end = performance.now() + minutes * minute
  const isOver = () => performance.now() > end
  const every = async (ms: number, act: () => Promise<unknown>) => {
    for (let due = performance.now() + ms; !isOver(); due += ms) {
      while (performance.now() < due && !isOver()) await pause(200)
      if (!isOver()) await act()
    }
  }
  await Promise.all([
    every(minute, async () => {
      await deploy(way.gateway.url, ++counts.deploys)
    }),
    every(5 * minute, async () => {
      fill()
      await pause(fullFor(counts.full++) * 1000)
      rmSync(filler)
    }),
    every(7 * minute, async () => {
      counts.away++
      await way.stopBroker('SIGTERM', brokerAwayFor * 1000)
    }),
    every(10_000, async () => {
      memory.push(residentMegabytes(way.gateway.child.pid!))
      if (memory.length % 6 === 0)
        console.log(`  ${memory.at(-1)} MB, ${way.arrivals.ids.size} at the broker`)
    }),
  ])
  await way.endStream()
  const outcome = await way.settled(600_000, 5_000)
  const { logged, dropped } = await journalCounts()
  const received = way.written
  await way.gateway.stop()
  const warnings = way.gateway.lines.filter((line) => /error|warn/i.test(line)).length
  const third = Math.floor(memory.length / 3)
  const [first, last] = [median(memory.slice(0, third)), median(memory.slice(-third))]
  const { lost, ...numbers } = outcome
  console.log(
    JSON.stringify({ ...counts, received, logged, dropped, ...numbers, lost: lost.length, warnings }),
  )
  console.log(
    `memory: median of the first third ${first} MB, of the last ${last} MB, most ${Math.max(...memory)} MB`,
  )
  run('umount', '-l', journal)
  await way.close()
  return [
    ...(received === logged + dropped
      ? []
      : [`received ${received}, logged ${logged}, noted gaps ${dropped}`]),
    ...(lost.length === 0 ? [] : [`${lost.length} logged events are not at the broker`]),
    ...(outcome.unknown === 0 ? [] : [`${outcome.unknown} events came from nowhere`]),
    ...(outcome.outOfOrder === 0 ? [] : [`${outcome.outOfOrder} events came out of order`]),
    ...(last <= first * 1.3 + 30 ? [] : [`memory grew from ${first} to ${last} MB`]),
  ]
}

/** The flow as it is, with one more thing changed: everything is closed and made anew. */
async function deploy(url: string, number: number): Promise<void> {
  const flows = new URL('flows', url)
  const version = { 'node-red-api-version': 'v2' }
  const current = (await (await fetch(flows, { headers: version })).json()) as {
    flows: Array<{ type: string; label?: string }>
  }
  const changed = current.flows.map((node) =>
    node.type === 'tab' ? { ...node, label: `deploy ${number}` } : node,
  )
  const response = await fetch(flows, {
    method: 'POST',
    headers: { ...version, 'content-type': 'application/json', 'node-red-deployment-type': 'full' },
    body: JSON.stringify({ flows: changed }),
  })
  if (!response.ok) throw new Error(`deploy ${number}: ${response.status} ${await response.text()}`)
}

/** Takes all room that is left on the journal's disk. */
function fill(): void {
  const { bavail, bsize } = statfsSync(journal)
  writeFileSync(filler, '')
  run('fallocate', '-l', String(bavail * bsize), filler)
}

async function journalCounts(): Promise<{ logged: number; dropped: number }> {
  let logged = 0
  let dropped = 0
  for await (const reading of readJournal(systemDisk, journal, 1)) {
    if (reading.kind !== 'batch') continue
    for (const item of reading.items) {
      if (item.kind === 'N' && item.notice === 'gap')
        dropped += (JSON.parse(item.json) as { dropped: number }).dropped
      else if (item.kind === 'L') logged++
    }
  }
  return { logged, dropped }
}

function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0
}

function run(program: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`)
}
