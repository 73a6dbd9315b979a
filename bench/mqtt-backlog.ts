// After an outage: how fast what waits on disk drains, beside bare MQTT.js with the same messages from memory, the
// same Mosquitto, payload and QoS, in the same run; how long a live event takes meanwhile; and how much memory it costs.
// `node bench/mqtt-backlog.ts [messages, default 1,000,000]`
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { DiskOutbox, type DiskOutboxOptions } from '../lib/mqtt/outbox/disk-outbox.ts'
import { type Entry, keyOf, type Publication } from '../lib/mqtt/outbox/outbox.ts'
import { Session } from '../lib/mqtt/session/session.ts'
import { startMosquitto } from '../test/support/programs/mosquitto.ts'
import { sampleMessage } from './sample-message.ts'

const count = Number(process.argv[2] ?? 1_000_000)
const window = 100
const home = mkdtempSync(join(tmpdir(), 'fieldlog-backlog-'))
const broker = await startMosquitto({
  lines: [`max_inflight_messages ${window}`, 'log_type error'],
  quiet: true,
})

console.log(
  `${count} messages of ${sampleMessage(1).payload.length} bytes, QoS 1, MQTT 5, ${window} under way`,
)
const { rate: peer, cpu: peerCpu } = await bare()
console.log(`  bare MQTT.js      ${Math.round(peer)} acks/s, ${peerCpu.toFixed(1)} µs CPU`)
await drain('strict order', { order: 'strict' })
await drain('live first', { order: 'live-first' })
await drain('live first, paced', { order: 'live-first', pace: Math.round(peer / 10) }, Math.ceil(count / 10))
await broker.remove()
rmSync(home, { recursive: true })

/** The same messages, made as they are sent. */
async function bare(): Promise<{ rate: number; cpu: number }> {
  const client = await mqtt.connectAsync(broker.url, { protocolVersion: 5, reconnectPeriod: 0 })
  const cpu = process.cpuUsage()
  const start = performance.now()
  await new Promise<void>((resolve) => {
    let next = 1
    let open = count
    const publish = () => {
      if (next > count) return
      const { topic, payload } = sampleMessage(next++)
      client.publish(topic, payload, { qos: 1 }, () => {
        if (--open === 0) resolve()
        publish()
      })
    }
    for (let i = 0; i < window; i++) publish()
  })
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  await client.endAsync()
  return { rate: count / seconds, cpu: (user + system) / count }
}

async function drain(name: string, options: Partial<DiskOutboxOptions>, messages = count): Promise<void> {
  const directory = join(home, name.replaceAll(/\W/g, '-'))
  await fill(directory, messages)
  const outbox = new DiskOutbox({ directory, ...options })
  const session = new Session(
    {
      url: broker.url,
      address: broker.url,
      clientId: 'bench',
      keepalive: 60,
      protocolVersion: 5,
      statusTopic: 'fieldlog/bench/status',
      tuning: { window },
    },
    { outbox },
  )
  const connected = new Promise<void>((resolve) => session.subscribe({ changed: resolve }))
  session.start()
  await connected
  global.gc?.()
  const before = process.memoryUsage.rss()
  const cpu = process.cpuUsage()
  const start = performance.now()
  const latencies: number[] = []
  let most = 0
  let live = count + 1
  while (session.counts.acknowledged < messages) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    most = Math.max(most, process.memoryUsage.rss())
    const handedOver = performance.now()
    session.publish(sampleMessage(live++), () => latencies.push(performance.now() - handedOver))
  }
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  await session.close()
  latencies.sort((a, b) => a - b)
  const rate = messages / seconds
  const p99 = latencies[Math.floor(latencies.length * 0.99)] ?? 0
  const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20)
  console.log(
    `  ${name.padEnd(17)} ${Math.round(rate)} acks/s, ${Math.round((rate / peer) * 100)} % of the peer, ` +
      `${((user + system) / messages).toFixed(1)} µs CPU; ` +
      `live p99 ${p99.toFixed(0)} ms (${latencies.length}); ${megabytes(before)} MB before, ${megabytes(most)} MB at most`,
  )
}

/** What an outage leaves. */
async function fill(directory: string, messages: number): Promise<void> {
  const outbox = new DiskOutbox({ directory, maxBytes: 1e12 })
  let kept = 0
  let more = () => {}
  const ignore = () => {}
  outbox.listener = {
    readable: ignore,
    dropped: ignore,
    found: ignore,
    problem: ignore,
    kept() {
      kept++
      more()
    },
  }
  await outbox.open()
  outbox.spill()
  for (let next = 1; next <= messages; ) {
    for (let i = 0; i < 2_000 && next <= messages; i++) outbox.append(entry(sampleMessage(next++)))
    await new Promise<void>((resolve) => {
      more = () => {
        if (kept === next - 1) resolve()
      }
      more()
    })
  }
  await outbox.close()
}

function entry(publication: Publication): Entry {
  const bytes = publication.topic.length + publication.payload.length
  const key = keyOf(publication)
  return { ...publication, replayed: true, key, order: 1, bytes, at: Date.now(), seq: 0, settled: [] }
}
