import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { generate, type IPublishPacket } from 'mqtt-packet'
import { systemClock } from '../../../../lib/kit/clock.ts'
import type { Outgoing } from '../../../../lib/mqtt/message/outgoing.ts'
import { type Connection, type Ending, openConnection } from '../../../../lib/mqtt/wire/connection.ts'
import { type Peer, startScriptedBroker } from '../scripted-broker.ts'

const message = (topic: string, qos: 0 | 1 = 1): Outgoing => ({ topic, payload: 'x', retain: false, qos })

/** Resolves when the broker has let it in; `ended` resolves at the end. */
async function connected(url: string): Promise<{ connection: Connection; ended: Promise<Ending> }> {
  const ended = Promise.withResolvers<Ending>()
  const open = Promise.withResolvers<void>()
  const settings = { url, clientId: 'test', keepalive: 0, protocolVersion: 5, connectTimeout: 5_000 } as const
  const events = { connected: () => open.resolve(), ended: ended.resolve }
  const connection = openConnection(settings, events, systemClock)
  await open.promise
  return { connection, ended: ended.promise }
}

describe('mqtt connection', () => {
  it('gives no message the number of one that still waits, after 65,535 others', async function () {
    this.timeout(60_000)
    const others = 65_600
    const withheld: Array<[Peer, IPublishPacket]> = []
    const reused: string[] = []
    const broker = await startScriptedBroker({
      publish(peer, packet) {
        const [first] = withheld
        if (packet.topic === 'first') withheld.push([peer, packet])
        else if (first?.[1].messageId === packet.messageId) reused.push(packet.topic)
        else peer.acknowledge(packet)
      },
    })
    const { connection } = await connected(broker.url)
    let firstAnswered = 0
    connection.publish(message('first'), () => firstAnswered++)
    await new Promise<void>((resolve) => {
      let sent = 0
      let answered = 0
      const publish = () => {
        if (++sent > others) return
        connection.publish(message(`t${sent}`), () => {
          if (++answered === others) resolve()
          publish()
        })
      }
      for (let i = 0; i < 100; i++) publish()
    })
    assert.deepEqual([reused, firstAnswered], [[], 0])
    const [[peer, packet]] = withheld as [[Peer, IPublishPacket]]
    peer.acknowledge(packet)
    while (firstAnswered === 0) await new Promise(setImmediate)
    assert.equal(firstAnswered, 1)
    await connection.hangUp()
    await broker.stop()
  })

  it('does not take a message of QoS 0 for sent that could not be written', async () => {
    const sockets: Socket[] = []
    const server = createServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => socket.destroy())
      socket.once('data', () => {
        const connack = { cmd: 'connack', reasonCode: 0, sessionPresent: false } as const
        socket.write(generate(connack, { protocolVersion: 5 }))
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const { connection, ended } = await connected(`mqtt://127.0.0.1:${port}`)
    sockets[0]!.resetAndDestroy()
    // the reset is there, and this process has not looked yet
    const until = performance.now() + 50
    while (performance.now() < until);
    let answered = 0
    for (let i = 0; i < 50; i++) connection.publish(message('a', 0), () => answered++)
    const { connected: wasIn } = await ended
    server.close()
    assert.deepEqual([answered, wasIn], [0, true])
  })
})
