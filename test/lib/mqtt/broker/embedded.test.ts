import assert from 'node:assert/strict'
import { connect } from 'node:net'
import mqtt from 'mqtt'
import { generate } from 'mqtt-packet'
import { type EmbeddedBroker, startEmbeddedBroker } from '../../../../lib/mqtt/broker/embedded.ts'
import { Collector } from '../../../support/collector.ts'

describe('mqtt embedded broker', () => {
  let broker: EmbeddedBroker
  afterEach(() => broker.stop())

  it('takes messages without a login and hands them on', async () => {
    broker = await startEmbeddedBroker({ port: 0 })
    assert.equal(broker.url, `mqtt://127.0.0.1:${broker.port}`)
    const collector = await Collector.open(broker.url)
    const client = await mqtt.connectAsync(broker.url)
    await client.publishAsync('a/b', 'hello', { qos: 1 })
    await collector.untilCount(1)
    assert.deepEqual(collector.messages, [{ topic: 'a/b', payload: 'hello', retain: false, qos: 1 }])
    await Promise.all([client.endAsync(), collector.close()])
  })

  it('says EADDRINUSE when the port is taken', async () => {
    broker = await startEmbeddedBroker({ port: 0 })
    const { port } = broker
    await assert.rejects(startEmbeddedBroker({ port }), {
      code: 'EADDRINUSE',
      message: `the embedded broker cannot listen on 127.0.0.1:${port}: another program has the port`,
    })
  })

  it('tells a client that asks for MQTT 5 that it has none, and makes no fuss', async () => {
    const reports: string[] = []
    broker = await startEmbeddedBroker({ port: 0, report: (text) => reports.push(text) })
    const refused = { code: 1, message: 'Connection refused: Unacceptable protocol version' }
    await assert.rejects(
      mqtt.connectAsync(broker.url, { protocolVersion: 5, reconnectPeriod: 0 }, false),
      refused,
    )
    assert.deepEqual(reports, [])
  })

  it('disconnects its clients when it stops, and frees the port', async () => {
    broker = await startEmbeddedBroker({ port: 0 })
    const { port } = broker
    const client = await mqtt.connectAsync(broker.url, { reconnectPeriod: 0 })
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
    await broker.stop()
    await closed
    broker = await startEmbeddedBroker({ port })
    assert.equal(broker.port, port)
  })

  it('keeps nothing for a subscriber that is away', async () => {
    broker = await startEmbeddedBroker({ port: 0 })
    const options = { clean: false, clientId: 'sleeper' }
    const first = await Collector.open(broker.url, 'a/#', options)
    await first.close()
    const client = await mqtt.connectAsync(broker.url)
    await client.publishAsync('a/1', 'while away', { qos: 1 })
    const second = await Collector.open(broker.url, 'a/#', options)
    await client.publishAsync('a/2', 'now', { qos: 1 })
    await second.untilCount(1)
    assert.deepEqual(
      second.messages.map(({ payload }) => payload),
      ['now'],
    )
    await Promise.all([client.endAsync(), second.close()])
  })

  it('disconnects a subscriber that does not read, and serves the others', async () => {
    broker = await startEmbeddedBroker({ port: 0, drainTimeout: 100 })
    const sleeper = connect(broker.port, '127.0.0.1')
    const dropped = new Promise((resolve) => sleeper.once('close', resolve))
    sleeper.on('error', () => sleeper.destroy())
    sleeper.write(
      generate({ cmd: 'connect', protocolId: 'MQTT', clientId: 'sleeper', clean: true, keepalive: 0 }),
    )
    const subscriptions = [{ topic: 'big/#', qos: 0 as const }]
    sleeper.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions }))
    await new Promise((resolve) => sleeper.once('data', resolve))
    sleeper.pause()
    const client = await mqtt.connectAsync(broker.url)
    const reader = await Collector.open(broker.url, 'big/#')
    const payload = Buffer.alloc(1_000_000, 'x')
    for (let i = 0; i < 20; i++) await client.publishAsync('big/one', payload, { qos: 1 })
    await reader.untilCount(20)
    sleeper.resume()
    await dropped
    await Promise.all([client.endAsync(), reader.close()])
  })
})
