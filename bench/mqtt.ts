// Our MQTT session beside bare MQTT.js: the same Mosquitto, the same topics and payloads, QoS 1, in turn in one run.
// `node bench/mqtt.ts [messages]`
import mqtt from 'mqtt'
import { Session } from '../lib/mqtt/session/session.ts'
import { startMosquitto } from '../test/support/programs/mosquitto.ts'
import { type SampleMessage, sampleMessage } from './sample-message.ts'

interface Result {
  /** acknowledged messages a second */
  rate: number
  /** µs of CPU a message, user and system, of this process */
  cpu: number
}

type Sender = (url: string, messages: readonly SampleMessage[], window: number) => Promise<Result>

const count = Number(process.argv[2] ?? 50_000)
const rounds = 5

/** MQTT.js as anybody would use it, with so many messages unacknowledged at a time. */
const bare: Sender = async (url, messages, window) => {
  const client = await mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0 })
  const result = await measure(messages.length, (acknowledged) => {
    let next = 0
    const publish = () => {
      const message = messages[next++]
      if (message === undefined) return
      client.publish(message.topic, message.payload, { qos: 1 }, () => {
        acknowledged()
        publish()
      })
    }
    for (let i = 0; i < window; i++) publish()
  })
  await client.endAsync()
  return result
}

const ours: Sender = async (url, messages, window) => {
  const session = new Session({
    url,
    address: url,
    clientId: 'bench',
    keepalive: 60,
    protocolVersion: 5,
    statusTopic: 'fieldlog/bench/status',
    tuning: { window },
  })
  const connected = new Promise<void>((resolve) => session.subscribe({ changed: resolve }))
  session.start()
  await connected
  const result = await measure(messages.length, (acknowledged) => {
    // handed over as the log node does: this many in flight
    let next = 0
    const publish = () => {
      const message = messages[next++]
      if (message === undefined) return
      session.publish(message, () => {
        acknowledged()
        publish()
      })
    }
    for (let i = 0; i < 1000; i++) publish()
  })
  await session.close()
  return result
}

async function measure(messages: number, run: (acknowledged: () => void) => void): Promise<Result> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  await new Promise<void>((resolve) => {
    let open = messages
    run(() => {
      if (--open === 0) resolve()
    })
  })
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { rate: messages / seconds, cpu: (user + system) / messages }
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!
const line = (name: string, results: Result[]) => {
  const rate = median(results.map((result) => result.rate))
  const cpu = median(results.map((result) => result.cpu))
  console.log(
    `  ${name.padEnd(12)} ${Math.round(rate).toString().padStart(7)} messages/s ${cpu.toFixed(1).padStart(6)} µs CPU`,
  )
  return rate
}

const messages = Array.from({ length: count }, (_, i) => sampleMessage(i + 1))
console.log(
  `${count} messages of ${messages[0]!.payload.length} bytes, QoS 1, MQTT 5, median of ${rounds} rounds`,
)
for (const { name, lines, window } of [
  { name: 'Mosquitto as it comes (receive maximum 20)', lines: [], window: 20 },
  { name: 'receive maximum raised to 100', lines: ['max_inflight_messages 100'], window: 100 },
]) {
  const broker = await startMosquitto({ lines: [...lines, 'log_type error'], quiet: true })
  const results: { bare: Result[]; ours: Result[] } = { bare: [], ours: [] }
  for (let round = 0; round < rounds; round++) {
    results.bare.push(await bare(broker.url, messages, window))
    results.ours.push(await ours(broker.url, messages, window))
  }
  await broker.remove()
  console.log(`${name}, ${window} messages unacknowledged at a time:`)
  const peer = line('bare MQTT.js', results.bare)
  const own = line('our session', results.ours)
  console.log(`  ${Math.round((own / peer) * 100)} % of the peer`)
}
