import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { configuration } from './banner.ts'
import { Flash } from './flash.ts'
import { geometries } from './geometry.ts'
import { CollectorServer } from './server.ts'

describe('the collector on a TCP port', () => {
  let collector: CollectorServer
  const sockets: Socket[] = []

  /** A connection, with all that came over it so far. */
  async function open() {
    const socket = connect(Number(collector.address.split(':').at(-1)), '127.0.0.1')
    sockets.push(socket.on('error', () => socket.destroy()))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString()
      socket.emit('more')
    })
    await once(socket, 'connect')
    return {
      socket,
      /** Resolves with everything up to the line that matches. */
      async until(pattern: RegExp): Promise<string> {
        while (!pattern.test(text)) await once(socket, 'more')
        return text
      },
    }
  }

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await collector.plugOut()
  })

  it('says its banner to a client whose connection resets it, and its packets', async () => {
    collector = await CollectorServer.start({ resetAtOpen: true, help: false, speed: 20 })
    const client = await open()
    assert.equal(await client.until(/\] .*\r\n|MHz.*\r\n/), `\r\n${configuration}\r\n`)
    collector.packet(12, [1, 118, 182, 0])
    assert.equal(await client.until(/OK .*\r\n/), `\r\n${configuration}\r\nOK 12 1 118 182 0\r\n`)
  })

  it('keeps what comes while nobody is connected, and gives it back faster than real time', async () => {
    // a page takes 256 s of the device, which are 0.5 s here
    collector = await CollectorServer.start({ flash: new Flash(geometries.mbit4), speed: 512 })
    const first = await open()
    await first.until(/MHz[^]*MHz.*\r\n/)
    collector.disconnect()
    await once(first.socket, 'close')

    collector.packet(5, [1])
    const second = await open()
    const begun = collector.now
    collector.packet(5, [2])
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 510)
    })
    assert.ok(collector.now - begun > 255_000)
    collector.packet(5, [3])
    const saved = await second.until(/DF S .*\r\n/)
    assert.match(saved, /^OK 5 2\r\nOK 5 3\r\nDF S 32 1 \d+\r\n/)
    second.socket.write('255,255,0,0,0,0r')
    const replayed = await second.until(/DF E \d+ \d+ \d+\r\n/)
    assert.match(
      replayed,
      /> 255,255,0,0,0,0r\r\nr: page 0 32\r\nR 1 \d+ 5 1\r\nR 1 \d+ 5 2\r\nDF R 32 1 \d+\r\nDF E 32 2 \d+\r\n$/,
    )
  })

  it('comes back on the same port with its flash, and has lost the rest', async () => {
    const flash = new Flash(geometries.mbit4)
    collector = await CollectorServer.start({ flash, speed: 512, bootMs: 0, eraseMs: 0, help: false })
    const { address } = collector
    const client = await open()
    client.socket.write('v')
    await client.until(/> v\r\n/)
    collector.packet(5, [1])
    await collector.plugOut()
    await once(client.socket, 'close')
    collector.packet(5, [2])
    await collector.plugIn()
    assert.equal(collector.address, address)
    const again = await open()
    again.socket.write('v')
    await again.until(/> v\r\n/)
    assert.deepEqual(
      collector.model.lost.map(({ bytes, cause }) => [bytes, cause]),
      [
        [[1], 'page at reset'],
        [[2], 'off'],
      ],
    )
    await assert.rejects(collector.plugIn(), /plugged in already/)
  })
})
