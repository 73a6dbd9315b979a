// Time events through the whole gateway to a real broker, while the gateway is stopped and killed and the broker is away.
// `npm run soak -- events` has them away for a minute.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ownQueue, ownSocket } from '../lib/time-events/helper.ts'
import { fastBroker } from '../outages/way.ts'
import { Gateway } from '../support/gateway.ts'
import { journalHolds, readJournal } from '../support/journal-files.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'
import { eventsFlow } from '../support/time-events/flow.ts'
import { EventArrivals, EventStream } from '../support/time-events/stream.ts'

/** ms of each outage */
const away = process.env.FIELDLOG_SOAK === '1' ? 60_000 : 2_000
/** events a second of each stream */
const pace = 50
const buffer = 20_000
/** ms in which nothing more arrives: it is lost */
const patience = 20_000
const kills = 2
/** events of a stream in a kill: 50 ms of those that come as fast as they can, and a write on a busy machine */
const mostLost = 500

describe('time events, whatever is away', function () {
  this.timeout(10 * away + 240_000)
  const queue = ownQueue()
  const socketName = ownSocket()
  let home: string
  let broker: Mosquitto
  let gateway: Gateway
  let arrivals: EventArrivals
  const streams: EventStream[] = []

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-events-'))
    writeFileSync(
      join(home, 'flows.json'),
      JSON.stringify(eventsFlow({ queueName: queue.name, socketName, limit: 0 })),
    )
    broker = await startMosquitto({ lines: fastBroker, quiet: true })
    arrivals = await EventArrivals.open(broker.url)
    await startGateway()
  })
  after(async () => {
    for (const { client } of streams) client.close()
    await (gateway as Gateway | undefined)?.remove()
    await (arrivals as EventArrivals | undefined)?.close()
    await (broker as Mosquitto | undefined)?.remove()
    queue.remove()
    rmSync(home, { recursive: true, force: true })
  })

  async function startGateway(): Promise<void> {
    // the longest flush interval that is usual: time events do not wait for it
    const env = {
      FIELDLOG_SERIAL: 'tcp://127.0.0.1:9',
      FIELDLOG_MQTT: broker.url,
      FIELDLOG_FLUSH_INTERVAL: '60',
    }
    gateway = await Gateway.start({ home, env })
  }

  function streaming(test: string): EventStream[] {
    const pair = [
      new EventStream(`${test}-queue`, `queue:${queue.name}`, buffer),
      new EventStream(`${test}-socket`, `socket:${socketName}`, buffer),
    ]
    streams.push(...pair)
    for (const stream of pair) stream.start(pace)
    return pair
  }

  async function assertOnce(pair: EventStream[]): Promise<void> {
    for (const stream of pair) {
      assert.equal(await stream.end(), true)
      await arrivals.all(stream, patience)
      assert.equal(stream.client.stats.lost, 0)
    }
    assertOneId()
  }

  /** A message that comes again has the id that it had before. */
  function assertOneId(): void {
    const several = [...arrivals.ids].filter(([, ids]) => ids.size !== 1)
    assert.deepEqual(several, [])
  }

  it('arrive once where the gateway is stopped and started', async () => {
    const pair = streaming('stopped')
    for (const stream of pair) await arrivals.all(stream, patience, 0, 20)
    assert.equal((await gateway.stop()).status, 0)
    await pause(away)
    await startGateway()
    await assertOnce(pair)
  })

  it('arrive once, and in order, through deploys', async () => {
    const pair = streaming('deployed')
    for (let n = 1; n <= 5; n++) {
      const [begin] = pair.map(({ count }) => count)
      await deploy(gateway.url, n)
      for (const stream of pair) await arrivals.all(stream, patience, begin, begin! + 20)
    }
    await assertOnce(pair)
    for (const { name } of pair) {
      const numbers = [...arrivals.ids.keys()]
        .filter((key) => key.startsWith(`${name} `))
        .map((key) => Number(key.split(' ')[1]))
      assert.deepEqual(numbers, Array.from(numbers.keys()))
    }
  })

  it('are durable at once, whatever the flush interval, and survive a kill then', async () => {
    const stream = new EventStream('durable', `queue:${queue.name}`, buffer)
    streams.push(stream)
    const { length } = [...arrivals.ids]
    for (let n = 0; n < 20; n++) stream.send()
    assert.equal(await stream.end(), true)
    await journalHolds(gateway.journal, length + 20, 5_000)
    await gateway.stop('SIGKILL')
    await startGateway()
    await assertOnce([stream])
  })

  it('arrive once where the gateway is killed twice, but for what came in the last moment before', async () => {
    const pair = streaming('killed')
    for (let kill = 0; kill < kills; kill++) {
      const [begin] = pair.map(({ count }) => count)
      for (const stream of pair) await arrivals.all(stream, patience, begin, begin! + 20)
      await gateway.stop('SIGKILL')
      await pause(away)
      await startGateway()
    }
    for (const stream of pair) assert.equal(await stream.end(), true)
    for (const stream of pair) {
      // what comes to the broker does so in order: behind the last one there is nothing more
      await arrivals.all(stream, patience, stream.count - 1)
      const lost = arrivals.missing(stream)
      // one run for each kill, of events that never became durable
      const gaps = lost.filter((n) => !lost.includes(n - 1)).length
      assert.ok(gaps <= kills, `lost: ${lost}`)
      assert.ok(lost.length <= kills * mostLost, `lost: ${lost}`)
      const logged = readJournal(gateway.journal).entries.map(({ text }) => text)
      const durable = lost.filter((n) => logged.some((text) => isOf(text, stream, n)))
      assert.deepEqual(durable, [])
      process.stdout.write(`      ${stream.name}: lost ${lost.length} of ${stream.count}\n`)
      assert.equal(stream.client.stats.lost, 0)
    }
    assertOneId()
  })

  it('arrive once where the broker is away', async () => {
    const pair = streaming('broker')
    for (const stream of pair) await arrivals.all(stream, patience, 0, 20)
    await broker.stop()
    await pause(away)
    await broker.start()
    await assertOnce(pair)
  })
})

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
  assert.equal(response.status, 200)
}

/** Whether an entry of the journal is the event with this number. */
function isOf(text: string, { name }: EventStream, n: number): boolean {
  return text.includes(`"source":"${name}"`) && text.includes(`"msg":"${n}"`)
}
