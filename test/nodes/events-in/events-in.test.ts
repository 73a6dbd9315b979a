import assert from 'node:assert/strict'
import { once } from 'node:events'
import { timeEvent } from '../../../lib/formats/library/general.ts'
import { defaultsOf } from '../../../lib/options/options.ts'
import { EvClient } from '../../../lib/time-events/ev-client.ts'
import { machineMonotonic } from '../../../lib/time-events/wire/monotonic.ts'
import events from '../../../nodes/events/events.ts'
import { eventsOptions } from '../../../nodes/events/options.ts'
import eventsIn from '../../../nodes/events-in/events-in.ts'
import { clean } from '../../lib/formats/helper.ts'
import { ownQueue, ownSocket } from '../../lib/time-events/helper.ts'
import { freePort } from '../../support/programs/free-port.ts'
import helper, { nodeRedName, type TestNode } from '../helper.ts'

interface EventMessage {
  topic: string
  source: string
  payload: { eventId: string; data: Record<string, unknown> }
}

const onTab = { z: 'tab', x: 100, y: 100 }

describe(`fieldlog-events-in (${nodeRedName})`, function () {
  this.timeout(30_000)
  const queue = ownQueue()
  const closing: Array<() => unknown> = []

  before((done) => {
    helper.startServer(done)
  })
  after((done) => {
    queue.remove()
    helper.stopServer(done)
  })
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
    await helper.setFlows([{ id: 'tab', type: 'tab' }], 'full')
    await helper.unload()
  })

  function flow(options: object): object[] {
    const off = { queue: false, socket: false, udp: false }
    return [
      { id: 'tab', type: 'tab' },
      { id: 'events', type: 'fieldlog-events', ...defaultsOf(eventsOptions), ...off, ...options },
      { id: 'in', type: 'fieldlog-events-in', ...onTab, events: 'events', wires: [['out'], ['rejected']] },
      { id: 'out', type: 'helper', ...onTab },
      { id: 'rejected', type: 'helper', ...onTab },
    ]
  }

  /** The next message at a helper node. */
  const next = async (id: string): Promise<EventMessage> =>
    ((await once(helper.getNode(id) as unknown as TestNode, 'input')) as [EventMessage])[0]

  function connect(transport: string): EvClient {
    const client = new EvClient({ name: 'shim[7]', transport })
    closing.push(() => client.close())
    client.connect()
    return client
  }

  it('sends an event of each transport, which the format of the library reads', async () => {
    const socketName = ownSocket()
    const udpPort = await freePort()
    const on = { queue: true, queueName: queue.name, socket: true, socketName, udp: true, udpPort }
    await helper.load([events, eventsIn], flow(on))
    for (const [way, transport] of [
      [`queue:${queue.name}`, 'queue'],
      [`socket:${socketName}`, 'socket'],
      [`udp:127.0.0.1:${udpPort}`, 'udp'],
    ] as const) {
      const came = next('out')
      const time = machineMonotonic()
      connect(way).send({ cat: 'BOOT', subject: 'eth0', seq: 'START', msg: 'é', time })
      const { topic, source, payload } = await came
      const { time: utc, ...data } = payload.data
      assert.deepEqual([topic, source, payload.eventId], ['telog', 'telog', 'BOOT'])
      const known = {
        cat: 'BOOT',
        source: 'shim',
        pid: 7,
        subject: 'eth0',
        seq: 'START',
        msg: 'é',
        known: true,
      }
      assert.deepEqual(data, { ...known, msec: time, transport })
      const event = clean(timeEvent, JSON.stringify(payload))
      assert.deepEqual([event.type, event.time, event.data.msg], ['timeevent', utc, 'é'])
    }
  })

  it('sends what is no event out of the second output', async () => {
    const socketName = ownSocket()
    await helper.load([events, eventsIn], flow({ socket: true, socketName }))
    const rejected = next('rejected')
    const { Libc } = await import('../../../lib/time-events/transport/libc.ts')
    const { sendToSocket } = await import('../../../lib/time-events/transport/socket.ts')
    const sender = sendToSocket(Libc.load(), socketName)
    closing.push(() => sender.close())
    assert.equal(sender.send(Buffer.from('$TELxxxx')), undefined)
    const { topic, payload } = await rejected
    assert.equal(topic, 'rejected')
    assert.deepEqual(payload, {
      reason: 'crc',
      transport: 'socket',
      count: 1,
      bytes: Buffer.from('$TELxxxx').toString('hex'),
    })
  })

  it('keeps its socket through a deploy, and what came meanwhile', async () => {
    const socketName = ownSocket()
    const nodes = flow({ socket: true, socketName })
    await helper.load([events, eventsIn], nodes)
    const client = connect(`socket:${socketName}`)
    const first = next('out')
    client.send({ cat: 'A' })
    await first
    // a server that closes its socket would have it refused for a moment
    const deployed = helper.setFlows([...nodes, { id: 'more', type: 'helper', ...onTab }], 'full')
    for (let n = 0; n < 5; n++) assert.equal(client.send({ cat: `B${n}` }), true)
    assert.deepEqual([client.stats.sent, client.stats.buffered], [6, 0])
    await deployed
    const out = helper.getNode('out') as unknown as TestNode
    const categories: string[] = []
    while (categories.length < 5) {
      const [message] = (await once(out, 'input')) as [EventMessage]
      categories.push(message.payload.eventId)
    }
    assert.deepEqual(categories, ['B0', 'B1', 'B2', 'B3', 'B4'])
  })

  it('listens where a deploy says, and nowhere once it is removed', async () => {
    const [before, after] = [ownSocket(), ownSocket()]
    await helper.load([events, eventsIn], flow({ socket: true, socketName: before }))
    await helper.setFlows(flow({ socket: true, socketName: after }), 'full')
    const came = next('out')
    const client = connect(`socket:${after}`)
    client.send({ cat: 'A' })
    assert.equal((await came).payload.eventId, 'A')
    const gone = connect(`socket:${before}`)
    gone.send({ cat: 'A' })
    assert.equal(gone.stats.buffered, 1)
    await helper.setFlows([{ id: 'tab', type: 'tab' }], 'full')
    client.send({ cat: 'A' })
    assert.equal(client.stats.buffered, 1)
  })
})
