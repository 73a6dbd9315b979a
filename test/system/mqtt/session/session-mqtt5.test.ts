// What goes over the wire: QoS, properties, health reports; and the dead-letter store on disk.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IPublishPacket } from 'mqtt-packet'
import { DiskOutbox } from '../../../../lib/mqtt/outbox/disk-outbox.ts'
import { DiskRefusedPile } from '../../../../lib/mqtt/outbox/refused.ts'
import { letIn, type ScriptedBroker, startScriptedBroker } from '../../../lib/mqtt/scripted-broker.ts'
import { closeSessions, connected, inTrouble, startSession } from '../../../lib/mqtt/support.ts'
import { Collector } from '../../../support/collector.ts'
import { type Mosquitto, startMosquitto } from '../../../support/programs/mosquitto.ts'

describe('mqtt session on the wire', () => {
  let broker: ScriptedBroker
  let folder: string
  beforeEach(async () => {
    broker = await startScriptedBroker()
    folder = mkdtempSync(join(tmpdir(), 'fieldlog-session-'))
  })
  afterEach(async () => {
    await closeSessions()
    await broker.stop()
    rmSync(folder, { recursive: true })
  })

  const publishes = () =>
    broker.packets
      .map(({ packet }) => packet)
      .filter((packet): packet is IPublishPacket => packet.cmd === 'publish' && packet.topic.startsWith('t/'))
  const parts = () => ({
    outbox: new DiskOutbox({ directory: join(folder, 'outbox') }),
    refused: new DiskRefusedPile({ directory: join(folder, 'refused') }, (text) => assert.fail(text)),
  })

  it('sends id, replayed, content type and expiry on MQTT 5', async () => {
    const { publish } = startSession(broker.url)
    await publish('a', { contentType: 'application/json', expiry: 60, retain: true })
    await publish('b', { replayed: true })
    const [a, b] = publishes()
    assert.equal(a?.retain, true)
    assert.deepEqual(
      { ...a?.properties, userProperties: { ...a?.properties?.userProperties } },
      { contentType: 'application/json', messageExpiryInterval: 60, userProperties: { id: 'a' } },
    )
    assert.deepEqual({ ...b?.properties?.userProperties }, { id: 'b', replayed: 'true' })
  })

  it('sends none of them on MQTT 3.1.1', async () => {
    const { publish } = startSession(broker.url, { protocolVersion: 4 })
    await publish('a', { contentType: 'application/json', expiry: 60 })
    assert.equal(publishes()[0]?.properties, undefined)
  })

  it('publishes bytes, with QoS 0, 1 and 2', async () => {
    const real: Mosquitto = await startMosquitto()
    const collector = await Collector.open(real.url, 't/#')
    try {
      const { publish, session } = startSession(real.url)
      for (const qos of [0, 1, 2] as const) await publish(`q${qos}`, { qos, payload: Buffer.from(`q${qos}`) })
      await collector.untilCount(3)
      assert.deepEqual(
        collector.messages.map(({ payload }) => payload),
        ['q0', 'q1', 'q2'],
      )
      assert.match(real.output, /Received PUBLISH from test-fieldlog \(d0, q0,.*t\/q0/)
      assert.match(real.output, /Received PUBLISH from test-fieldlog \(d0, q2,.*t\/q2/)
      assert.equal(session.counts.acknowledged, 3)
    } finally {
      await closeSessions()
      await collector.close()
      await real.remove()
    }
  })

  it('lowers the QoS to what the broker offers', async () => {
    broker.script.connect = (peer, packet) => letIn(peer, packet, { maximumQoS: 1 })
    const { publish } = startSession(broker.url)
    await publish('a', { qos: 2 })
    assert.equal(publishes()[0]?.qos, 1)
  })

  it('keeps refused messages through a restart and sends them again on command', async () => {
    let refuses = true
    broker.script.publish = (peer, message) => {
      peer.acknowledge(message, refuses && message.topic.startsWith('t/no') ? 153 : 0)
    }
    const first = startSession(broker.url, {}, parts())
    const refused = ['no-1', 'no-2'].map((id) =>
      assert.rejects(first.publish(id), {
        name: 'RefusedError',
        message: /payload format invalid \(code 153\)/,
      }),
    )
    await Promise.all([...refused, first.publish('yes')])
    assert.equal(first.session.state.refused, 2)
    await first.session.close()

    const second = startSession(broker.url, {}, parts())
    await second.until(connected)
    await second.publish('later')
    assert.deepEqual(
      (await second.session.refused()).map(({ entry, reason }) => [entry.id, entry.payload, reason]),
      [
        ['no-1', 'no-1', 'payload format invalid (code 153)'],
        ['no-2', 'no-2', 'payload format invalid (code 153)'],
      ],
    )
    refuses = false
    assert.equal(await second.session.resendRefused(), 2)
    await second.publish('last')
    assert.deepEqual(
      publishes().map(({ topic }) => topic),
      ['t/no-1', 't/no-2', 't/yes', 't/later', 't/no-1', 't/no-2', 't/last'],
    )
    assert.deepEqual([second.session.state.refused, await second.session.refused()], [0, []])
  })

  it('has a message that is refused again in the pile once', async () => {
    broker.script.publish = (peer, message) => peer.acknowledge(message, message.topic === 't/no' ? 144 : 0)
    const { session, publish } = startSession(broker.url, {}, parts())
    await assert.rejects(publish('no'), { name: 'RefusedError' })
    await session.resendRefused()
    const sent = () => publishes().length
    while (sent() < 2 || session.counts.refused < 1) await new Promise((resolve) => setImmediate(resolve))
    const [only, ...others] = await session.refused()
    assert.deepEqual([only?.entry.id, others, session.state.refused], ['no', [], 1])
  })

  it('refuses a message of the outbox, which waited on disk, and the next one arrives', async () => {
    await broker.stop()
    const { session, publish, until } = startSession(broker.url, {}, parts())
    await until(inTrouble)
    await Promise.all(['poison', 'good'].map((id) => publish(id)))
    const again = await startScriptedBroker(
      { publish: (peer, message) => peer.acknowledge(message, message.topic === 't/poison' ? 144 : 0) },
      broker.port,
    )
    broker = again
    while (session.counts.acknowledged < 1 || session.counts.refused < 1) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.deepEqual(session.counts, { in: 2, acknowledged: 1, refused: 1, dropped: 0, repeats: 0 })
    assert.equal(session.state.waiting, 0)
  })

  it('reports its health at each interval, not retained, and later again when the broker does not take it', async () => {
    const topic = 'fieldlog/test/health'
    const reports = () =>
      broker.packets.flatMap(({ packet }) =>
        packet.cmd === 'publish' && packet.topic === topic ? [packet] : [],
      )
    const options = { healthTopic: topic, tuning: { healthInterval: 20, pauses: { first: 5, longest: 5 } } }
    const health = async () => ({ diskFree: 7 })
    const { publish, session } = startSession(broker.url, options, { health })
    await publish('a')
    const early = reports().length
    while (reports().length < early + 2) await new Promise((resolve) => setImmediate(resolve))
    const first = reports().at(-1)
    const { time, uptime, memory, ...rest } = JSON.parse(first!.payload.toString()) as Record<string, number>
    assert.ok(time! > 1e12 && uptime! >= 0 && memory! > 1e6)
    assert.equal(first!.retain, false)
    const counts = { in: 1, acknowledged: 1, refused: 0, dropped: 0, repeats: 0 }
    assert.deepEqual(rest, {
      mqtt: {
        ...counts,
        waiting: 0,
        oldest: null,
        bytes: 0,
        refusedNow: 0,
        broker: null,
        closed: [],
        closedNow: 0,
      },
      diskFree: 7,
    })
    broker.script.publish = (peer, message) =>
      message.topic === topic ? peer.close() : peer.acknowledge(message)
    const before = reports().length
    while (reports().length < before + 3) await new Promise((resolve) => setImmediate(resolve))
    await publish('b')
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.equal(reports().length, before + 3)
    assert.deepEqual([session.counts.refused, session.counts.acknowledged], [0, 2])
  })
})
