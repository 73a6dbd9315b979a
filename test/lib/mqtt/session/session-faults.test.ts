// What a well-behaved broker never does.
import assert from 'node:assert/strict'
import type { IPublishPacket, Packet } from 'mqtt-packet'
import { type Entry, MemoryOutbox } from '../../../../lib/mqtt/outbox/outbox.ts'
import { letIn, type Peer, type ScriptedBroker, startScriptedBroker } from '../scripted-broker.ts'
import { closeSessions, connected, inTrouble, startSession } from '../support.ts'

const isStatus = (message: IPublishPacket) => message.topic.endsWith('/status')

describe('mqtt session and a scripted broker', () => {
  let broker: ScriptedBroker
  beforeEach(async () => {
    broker = await startScriptedBroker()
  })
  afterEach(async () => {
    await closeSessions()
    await broker.stop()
  })

  /** Resolves when the broker has so many event messages. */
  const untilPublished = async (count: number) => {
    while (broker.published().length < count) await new Promise((resolve) => setImmediate(resolve))
  }
  const connects = () => broker.packets.filter(({ packet }) => packet.cmd === 'connect').length

  for (const protocolVersion of [4, 5] as const) {
    it(`sets aside a message on which the broker closes three times, and takes others (MQTT version ${protocolVersion})`, async () => {
      broker.script.publish = (peer, message) => {
        if (message.payload.toString() === 'poison') peer.close()
        else peer.acknowledge(message)
      }
      const { session, publish, until } = startSession(broker.url, { protocolVersion })
      await until(connected)
      const others: Array<Promise<void>> = []
      // something else is always there to be published
      const stream = setInterval(() => others.push(publish(`other ${others.length}`)), 5)
      const poison = publish('poison')
      await assert.rejects(poison, {
        name: 'RefusedError',
        message:
          /refuses event poison on t\/poison: it closed the connection on it three times, and took others in between$/,
      })
      clearInterval(stream)
      await Promise.all(others)
      assert.deepEqual([session.counts.refused, session.counts.acknowledged], [1, others.length])
      const sent = broker.packets.flatMap(({ peer, packet }) =>
        packet.cmd === 'publish' ? [{ peer, payload: packet.payload.toString() }] : [],
      )
      const closes = sent.filter(({ payload }) => payload === 'poison').map(({ peer }) => peer)
      for (const peer of closes.slice(-3)) {
        const last = sent.findLast((each) => each.peer === peer)
        assert.equal(last?.payload, 'poison', 'it was sent when everything else had been answered')
      }
    })
  }

  for (const step of ['pubrec', 'pubcomp'] as const) {
    it(`keeps a message of QoS 2 that is refused by a ${step} with an error, and sends it again`, async () => {
      let refusals = 1
      broker.script.publish = (peer, message) => {
        if (isStatus(message)) return peer.acknowledge(message)
        const isRefused = step === 'pubrec' && refusals-- > 0
        peer.send({ cmd: 'pubrec', messageId: message.messageId, reasonCode: isRefused ? 135 : 0 } as Packet)
      }
      broker.script.release = (peer, { messageId }) => {
        const isRefused = step === 'pubcomp' && refusals-- > 0
        peer.send({ cmd: 'pubcomp', messageId, reasonCode: isRefused ? 151 : 0 } as Packet)
      }
      const { publish, session } = startSession(broker.url)
      await publish('a', { qos: 2 })
      assert.deepEqual(broker.published(), ['a', 'a'])
      assert.deepEqual(session.counts, { in: 1, acknowledged: 1, refused: 0, dropped: 0, repeats: 0 })
    })
  }

  it('does not suspect a message when the broker says that it stops, or that the client id is taken', async () => {
    let closes = 0
    broker.script.publish = (peer, message) => {
      if (isStatus(message) || closes >= 5) return peer.acknowledge(message)
      peer.send({ cmd: 'disconnect', reasonCode: closes++ % 2 ? 139 : 142 } as Packet)
      peer.close()
    }
    const { publish, session, reports } = startSession(broker.url)
    await publish('a')
    assert.deepEqual([closes, session.counts.refused], [5, 0])
    assert.match(
      reports.join('\n'),
      /error .* another client has the same client id, test-fieldlog; give each gateway a client id/,
    )
  })

  it('publishes the events where the broker closes the connection on the status, and says so', async () => {
    broker.script.publish = (peer, message) => (isStatus(message) ? peer.close() : peer.acknowledge(message))
    const { publish, reports } = startSession(broker.url)
    await publish('a')
    assert.equal(connects(), 4)
    assert.match(
      reports.join('\n'),
      /warn .* does not take the status topic .*: it closed .* It is tried again at growing intervals; events are/,
    )
  })

  it('sends again only by itself, once on each connection, in the same order', async () => {
    broker.script.publish = (peer, message) => {
      if (peer.number > 1 || isStatus(message)) peer.acknowledge(message)
      else if (broker.published().length === 5) peer.close()
    }
    const { publish, until } = startSession(broker.url)
    await until(connected)
    const ids = ['a', 'b', 'c', 'd', 'e']
    await Promise.all(ids.map((id) => publish(id)))
    assert.deepEqual(broker.published(), [...ids, ...ids])
    const again = broker.packets.filter(({ peer, packet }) => peer === 2 && packet.cmd === 'publish')
    assert.deepEqual(
      again.map(({ packet }) => (packet as IPublishPacket).dup),
      Array(6).fill(false),
    )
  })

  it('connects again when an acknowledgement does not come, and sends again', async () => {
    broker.script.publish = (peer, message) => {
      if (peer.number > 1 || isStatus(message)) peer.acknowledge(message)
    }
    const { publish, reports } = startSession(broker.url, { tuning: { answerTimeout: 50 } })
    await publish('a')
    assert.deepEqual(broker.published(), ['a', 'a'])
    assert.match(reports[1]!, /^warn .* does not acknowledge a message within \d+ s: connecting again/)
  })

  it('says when there is no answer to the login', async () => {
    broker.script.connect = () => {}
    const { until, session } = startSession(broker.url, { tuning: { connectTimeout: 50 } })
    await until(inTrouble)
    assert.equal(session.state.problem?.kind, 'no answer')
  })

  it('has no more messages under way than the window, or the receive maximum', async () => {
    const mostUnderWay = async (receiveMaximum: number | undefined) => {
      let held: Array<[Peer, IPublishPacket]> = []
      let most = 0
      const answerAll = () => {
        most = Math.max(most, held.length)
        for (const [peer, message] of held) peer.acknowledge(message)
        held = []
      }
      broker.script.connect = (peer, packet) =>
        letIn(peer, packet, receiveMaximum ? { receiveMaximum } : undefined)
      broker.script.publish = (peer, message) => {
        if (isStatus(message)) return peer.acknowledge(message)
        // what the session sends without an answer has all come by then
        if (held.push([peer, message]) === 1) setTimeout(answerAll, 20)
      }
      const { publish, session } = startSession(broker.url, { tuning: { window: 10 } })
      await Promise.all(Array.from({ length: 60 }, (_, i) => publish(`${i}`)))
      await session.close()
      return most
    }
    assert.deepEqual([await mostUnderWay(undefined), await mostUnderWay(3)], [10, 3])
  })

  it('notices a silent network by keep-alive', async () => {
    broker.script.publish = () => {}
    broker.script.ping = () => {}
    const { until, session } = startSession(broker.url, { keepalive: 1, tuning: { answerTimeout: 60_000 } })
    await until(connected)
    await until(inTrouble)
    assert.match(session.state.problem!.text, /Keepalive timeout/)
  })

  it('gives an outbox on disk the word to spill, and settles when it has kept a message', async () => {
    class DiskLike extends MemoryOutbox {
      spilling = false
      readonly #untold = new Set<Entry>()
      override append(entry: Entry): Error | undefined {
        if (this.spilling) this.listener?.kept(entry)
        else this.#untold.add(entry)
        return super.append(entry)
      }
      override acknowledge(entry: Entry): void {
        this.#untold.delete(entry)
        super.acknowledge(entry)
      }
      override spill(): void {
        this.spilling = true
        for (const entry of this.#untold) this.listener?.kept(entry)
        this.#untold.clear()
      }
    }
    broker.script.publish = (peer, message) => {
      if (isStatus(message)) peer.acknowledge(message)
    }
    const outbox = new DiskLike()
    const { publish, session, until } = startSession(broker.url, {}, { outbox })
    await until(connected)
    outbox.spilling = false
    const first = publish('under way')
    await untilPublished(1)
    assert.equal(outbox.spilling, false)
    await broker.stop()
    await first
    await publish('while away')
    assert.deepEqual([session.counts.acknowledged, session.state.waiting], [0, 2])
    broker = await startScriptedBroker()
  })
})
