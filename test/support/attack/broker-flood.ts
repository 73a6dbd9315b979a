// What a program on the same machine can do to the embedded broker.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { generate } from 'mqtt-packet'

export interface FloodSize {
  /** bytes of the one large message */
  large: number
  /** connections that begin such a message and stop in its middle */
  unfinished: number
  retained: number
  connections: number
}

/** All of it, one after the other; resolves when the broker has taken or refused each. */
export async function flood(url: string, size: FloodSize): Promise<void> {
  const port = Number(new URL(url).port)
  await sendBegun(port, size.large, size.large)
  const held = await Promise.all(
    Array.from({ length: size.unfinished }, () => sendBegun(port, size.large, 900_000)),
  )
  await retain(port, size.retained)
  for (const socket of held) socket.destroy()
  const open: Socket[] = []
  for (let i = 0; i < size.connections; i++) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => socket.destroy())
    socket.write(hello(`flood-${i}`))
    open.push(socket)
    // it is let in, or not: sockets that close before that were never clients
    await Promise.race([once(socket, 'data'), once(socket, 'close')]).catch(() => undefined)
    socket.resume()
  }
  for (const socket of open) socket.destroy()
}

function hello(clientId: string): Buffer {
  return generate({ cmd: 'connect', protocolId: 'MQTT', clientId, clean: true, keepalive: 0 })
}

async function join(port: number, clientId: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  // each wait below leaves a listener behind until the end
  socket.setMaxListeners(0)
  socket.on('error', () => socket.destroy())
  socket.write(hello(clientId))
  await Promise.race([once(socket, 'data'), once(socket, 'close')]).catch(() => undefined)
  socket.resume()
  return socket
}

/** Client ids must differ. */
let floods = 0

/** Begins a message of so many bytes, and sends a part of it, as far as the broker takes it. */
async function sendBegun(port: number, length: number, sent: number): Promise<Socket> {
  const socket = await join(port, `large-${++floods}`)
  socket.write(header(length))
  const part = Buffer.alloc(65_536)
  for (let left = sent; left > 0 && !socket.destroyed; left -= part.length) {
    if (!socket.write(part))
      await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined)
  }
  return socket
}

/** Of a PUBLISH with QoS 0 to the topic `x`. */
function header(length: number): Buffer {
  const bytes = [0x30]
  for (let rest = length + 3; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest > 127 ? (rest % 128) | 0x80 : rest)
    if (rest <= 127) break
  }
  return Buffer.from([...bytes, 0, 1, 0x78])
}

async function retain(port: number, count: number): Promise<void> {
  const socket = await join(port, 'retainer')
  for (let i = 0; i < count && !socket.destroyed; i += 100) {
    const messages = Array.from({ length: 100 }, (_, k) =>
      generate({
        cmd: 'publish',
        topic: `flood/${i + k}`,
        payload: 'x'.repeat(100),
        qos: 0,
        dup: false,
        retain: true,
      }),
    )
    if (!socket.write(Buffer.concat(messages))) {
      await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined)
    }
  }
  // the answer to a ping comes behind all of it
  const answer = once(socket, 'data')
  socket.write(generate({ cmd: 'pingreq' }))
  await Promise.race([answer, once(socket, 'close')]).catch(() => undefined)
  socket.destroy()
}
