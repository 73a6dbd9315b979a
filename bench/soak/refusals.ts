// A broker that says no for a while, with many messages waiting: nothing is lost, set aside or published twice, the order
// within each topic holds, nobody has to do anything, and the account balances all the time.
// `npm run soak -- refusals`
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import mqtt from 'mqtt'
import type { IPublishPacket } from 'mqtt-packet'
import { DiskOutbox } from '../../lib/mqtt/outbox/disk-outbox.ts'
import { DiskRefusedPile } from '../../lib/mqtt/outbox/refused.ts'
import { Session } from '../../lib/mqtt/session/session.ts'
import { startScriptedBroker } from '../../test/lib/mqtt/scripted-broker.ts'
import { startMosquitto } from '../../test/support/programs/mosquitto.ts'

/** s that all must have arrived in after the cure */
const limit = 60

interface Outage {
  name: string
  waiting: number
  topics: number
  /** s */
  lasts: number
  prepare(arrived: (topic: string, payload: string) => void): Promise<Broker>
}

interface Broker {
  url: string
  login?: { username: string; password: string }
  /** it listens, and refuses */
  begin(): Promise<void>
  cure(): void
  remove(): Promise<void>
}

class Arrivals {
  readonly ids = new Set<string>()
  repeats = 0
  outOfOrder = 0
  readonly #highest = new Map<string, number>()

  take(topic: string, payload: string): void {
    if (this.ids.has(payload)) this.repeats++
    this.ids.add(payload)
    const highest = this.#highest.get(topic) ?? -1
    if (Number(payload) < highest) this.outOfOrder++
    this.#highest.set(topic, Math.max(highest, Number(payload)))
  }
}

const outages: Outage[] = [
  { name: 'access rules of Mosquitto', waiting: 60_000, topics: 6, lasts: 15, prepare: withWrongAcl },
  {
    name: 'access rules of Mosquitto, two topics',
    waiting: 60_000,
    topics: 2,
    lasts: 15,
    prepare: withWrongAcl,
  },
  { name: 'quota exceeded (0x97)', waiting: 150_000, topics: 8, lasts: 19, prepare: withQuota },
  { name: 'quota exceeded (0x97), one topic', waiting: 150_000, topics: 1, lasts: 19, prepare: withQuota },
]

let failed = false
for (const outage of outages) failed = !(await run(outage)) || failed
process.exitCode = failed ? 1 : 0

async function run({ name, waiting, topics, lasts, prepare }: Outage): Promise<boolean> {
  const home = mkdtempSync(join(tmpdir(), 'fieldlog-refusals-'))
  const arrivals = new Arrivals()
  const broker = await prepare((topic, payload) => arrivals.take(topic, payload))
  const session = new Session(
    {
      url: broker.url,
      address: broker.url,
      clientId: 'soak',
      keepalive: 60,
      protocolVersion: 5,
      statusTopic: 'fieldlog/soak/status',
      ...broker.login,
    },
    {
      outbox: new DiskOutbox({ directory: home }),
      refused: new DiskRefusedPile({ directory: join(home, 'refused') }, (text) => console.log(`  ${text}`)),
      report: (level, text) => console.log(`  ${level}: ${text}`),
    },
  )
  const problems: string[] = []
  const check = () => {
    const { in: taken, acknowledged, refused, dropped } = session.counts
    const account = { in: taken, acknowledged, refused, dropped, waiting: session.state.waiting }
    if (taken !== acknowledged + refused + dropped + account.waiting || refused + dropped > 0)
      problems.push(JSON.stringify(account))
  }
  let given = 0
  const publish = () => {
    const topic = `fieldlog/soak/${given % topics}`
    const id = `e-${given}`
    session.publish({ id, topic, payload: String(given++), retain: false }, () => {})
  }
  session.start()
  while (given < waiting) {
    for (let i = 0; i < 1_000; i++) publish()
    await pause(5)
  }
  await pause(1_000)
  check()
  console.log(`${name}: ${session.state.waiting} wait`)
  await broker.begin()
  for (let second = 0; second < lasts; second++) {
    await pause(1_000)
    // what comes meanwhile
    for (let i = 0; i < 20; i++) publish()
    check()
  }
  broker.cure()
  const cured = performance.now()
  const all = given
  let most = 0
  while (arrivals.ids.size < all && performance.now() - cured < limit * 1_000) {
    await pause(1_000)
    most = Math.max(most, process.memoryUsage.rss())
    check()
  }
  const seconds = ((performance.now() - cured) / 1_000).toFixed(1)
  await session.close()
  await broker.remove()
  rmSync(home, { recursive: true })
  const { repeats, outOfOrder, ids } = arrivals
  if (ids.size !== all) problems.push(`${all - ids.size} of ${all} are not there`)
  if (repeats > 0) problems.push(`${repeats} came twice`)
  if (outOfOrder > 0) problems.push(`${outOfOrder} came out of order`)
  const figures = `${ids.size} of ${all} arrived ${seconds} s after the cure, ${repeats} repeats, ${outOfOrder} out of order`
  console.log(`  ${figures}, ${Math.round(most / 2 ** 20)} MB at most`)
  console.log(
    problems.length === 0 ? '  passed' : `  failed: ${[...new Set(problems)].slice(0, 5).join('; ')}`,
  )
  return problems.length === 0
}

/** A real one whose access rules forget the gateway. */
async function withWrongAcl(arrived: (topic: string, payload: string) => void): Promise<Broker> {
  const watcher = ['user watcher', 'topic read fieldlog/#']
  const broker = await startMosquitto({
    users: { gateway: 'secret', watcher: 'secret' },
    acl: watcher,
    lines: ['max_inflight_messages 100', 'max_queued_messages 0', 'log_type error'],
    quiet: true,
  })
  await broker.stop()
  let client: mqtt.MqttClient | undefined
  return {
    url: broker.url,
    login: { username: 'gateway', password: 'secret' },
    async begin() {
      await broker.start()
      client = await mqtt.connectAsync(broker.url, { username: 'watcher', password: 'secret' })
      client.on('message', (topic, payload) => {
        if (!topic.endsWith('/status')) arrived(topic, payload.toString())
      })
      await client.subscribeAsync('fieldlog/#', { qos: 1 })
    },
    cure() {
      broker.setAcl([...watcher, 'user gateway', 'topic readwrite fieldlog/#'])
    },
    async remove() {
      await client?.endAsync(true)
      await broker.remove()
    },
  }
}

/** One that follows a script: everything is beyond a quota. */
async function withQuota(arrived: (topic: string, payload: string) => void): Promise<Broker> {
  let isCured = false
  let broker = await startScriptedBroker()
  const { port, url } = broker
  await broker.stop()
  return {
    url,
    async begin() {
      const publish = (
        peer: { acknowledge(message: IPublishPacket, code?: number): void },
        message: IPublishPacket,
      ) => {
        // it keeps what it gets; so many are too much
        broker.packets.length = 0
        if (message.topic.endsWith('/status')) return peer.acknowledge(message)
        if (isCured) arrived(message.topic, message.payload.toString())
        peer.acknowledge(message, isCured ? 0 : 0x97)
      }
      broker = await startScriptedBroker({ publish }, port)
    },
    cure() {
      isCured = true
    },
    remove: () => broker.stop(),
  }
}
