// What the announcement of 200 devices costs live events: the time from the hand-over to the session until a subscriber has the event,
// by a real Mosquitto, with and without announcements being sent, in turn in one run. `node bench/broker/announcements.ts [rounds]`
import mqtt from 'mqtt'
import { componentsOf } from '../../lib/announce/homeassistant/components.ts'
import { deviceMessage, discoveryTopic } from '../../lib/announce/homeassistant/messages.ts'
import { room } from '../../lib/formats/library/jeelink.ts'
import { Session } from '../../lib/mqtt/session/session.ts'
import { startMosquitto } from '../../test/support/programs/mosquitto.ts'

const rounds = Number(process.argv[2] ?? 10)
const devices = 200
/** events a second, and seconds of a turn: the announcements take all of it */
const rate = 200
const seconds = 3

const broker = await startMosquitto({ quiet: true })
const subscriber = mqtt.connect(broker.url, { protocolVersion: 5 })
await subscriber.subscribeAsync('fieldlog/bench/good/#')
const session = new Session({
  ...{ url: broker.url, address: broker.url, clientId: 'bench', keepalive: 60, protocolVersion: 5 },
  statusTopic: 'fieldlog/bench/status',
})
await new Promise<void>((resolve) => {
  const stop = session.subscribe({
    changed() {
      if (session.state.phase !== 'connected') return
      stop()
      resolve()
    },
  })
  session.start()
})

const announcements = Array.from({ length: devices }, (_, i) => {
  const id = `fieldlog-bench-${i}`
  const of = { id, topic: `fieldlog/bench/latest/room/${i}`, expireAfter: 300, prefix: '' }
  const device = { id, name: `device ${i}`, area: '', model: 'Room node', availability: undefined }
  const topics = { status: 'fieldlog/bench/status', health: 'fieldlog/bench/health' }
  const origin = { name: 'Fieldlog', version: '1', url: 'https://example.org' }
  const payload = deviceMessage({ ...device, components: componentsOf(room, of) }, 'bench', topics, origin)
  return [discoveryTopic('homeassistant', id), payload] as const
})

let number = 0
async function turn(announces: boolean): Promise<number[]> {
  const since = new Map<string, number>()
  const times: number[] = []
  const all = new Promise<void>((resolve) => {
    const received = (_topic: string, payload: Buffer) => {
      times.push(performance.now() - since.get(payload.toString())!)
      if (times.length < rate * seconds) return
      subscriber.off('message', received)
      resolve()
    }
    subscriber.on('message', received)
  })
  if (announces) {
    for (const [topic, payload] of announcements) session.retained.put(topic, payload, 'announcements')
  }
  for (let i = 0; i < rate * seconds; i++) {
    const id = String(++number)
    since.set(id, performance.now())
    session.publish({ id, topic: `fieldlog/bench/good/${i % devices}`, payload: id, retain: false }, () => {})
    await new Promise((resolve) => setTimeout(resolve, 1000 / rate))
  }
  await all
  return times
}

const quantile = (times: readonly number[], share: number) =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * share)]!
const found = { without: [] as number[], with: [] as number[] }
await turn(false)
for (let i = 0; i < rounds; i++) {
  // what else the machine does falls on both alike
  const order = i % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const)
  for (const way of order) found[way].push(...(await turn(way === 'with')))
}
for (const way of ['without', 'with'] as const) {
  const [p50, p99] = [quantile(found[way], 0.5), quantile(found[way], 0.99)]
  process.stdout.write(
    `${way.padEnd(8)} p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, ${found[way].length} events\n`,
  )
}
const share = quantile(found.with, 0.99) / quantile(found.without, 0.99) - 1
process.stdout.write(`with announcements p99 is ${(share * 100).toFixed(1)} % longer\n`)
await session.close()
await subscriber.endAsync()
await broker.remove()
