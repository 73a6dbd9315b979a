// Events over HTTP: the shipped flow for energy sensors, durable before it answers, beside core http in → function → http
// response, in the same Node-RED, by turns; then the same flow with and without a clustering run under way, by turns.
// `node bench/http.ts [seconds]`; needs the build. FIELDLOG_NODE_RED=node-red-4 for the older Node-RED.
import { once } from 'node:events'
import { connect } from 'node:net'
import { inBackground } from '../lib/kit/background.ts'
import type { FlowNode } from '../scripts/make-flow.ts'
import { energyLineOf } from '../test/support/http/energy-requests.ts'
import { endEnergyRuntime, startEnergyRuntime } from '../test/support/http/energy-runtime.ts'

const seconds = Number(process.argv[2] ?? 5)
const connections = 64
const rounds = 3
const linesInBatch = 100

interface Way {
  name: string
  path: string
  events: number
  /** before it */
  prepare?: () => Promise<void>
}

const ways: Way[] = [
  { name: 'core http in → function → http response', path: '/peer', events: 1 },
  { name: 'http body → log → clean, one event a request', path: '/log/store', events: 1 },
  {
    name: `http body → log → clean, ${linesInBatch} lines a request`,
    path: '/log/store',
    events: linesInBatch,
  },
]

interface Measured {
  requests: number
  errors: number
  seconds: number
  /** ms */
  latencies: number[]
}

let timer: NodeJS.Timeout | undefined
const energy = await startEnergyRuntime((flow) => {
  const z = String(flow.find(({ url }) => url === '/log/store')!.z)
  const cluster = flow.find(({ type }) => type === 'fieldlog-cluster')!
  // runs begin on request only, so that a part of the time is free of them
  cluster.every = 0
  flow.push(
    ...answering(z, 'peer', 'msg.payload = {}\nreturn msg'),
    ...answering(
      z,
      'run',
      "node.send([null, { topic: 'cluster' }])\nmsg.payload = {}\nreturn [msg]",
      cluster.id,
    ),
  )
})
const { hostname, port } = new URL(energy.runtime.url)
for (const way of ways) await measure(way, 1)
report(await byTurns(ways))
const clustering: Way[] = [
  { name: 'no clustering run', path: '/log/store', events: 1 },
  { name: 'clustering runs, one after the other', path: '/log/store', events: 1, prepare: startRuns },
]
report(await byTurns(clustering, stopRuns))
await endEnergyRuntime(energy)

/** http in → function → http response; the function's second output leads to the node `also`. */
function answering(z: string, name: string, func: string, also?: string): FlowNode[] {
  const place = { z, x: 1, y: 1 }
  return [
    { id: `${name}-in`, type: 'http in', ...place, url: `/${name}`, method: 'post', wires: [[name]] },
    {
      id: name,
      type: 'function',
      ...place,
      func,
      outputs: 2,
      libs: [],
      wires: [[`${name}-out`], also === undefined ? [] : [also]],
    },
    { id: `${name}-out`, type: 'http response', ...place, wires: [] },
  ]
}

async function byTurns(some: readonly Way[], after: () => void = () => {}): Promise<Map<Way, Measured>> {
  const results = new Map(
    some.map((way) => [way, { requests: 0, errors: 0, seconds: 0, latencies: [] } as Measured]),
  )
  for (let round = 0; round < rounds; round++) {
    for (const way of some) {
      await way.prepare?.()
      const part = await measure(way, seconds)
      after()
      const sum = results.get(way)!
      sum.requests += part.requests
      sum.errors += part.errors
      sum.seconds += part.seconds
      for (const each of part.latencies) sum.latencies.push(each)
    }
  }
  return results
}

/** Each beside the first. */
function report(results: Map<Way, Measured>): void {
  const [first] = [...results.values()]
  for (const [{ name, events }, measured] of results) {
    const pace = measured.requests / measured.seconds
    const p99 = quantile(measured.latencies, 0.99)
    const share = pace / (first!.requests / first!.seconds)
    const slower = p99 / quantile(first!.latencies, 0.99)
    process.stdout.write(
      `${name.padEnd(52)} ${rounded(pace * events).padStart(7)} events/s  p50 ${quantile(measured.latencies, 0.5).toFixed(1)} ms  ` +
        `p99 ${p99.toFixed(1)} ms  errors ${measured.errors}  (${(share * 100).toFixed(0)} % of the requests, p99 × ${slower.toFixed(2)})\n`,
    )
  }
}

/** Asks for a run twenty times a second: a request during a run makes another one follow it. */
async function startRuns(): Promise<void> {
  await requestRun()
  timer = setInterval(() => inBackground(requestRun()), 50)
}

function stopRuns(): void {
  clearInterval(timer)
}

async function requestRun(): Promise<void> {
  const answer = await fetch(`${energy.runtime.url}/run`, { method: 'POST' })
  if (!answer.ok) throw new Error(`the run was answered with ${answer.status}`)
}

/** Sends requests on all connections, one after the other on each, for so many seconds. */
async function measure({ path, events }: Way, duration: number): Promise<Measured> {
  const measured: Measured = { requests: 0, errors: 0, seconds: 0, latencies: [] }
  const begin = performance.now()
  const end = begin + duration * 1000
  await Promise.all(
    Array.from({ length: connections }, () => sendUntil(end, requestTo(path, events), measured)),
  )
  measured.seconds = (performance.now() - begin) / 1000
  return measured
}

function requestTo(path: string, events: number): Buffer {
  const body = Array.from({ length: events }, (_, i) => `${energyLineOf(i)}\n`).join('')
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
}

async function sendUntil(end: number, request: Buffer, measured: Measured): Promise<void> {
  const socket = connect(Number(port), hostname).setNoDelay()
  await once(socket, 'connect')
  await new Promise<void>((resolve) => {
    let answer = ''
    let sent = performance.now()
    socket.setEncoding('latin1')
    socket.on('error', () => resolve())
    socket.on('close', () => resolve())
    socket.on('data', (part: string) => {
      answer += part
      const head = answer.indexOf('\r\n\r\n')
      const length = /content-length: (\d+)/i.exec(answer)?.[1]
      if (head < 0 || answer.length < head + 4 + Number(length ?? 0)) return
      const now = performance.now()
      measured.requests++
      if (!answer.startsWith('HTTP/1.1 200')) measured.errors++
      measured.latencies.push(now - sent)
      answer = ''
      if (now >= end) {
        socket.end()
        return
      }
      sent = now
      socket.write(request)
    })
    socket.write(request)
  })
}

function quantile(values: number[], part: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

function rounded(n: number): string {
  return Math.round(n).toLocaleString('en-US')
}
