// Every limit of the embedded broker: what is over it is refused or dropped with a word, and the others are served.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import mqtt from 'mqtt'
import { generate, type Packet } from 'mqtt-packet'
import { type EmbeddedBroker, startEmbeddedBroker } from '../../../../lib/mqtt/broker/embedded.ts'
import type { BrokerLimits } from '../../../../lib/mqtt/broker/limits.ts'
import { Collector } from '../../../support/collector.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

describe('mqtt embedded broker: limits', () => {
  let broker: EmbeddedBroker
  let lines: string[]
  const sockets: Socket[] = []
  const clock = new FakeClock()
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await broker.stop()
  })

  async function start(limits: Partial<BrokerLimits>): Promise<void> {
    lines = []
    broker = await startEmbeddedBroker({ port: 0, limits, report: (text) => lines.push(text) })
  }

  function open(...packets: Array<Packet | Buffer>): Socket {
    const socket = connect(broker.port, '127.0.0.1')
    sockets.push(socket)
    socket.on('error', () => socket.destroy())
    for (const packet of packets) socket.write(Buffer.isBuffer(packet) ? packet : generate(packet))
    return socket
  }

  const hello = (clientId: string): Packet => ({
    cmd: 'connect',
    protocolId: 'MQTT',
    clientId,
    clean: true,
    keepalive: 0,
  })

  /** A client that has been let in. */
  async function joined(clientId: string): Promise<Socket> {
    const socket = open(hello(clientId))
    await once(socket, 'data')
    return socket
  }

  const closed = (socket: Socket) => {
    socket.resume()
    return new Promise((resolve) => socket.once('close', resolve))
  }

  /** The start of a publish that says it is so long. */
  function begun(length: number, sent: number): Buffer {
    const whole = generate({
      cmd: 'publish',
      topic: 't',
      payload: Buffer.alloc(length),
      qos: 0,
      dup: false,
      retain: false,
    })
    return whole.subarray(0, sent)
  }

  async function assertServes(): Promise<void> {
    const reader = await Collector.open(broker.url, 'alive')
    const client = await mqtt.connectAsync(broker.url)
    await client.publishAsync('alive', 'yes', { qos: 1 })
    await reader.untilCount(1)
    await Promise.all([client.endAsync(), reader.close()])
  }

  it('connections', async () => {
    await start({ connections: 3 })
    const [first] = await Promise.all([joined('a'), joined('b'), joined('c')])
    await closed(open(hello('d')))
    await closed(open(hello('e')))
    assert.deepEqual(lines, ['the embedded broker: 3 clients are connected; more are refused'])
    first?.destroy()
    await once(first as Socket, 'close')
    await joined('f')
  })

  it('the length of a packet, by what it says', async () => {
    await start({ packet: 1000 })
    const client = await joined('a')
    client.write(begun(200_000_000, 5))
    await closed(client)
    assert.deepEqual(lines, [
      'the embedded broker: a client sent a packet of more than 1000 bytes and was disconnected',
    ])
    await assertServes()
  })

  it('the bytes of unfinished packets together', async () => {
    await start({ packet: 100_000, unfinished: 150_000 })
    const first = await joined('a')
    const second = await joined('b')
    first.write(begun(90_000, 80_000))
    second.write(begun(90_000, 80_000))
    await Promise.race([closed(first), closed(second)])
    assert.deepEqual(lines, [
      'the embedded broker: unfinished packets take more than 150000 bytes; a client was disconnected',
    ])
    await assertServes()
  })

  it('what is sent before the client is let in', async () => {
    await start({ beforeConnect: 5000 })
    await closed(open(begun(100_000, 20_000)))
    assert.deepEqual(lines, ['the embedded broker: a client sent more than 5000 bytes before it was let in'])
    await assertServes()
  })

  it('the time until a client says who it is', async () => {
    await start({ connectTimeout: 50 })
    await closed(open())
    assert.match(
      lines.join('\n'),
      /^the embedded broker: a connection was closed before it was let in: [^\n]+$/,
    )
    await assertServes()
  })

  it('retained topics: more are handed on, and not kept', async () => {
    await start({ retainedTopics: 2 })
    const live = await Collector.open(broker.url, 'r/#')
    const client = await mqtt.connectAsync(broker.url)
    const retain = (topic: string, payload: string) =>
      client.publishAsync(topic, payload, { qos: 1, retain: true })
    for (const topic of ['r/1', 'r/2', 'r/3']) await retain(topic, 'x')
    await retain('r/1', 'changed')
    await retain('r/2', '')
    await retain('r/4', 'y')
    await live.untilCount(6)
    const late = await Collector.open(broker.url, 'r/#')
    await late.untilCount(2)
    assert.deepEqual(late.messages.map(({ topic, payload }) => [topic, payload]).sort(), [
      ['r/1', 'changed'],
      ['r/4', 'y'],
    ])
    assert.deepEqual(lines, ['the embedded broker: 2 topics have a retained message; more are not kept'])
    await Promise.all([client.endAsync(), live.close(), late.close()])
  })

  it('retained bytes', async () => {
    await start({ retainedBytes: 1000 })
    const client = await mqtt.connectAsync(broker.url)
    await client.publishAsync('r/1', 'x'.repeat(600), { qos: 1, retain: true })
    await client.publishAsync('r/2', 'x'.repeat(600), { qos: 1, retain: true })
    await client.publishAsync('r/1', '', { qos: 1, retain: true })
    await client.publishAsync('r/3', 'x'.repeat(600), { qos: 1, retain: true })
    const late = await Collector.open(broker.url, 'r/#')
    await late.untilCount(1)
    assert.deepEqual(
      late.messages.map(({ topic }) => topic),
      ['r/3'],
    )
    assert.deepEqual(lines, ['the embedded broker: retained messages take 1000 bytes; more are not kept'])
    await Promise.all([client.endAsync(), late.close()])
  })

  it('what waits for one client to read it', async () => {
    await start({ queued: 200_000 })
    const sleeper = await joined('sleeper')
    sleeper.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'big', qos: 0 }] }))
    await once(sleeper, 'data')
    sleeper.pause()
    const client = await mqtt.connectAsync(broker.url)
    const payload = Buffer.alloc(500_000)
    for (let i = 0; i < 30 && lines.length === 0; i++) await client.publishAsync('big', payload, { qos: 1 })
    assert.deepEqual(lines, [
      'the embedded broker: a client left more than 200000 bytes unread and was disconnected',
    ])
    await closed(sleeper)
    await Promise.all([client.endAsync(), assertServes()])
  })

  it('subscriptions of a client: the answer says that they failed', async () => {
    await start({ subscriptions: 2 })
    const client = await mqtt.connectAsync(broker.url)
    const granted = async (topic: string) => (await client.subscribeAsync(topic, { qos: 1 }))[0]?.qos
    assert.deepEqual([await granted('a'), await granted('b')], [1, 1])
    await assert.rejects(granted('c'))
    await client.unsubscribeAsync('a')
    assert.equal(await granted('c'), 1)
    assert.deepEqual(lines, ['the embedded broker: a client has 2 subscriptions; more are refused'])
    await client.endAsync()
  })

  it('says each limit once a minute', async () => {
    lines = []
    const limits = { packet: 100 }
    broker = await startEmbeddedBroker({ port: 0, limits, clock, report: (text) => lines.push(text) })
    for (const pause of [59_999, 1, 0]) {
      await closed(open(Buffer.from([0x30, 0x7f])))
      clock.tick(pause)
    }
    await closed(open(Buffer.from([0x30, 0x7f])))
    assert.equal(lines.length, 2)
  })

  it('loses nothing of a client that sends much at once and goes', async () => {
    await start({})
    const reader = await Collector.open(broker.url, 'many')
    const message = generate({
      cmd: 'publish',
      topic: 'many',
      payload: 'x'.repeat(90),
      qos: 0,
      dup: false,
      retain: false,
    })
    const client = await joined('quick')
    client.write(Buffer.concat(Array<Buffer>(2000).fill(message)))
    client.end(generate({ cmd: 'disconnect' }))
    await reader.untilCount(2000)
    await reader.close()
  })

  it('keeps no payload of QoS 2 messages whose handshake is left open', async () => {
    await start({})
    const client = await joined('half')
    client.resume()
    const before = process.memoryUsage().arrayBuffers
    for (let messageId = 1; messageId <= 200; messageId++) {
      const payload = Buffer.alloc(200_000)
      const packet: Packet = {
        cmd: 'publish',
        topic: 't',
        payload,
        messageId,
        qos: 2,
        dup: false,
        retain: false,
      }
      if (!client.write(generate(packet))) await once(client, 'drain')
    }
    await assertServes()
    globalThis.gc?.()
    assert.ok(process.memoryUsage().arrayBuffers - before < 30 * 2 ** 20)
  })
})
