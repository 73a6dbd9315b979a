// What announcements and latest values of 200 devices cost live events: the time from the moment at which an event is due until a
// subscriber has it, by a real Mosquitto. `node bench/broker/announcements.ts [pairs] [way]`
//
// Turns with and without follow each other in one run, and each pair is compared by itself: what else the machine does falls on
// neighbours alike, and a single bad moment spoils one pair, not the median. An event that waits because the process is busy has
// waited, too, so time counts from when it was due.
import mqtt from 'mqtt'
import { Announcer } from '../../lib/announce/announcer.ts'
import { compileNames } from '../../lib/devices/names.ts'
import type { FieldlogEvent } from '../../lib/event.ts'
import { room } from '../../lib/formats/library/jeelink.ts'
import { systemClock } from '../../lib/kit/clock.ts'
import type { RetainedTopics } from '../../lib/mqtt/session/retained.ts'
import { Session } from '../../lib/mqtt/session/session.ts'
import { MemoryDisk } from '../../test/support/memory-disk.ts'
import { startMosquitto } from '../../test/support/programs/mosquitto.ts'

const pairs = Number(process.argv[2] ?? 15)
const only = process.argv[3]
const ways = (['latest values', 'announcements'] as const).filter((way) => only === undefined || way === only)
const devices = 200
/** events a second, and seconds of a turn: making and sending the announcements takes nearly all of it */
const rate = 200
const seconds = 30
const count = rate * seconds

/** Beside the events: nothing; the newest readings of devices that are known, as they come; the announcements of a start. */
type Way = 'events alone' | 'latest values' | 'announcements'

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

let number = 0
/** messages beside the events, in the turn */
let beside = 0
const retained: RetainedTopics = {
  put(topic, payload, kind, isOfEvent) {
    const counted = () => {
      beside++
      return typeof payload === 'function' ? payload() : payload
    }
    session.retained.put(topic, counted, kind, isOfEvent)
  },
  remove: (topic, kind, gone) => session.retained.remove(topic, kind, gone),
}

async function newAnnouncer(way: Way): Promise<Announcer> {
  const disk = new MemoryDisk()
  await disk.makeDirectory('outbox')
  const announcer = new Announcer({
    ...{ topics: retained, listen: () => () => {}, clock: systemClock, random: Math.random, disk },
    ...{ directory: 'outbox', installation: 'abcd1234', warn: (text) => process.stderr.write(`${text}\n`) },
    origin: { name: 'Fieldlog', version: '1', url: 'https://example.org' },
    own: { status: 'fieldlog/bench/status', health: 'fieldlog/bench/health' },
  })
  await announcer.open()
  announcer.set({
    ...{ gateway: 'bench', isOn: true, isWatching: false, formats: [room] },
    names: compileNames(
      Array.from({ length: devices }, (_, i) => {
        return { source: 'usb', type: '', key: String(i), name: `device ${i}`, place: 'attic', interval: '' }
      }),
    ),
    homeAssistant: way === 'announcements' ? { prefix: 'homeassistant', types: undefined } : undefined,
  })
  return announcer
}

function reading(i: number): FieldlogEvent {
  const now = Date.now()
  const key = String(i % devices)
  return {
    ...{
      id: `b-${++number}`,
      seq: number,
      received: now,
      time: now,
      source: 'usb',
      raw: '',
      replayed: false,
    },
    ...{ type: 'room', key, device: `device ${key}`, verdict: 'good', reasons: [] },
    data: { light: 0, moved: 0, humi: 59, temp: 18.2, lobat: 0 },
  }
}

interface Turn {
  times: number[]
  beside: number
}

/** One that has published a reading of each device. */
async function primed(way: Way): Promise<Announcer> {
  const announcer = await newAnnouncer(way)
  for (let i = 0; i < devices; i++) announcer.take(reading(i))
  while (beside < devices) await new Promise((resolve) => setTimeout(resolve, 100))
  return announcer
}

async function turn(way: Way): Promise<Turn> {
  beside = 0
  // as after a start: all devices are found in one moment, and the events that follow find them announced
  const starting = way === 'announcements' ? await newAnnouncer(way) : undefined
  if (starting) for (let i = 0; i < devices; i++) starting.take(reading(i))
  const since = new Map<string, number>()
  const times: number[] = []
  const all = new Promise<void>((resolve) => {
    const received = (_topic: string, payload: Buffer) => {
      times.push(performance.now() - since.get(payload.toString())!)
      if (times.length < count) return
      subscriber.off('message', received)
      resolve()
    }
    subscriber.on('message', received)
  })
  const start = performance.now()
  for (let i = 0; i < count; ) {
    const due = start + (i * 1000) / rate
    const early = due - performance.now()
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, Math.ceil(early)))
    else {
      const event = reading(i++)
      since.set(event.id, due)
      if (way === 'latest values') latest.take(event)
      const topic = `fieldlog/bench/good/${event.key}`
      session.publish({ id: event.id, topic, payload: event.id, retain: false }, () => {})
    }
  }
  await all
  const sent = beside
  await starting?.close()
  return { times, beside: sent }
}

const quantile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)]!
/** Of an even number the geometric mean of the two in the middle: these are ratios, and the upper one alone would speak against us. */
function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return Math.sqrt(sorted[Math.floor(middle)]! * sorted[Math.ceil(middle)]!)
}
const ms = (value: number) => value.toFixed(2).padStart(8)

const latest = await primed('latest values')
await turn('announcements')
await turn('latest values')
for (const way of ways) {
  process.stdout.write(`${way}, ms: p50 and p99 without and with, p99 with by without, messages beside\n`)
  const ratios: number[] = []
  const all = { without: [] as number[], with: [] as number[] }
  for (let i = 0; i < pairs; i++) {
    const order: Way[] = i % 2 === 0 ? ['events alone', way] : [way, 'events alone']
    const turns = [await turn(order[0]!), await turn(order[1]!)]
    if (i % 2 === 1) turns.reverse()
    const [alone, beside] = turns as [Turn, Turn]
    all.without.push(...alone.times)
    all.with.push(...beside.times)
    const shares = [0.5, 0.99].map((share) => [quantile(alone.times, share), quantile(beside.times, share)])
    const [[p50, p50With], [p99, p99With]] = shares as [[number, number], [number, number]]
    ratios.push(p99With / p99)
    const line = `${ms(p50)}${ms(p50With)}   ${ms(p99)}${ms(p99With)}   ${ms(p99With / p99)}`
    process.stdout.write(`${line}   ${beside.beside}\n`)
  }
  const median = medianOf(ratios)
  const together = quantile(all.with, 0.99) / quantile(all.without, 0.99)
  process.stdout.write(
    `${way}: p99 is ${((median - 1) * 100).toFixed(1)} % longer (median of ${pairs} pairs; ` +
      `all turns together ${((together - 1) * 100).toFixed(1)} %)\n`,
  )
}
await latest.close()
await session.close()
await subscriber.endAsync()
await broker.remove()
