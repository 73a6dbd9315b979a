import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { FakeClock } from '../fake-clock.ts'
import { configuration } from './banner.ts'
import { Flash } from './flash.ts'
import { geometries } from './geometry.ts'
import { CollectorServer } from './server.ts'

/** Nothing takes time but what the test lets go by. */
const atOnce = { baud: Number.POSITIVE_INFINITY, bootMs: 0, eraseMs: 0, help: false }

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
      /** Resolves once the collector has taken the connection: what it says from now on comes here. */
      async isHeard(): Promise<void> {
        socket.write('v')
        while (!text.includes('> v\r\n')) await once(socket, 'more')
      },
      /** Resolves with all that came, once it matches. */
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
    assert.equal(await client.until(/MHz.*\r\n/), `\r\n${configuration}\r\n`)
    collector.packet(12, [1, 118, 182, 0])
    assert.equal(await client.until(/OK .*\r\n/), `\r\n${configuration}\r\nOK 12 1 118 182 0\r\n`)
  })

  it('keeps what comes while nobody is connected, and gives it back', async () => {
    const clock = new FakeClock()
    collector = await CollectorServer.start({ ...atOnce, flash: new Flash(geometries.mbit4), clock })
    const first = await open()
    await first.isHeard()
    collector.disconnect()
    await once(first.socket, 'close')

    collector.packet(5, [1])
    const second = await open()
    await second.isHeard()
    clock.tick(10_000)
    collector.packet(5, [2])
    clock.tick(245_000)
    collector.packet(5, [3])
    await second.until(/DF E 48\r\n/)
    second.socket.write('255,255,0,0,0,0r')
    assert.deepEqual((await second.until(/DF E \d+ \d+ \d+\r\n/)).split('\r\n'), [
      '> v',
      'OK 5 2',
      'OK 5 3',
      'DF S 32 1 0',
      'DF E 48',
      '> 255,255,0,0,0,0r',
      'r: page 0 32',
      'R 1 0 5 1',
      'R 1 10 5 2',
      'DF R 32 1 0',
      'DF E 32 2 255000',
      '',
    ])
  })

  it('lets its time go by faster than that of others', async () => {
    const clock = new FakeClock()
    collector = await CollectorServer.start({ ...atOnce, baud: 9600, speed: 60, clock })
    clock.tick(1000)
    assert.equal(collector.now, 60_000)
    collector.packet(5, [1, 2, 3])
    // 12 bytes take 12.5 ms at 9600 baud
    assert.ok(Math.abs(clock.next! - 12.5 / 60) < 1e-6, `${clock.next}`)
  })

  it('comes back on the same port with its flash, and has lost the rest', async () => {
    const clock = new FakeClock()
    collector = await CollectorServer.start({ ...atOnce, flash: new Flash(geometries.mbit4), clock })
    const { address } = collector
    const client = await open()
    await client.isHeard()
    for (const number of [1, 2]) {
      clock.tick(300_000)
      collector.packet(5, [number])
    }
    await collector.plugOut()
    await once(client.socket, 'close')
    collector.packet(5, [3])
    await collector.plugIn()
    assert.equal(collector.address, address)
    const again = await open()
    await again.isHeard()
    collector.reset()
    assert.equal(await again.until(/DF I .*\r\n/), `> v\r\n\r\n${configuration}\r\nDF I 32 2\r\n`)
    assert.deepEqual(
      collector.model.lost.map(({ bytes, cause }) => [bytes, cause]),
      [
        [[2], 'page at reset'],
        [[3], 'off'],
      ],
    )
    assert.deepEqual(
      collector.model.onFlash().map(({ page, packets }) => [page, packets.map(({ bytes }) => bytes)]),
      [[32, [[1]]]],
    )
    await assert.rejects(collector.plugIn(), /plugged in already/)
  })
})
