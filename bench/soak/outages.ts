// Minutes of lines at a steady pace through the whole way, with outages of every kind: nothing is lost, and memory,
// file descriptors and latency are at the end as at the start.
// `npm run soak -- outages [minutes, default 10] [lines a second, default 2000]`
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fastBroker, Way } from '../../test/outages/way.ts'
import { seed, seededRandom } from '../../test/support/random.ts'

const minutes = Number(process.argv[2] ?? 10)
const pace = Number(process.argv[3] ?? 2000)
const random = seededRandom(seed)
const between = (low: number, high: number) => low + random() * (high - low)

interface Sample {
  /** MB, of the gateway's process */
  memory: number
  files: number
  /** ms, 99th percentile of what did not have to wait */
  latency: number
}

const way = await Way.start(fastBroker)
console.log(`${minutes} minutes at ${pace} lines/s, FIELDLOG_SEED=${seed}`)
way.stream(pace)
const end = performance.now() + minutes * 60_000
// the first minute warms up; then quiet stretches are measured, between outages
await pause(Math.min(60_000, (minutes * 60_000) / 5))
const samples: Sample[] = [await quietStretch()]
for (let round = 0; performance.now() < end; round++) {
  await outage(round)
  if (round % 3 === 2) samples.push(await quietStretch())
}
samples.push(await quietStretch())
await way.endStream()
const outcome = await way.settled(300_000, 5_000)
await way.close()

const { lost, ...numbers } = outcome
console.log(JSON.stringify({ ...numbers, lost: lost.length }))
// medians of the first and the last third: a machine that does other things, too, has its moments
const third = Math.max(1, Math.floor(samples.length / 3))
const first = median(samples.slice(0, third))
const last = median(samples.slice(-third))
console.log(`first ${show(first)}\nlast  ${show(last)}`)
const problems = [
  ...(lost.length > 0 ? [`${lost.length} events are lost`] : []),
  ...(outcome.unknown > 0 ? [`${outcome.unknown} events came from nowhere`] : []),
  ...(outcome.outOfOrder > 0 ? [`${outcome.outOfOrder} events came out of order`] : []),
  ...compare(first, last),
]
console.log(problems.length === 0 ? 'passed' : `failed: ${problems.join('; ')}`)
process.exitCode = problems.length === 0 ? 0 : 1

async function outage(round: number): Promise<void> {
  const kinds = [
    () => way.stopBroker('SIGTERM', between(0, 8_000)),
    async () => {
      way.proxy.stall()
      await pause(between(100, 5_000))
      way.proxy.resume()
    },
    async () => way.proxy.cut(Math.ceil(between(1, 20_000))),
    async () => {
      way.proxy.slowDown(Math.ceil(between(100, 2_000)), 5)
      await pause(between(500, 4_000))
      way.proxy.slowDown(0, 0)
    },
    () => way.stopBroker('SIGTERM', between(0, 500)),
  ]
  await kinds[round % kinds.length]!()
  await pause(between(500, 5_000))
}

/** Waits until nothing is in arrears (a minute at most), then measures for some seconds. */
async function quietStretch(): Promise<Sample> {
  for (let look = 0, latency = Number.POSITIVE_INFINITY; latency > 2_000 && look < 15; look++) {
    await pause(4_000)
    latency = percentile(way.arrivals.takeLatencies())
  }
  await pause(6_000)
  const sample = { ...gatewayProcess(), latency: percentile(way.arrivals.takeLatencies()) }
  console.log(`  ${show(sample)}, ${way.arrivals.ids.size} arrived, ${way.arrivals.repeats} repeats`)
  return sample
}

function gatewayProcess(): { memory: number; files: number } {
  const { pid } = way.gateway.child
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const memory = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)
  return { memory, files: readdirSync(`/proc/${pid}/fd`).length }
}

function percentile(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.POSITIVE_INFINITY
}

function median(of: readonly Sample[]): Sample {
  const middle = (key: keyof Sample) => of.map((sample) => sample[key]).sort((a, b) => a - b)[of.length >> 1]!
  return { memory: middle('memory'), files: middle('files'), latency: middle('latency') }
}

function show({ memory, files, latency }: Sample): string {
  return `${memory} MB, ${files} files, p99 ${Math.round(latency)} ms`
}

function compare(first: Sample, last: Sample): string[] {
  return [
    ...(last.memory > first.memory * 1.5 + 50
      ? [`memory grew from ${first.memory} to ${last.memory} MB`]
      : []),
    ...(last.files > first.files + 5 ? [`files grew from ${first.files} to ${last.files}`] : []),
    ...(last.latency > first.latency * 2 + 500 ? ['latency grew'] : []),
  ]
}
