// A broker that does what the test's script says, packet by packet.
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import {
  generate,
  type IConnectPacket,
  type IPublishPacket,
  type IPubrelPacket,
  type Packet,
  parser,
} from 'mqtt-packet'

/** One connection, as the script sees it. */
export interface Peer {
  /** 1 for the first connection of the broker */
  readonly number: number
  send(packet: Packet): void
  /** Acknowledges a publish; a reason code makes sense on MQTT 5 only. */
  acknowledge(publish: IPublishPacket, reasonCode?: number): void
  close(): void
}

export interface Script {
  /** default: let in */
  connect?(peer: Peer, packet: IConnectPacket): void
  /** default: acknowledged */
  publish?(peer: Peer, packet: IPublishPacket): void
  /** the third step of QoS 2; default: complete */
  release?(peer: Peer, packet: IPubrelPacket): void
  /** default: answered */
  ping?(peer: Peer): void
}

export interface ScriptedBroker {
  url: string
  port: number
  script: Script
  /** each packet that came, with the number of its connection */
  readonly packets: Array<{ peer: number; packet: Packet }>
  /** ids (payloads) of the publishes that came, the status messages left out */
  published(): string[]
  stop(): Promise<void>
}

/** @param onPort default: a free one */
export async function startScriptedBroker(script: Script = {}, onPort = 0): Promise<ScriptedBroker> {
  const sockets = new Set<Socket>()
  const packets: ScriptedBroker['packets'] = []
  let peers = 0

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    const number = ++peers
    let version: 3 | 4 | 5 = 4
    const send = (packet: Packet) => void socket.write(generate(packet, { protocolVersion: version }))
    const peer: Peer = {
      number,
      send,
      acknowledge: ({ messageId, qos }, reasonCode = 0) => {
        if (qos > 0) send({ cmd: 'puback', messageId, ...(version === 5 && { reasonCode }) } as Packet)
      },
      close: () => socket.destroy(),
    }
    let reader = parser()
    const onPacket = (packet: Packet) => {
      packets.push({ peer: number, packet })
      if (packet.cmd === 'connect') {
        version = (packet.protocolVersion ?? 4) as 3 | 4 | 5
        reader = parser({ protocolVersion: version })
        reader.on('packet', onPacket)
        const { connect = letIn } = broker.script
        connect(peer, packet)
      } else if (packet.cmd === 'publish') {
        const { publish = (_: Peer, message: IPublishPacket) => peer.acknowledge(message) } = broker.script
        publish(peer, packet)
      } else if (packet.cmd === 'pubrel') {
        const { release = (_: Peer, { messageId }: IPubrelPacket) => send({ cmd: 'pubcomp', messageId }) } =
          broker.script
        release(peer, packet)
      } else if (packet.cmd === 'pingreq') {
        const { ping = () => send({ cmd: 'pingresp' }) } = broker.script
        ping(peer)
      }
    }
    reader.on('packet', onPacket)
    socket.on('data', (chunk) => reader.parse(chunk))
  }).listen(onPort, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }

  const broker: ScriptedBroker = {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    script,
    packets,
    published: () =>
      packets.flatMap(({ packet }) => {
        if (packet.cmd !== 'publish' || packet.topic.endsWith('/status')) return []
        return [packet.payload.toString()]
      }),
    async stop() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
  return broker
}

/** The answer to a login; `properties` on MQTT 5 only. */
export function letIn(peer: Peer, packet: IConnectPacket, properties?: object): void {
  const code = packet.protocolVersion === 5 ? { reasonCode: 0 } : { returnCode: 0 }
  peer.send({ cmd: 'connack', sessionPresent: false, ...code, ...(properties && { properties }) } as Packet)
}
