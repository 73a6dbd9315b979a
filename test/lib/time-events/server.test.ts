// A server on a real queue, a real socket and real UDP.
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../../lib/kit/clock.ts'
import type { EventEntry } from '../../../lib/time-events/entry.ts'
import { usualCategories } from '../../../lib/time-events/known.ts'
import { numbered, sentMark } from '../../../lib/time-events/numbering.ts'
import { EventServer, type Reject, type ServerListener } from '../../../lib/time-events/server.ts'
import type { ServerSettings } from '../../../lib/time-events/settings.ts'
import { Libc } from '../../../lib/time-events/transport/libc.ts'
import { privateMode, sendToQueue } from '../../../lib/time-events/transport/queue.ts'
import type { Sender } from '../../../lib/time-events/transport/receiver.ts'
import { sendToSocket } from '../../../lib/time-events/transport/socket.ts'
import { sendToUdp } from '../../../lib/time-events/transport/udp.ts'
import { encodeFrame } from '../../../lib/time-events/wire/frame.ts'
import { machineMonotonic } from '../../../lib/time-events/wire/monotonic.ts'
import { freePort } from '../../support/programs/free-port.ts'
import { ownQueue, ownSocket } from './helper.ts'

const libc = Libc.load()
const event = { time: 1, cat: 'DHCP_CLIENT', source: 'shim[7]', subject: 'eth0', seq: 'START', msg: 'a=1' }

class Heard implements ServerListener {
  readonly told = new EventEmitter()
  readonly entries: EventEntry[] = []
  readonly rejects: Reject[] = []
  readonly warnings: string[] = []

  event(entry: EventEntry): void {
    this.entries.push(entry)
    this.told.emit('told')
  }

  rejected(reject: Reject): void {
    this.rejects.push(reject)
    this.told.emit('told')
  }

  warn(text: string): void {
    this.warnings.push(text)
  }

  changed(): void {
    this.told.emit('told')
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await once(this.told, 'told')
  }
}

describe('time events: the server', () => {
  const closing: Array<() => unknown> = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  /** Open and released. */
  async function serve(settings: Partial<ServerSettings>, loadLibc = () => libc) {
    const heard = new Heard()
    const known = new Set(usualCategories)
    const server = new EventServer({ limit: 0, known, ...settings }, heard, { clock: systemClock, loadLibc })
    closing.push(() => server.close())
    await server.open()
    server.release()
    return { server, heard }
  }

  function sender(one: Sender): (frame: Buffer) => void {
    closing.push(() => one.close())
    return (frame) => assert.equal(one.send(frame), undefined)
  }

  it('has an entry for the log of what comes on each transport', async () => {
    const queue = ownQueue()
    closing.push(queue.remove)
    const socket = ownSocket()
    const port = await freePort()
    const { server, heard } = await serve({
      queue: { name: queue.name, mode: privateMode },
      socket: { name: socket, mode: privateMode },
      udp: { host: '127.0.0.1', port },
    })
    const before = Date.now()
    const time = machineMonotonic()
    const senders = [
      sender(sendToQueue(libc, queue.name)),
      sender(sendToSocket(libc, socket)),
      sender(sendToUdp({ host: '127.0.0.1', port })),
    ]
    for (const [n, send] of senders.entries()) {
      send(encodeFrame({ ...event, time }))
      await heard.until(() => heard.entries.length === n + 1)
    }
    for (const [n, transport] of ['queue', 'socket', 'udp'].entries()) {
      const { payload, source, topic, received } = heard.entries[n]!
      const { time: utc, ...data } = payload.data
      assert.deepEqual([source, topic, payload.eventId], ['telog', 'telog', 'DHCP_CLIENT'])
      assert.deepEqual(data, {
        msec: time,
        cat: 'DHCP_CLIENT',
        source: 'shim',
        pid: 7,
        subject: 'eth0',
        seq: 'START',
        msg: 'a=1',
        transport,
        known: true,
      })
      assert.ok(Math.abs(Number(utc) - before) < 20, `${utc}, sent at ${before}`)
      assert.ok(received >= before)
    }
    assert.deepEqual(
      [...server.transports].map(([name, { isOpen, events }]) => [name, isOpen, events]),
      [
        ['queue', true, 1],
        ['socket', true, 1],
        ['udp', true, 1],
      ],
    )
  })

  it('tells what is no event, and counts it by its reason; of each it warns once a minute', async () => {
    const name = ownSocket()
    const { server, heard } = await serve({ socket: { name, mode: privateMode } })
    const send = sender(sendToSocket(libc, name))
    const damaged = encodeFrame(event)
    damaged[20]! ^= 1
    for (const frame of [Buffer.from('$TEL'), damaged, damaged, Buffer.alloc(20_000, '$TEL')]) send(frame)
    await heard.until(() => heard.rejects.length === 4)
    assert.deepEqual(
      heard.rejects.map(({ reason, bytes }) => [reason, bytes?.length]),
      [
        ['short', 8],
        ['crc', 2 * damaged.length],
        ['crc', 2 * damaged.length],
        ['oversize', 2 * 8_192],
      ],
    )
    assert.equal(heard.rejects[1]?.bytes, damaged.toString('hex'))
    assert.deepEqual(
      [...server.transports.get('socket')!.rejected],
      [
        ['short', 1],
        ['crc', 2],
        ['oversize', 1],
      ],
    )
    assert.equal(heard.warnings.length, 3)
    assert.match(heard.warnings[1]!, /^time events: socket: the checksum of a datagram is wrong/)
  })

  it('lets so many go on in a second, and tells the rest by its sources', async () => {
    const name = ownSocket()
    const { server, heard } = await serve({ limit: 10, socket: { name, mode: privateMode } })
    const one = sendToSocket(libc, name)
    closing.push(() => one.close())
    for (let sent = 0; sent < 30; ) {
      if (one.send(encodeFrame({ ...event, source: `p${sent % 3}[${sent}]` })) === undefined) sent++
      else await new Promise((resolve) => setImmediate(resolve))
    }
    await heard.until(() => heard.rejects.length === 1)
    const [{ reason, count, sources = {} }] = heard.rejects as [Reject]
    assert.deepEqual([reason, heard.entries.length + count], ['flood', 30])
    assert.ok(heard.entries.length >= 10 && heard.entries.length < 15, String(heard.entries.length))
    assert.deepEqual(Object.keys(sources).toSorted(), ['p0', 'p1', 'p2'])
    assert.equal(server.transports.get('socket')?.rejected.get('flood'), count)
  })

  it('takes nothing while it is held; the queue keeps it', async () => {
    const queue = ownQueue()
    closing.push(queue.remove)
    const { server, heard } = await serve({ queue: { name: queue.name, mode: privateMode } })
    const send = sender(sendToQueue(libc, queue.name))
    server.hold()
    for (let n = 0; n < 5; n++) send(encodeFrame(event))
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(heard.entries.length, 0)
    server.release()
    await heard.until(() => heard.entries.length === 5)
  })

  it('counts each datagram once: rubbish beyond the limit is a flood, and no more', async () => {
    const name = ownSocket()
    const { server, heard } = await serve({ limit: 10, socket: { name, mode: privateMode } })
    const one = sendToSocket(libc, name)
    closing.push(() => one.close())
    for (let sent = 0; sent < 30; ) {
      if (one.send(Buffer.from('$TELxxxx')) === undefined) sent++
      else await new Promise((resolve) => setImmediate(resolve))
    }
    await heard.until(() => heard.rejects.some(({ reason }) => reason === 'flood'))
    const { rejected } = server.transports.get('socket')!
    assert.deepEqual([...rejected.keys()], ['crc', 'flood'])
    assert.equal(rejected.get('crc')! + rejected.get('flood')!, 30)
    assert.equal(heard.rejects.filter(({ reason }) => reason === 'crc').length, rejected.get('crc'))
  })

  it('empties a queue that is full of rubbish, and goes on with events', async () => {
    const queue = ownQueue()
    closing.push(queue.remove)
    const send = sendToQueue(libc, queue.name)
    closing.push(() => send.close())
    const rubbish = [Buffer.from('x'), Buffer.alloc(8_192, '$TEL'), Buffer.from('$TELxxxx')]
    let sent = 0
    while (send.send(rubbish[sent % 3]!) === undefined) sent++
    const { server, heard } = await serve({ queue: { name: queue.name, mode: privateMode } })
    await heard.until(() => heard.rejects.length === sent)
    assert.equal(send.send(encodeFrame(event)), undefined)
    await heard.until(() => heard.entries.length === 1)
    assert.deepEqual([...server.transports.get('queue')!.rejected.keys()], ['short', 'crc'])
    assert.equal(heard.warnings.length, 2)
  })

  it('takes frames of 8,192 bytes, and none that is longer, whatever it is', async () => {
    const name = ownSocket()
    const port = await freePort()
    const { heard } = await serve({
      socket: { name, mode: privateMode },
      udp: { host: '127.0.0.1', port },
    })
    const frame = (length: number) => {
      const bare = encodeFrame({ ...event, msg: 'x'.repeat(4_000) }).length - 4_000
      return encodeFrame({ ...event, msg: 'x'.repeat(length - bare) })
    }
    for (const send of [sender(sendToSocket(libc, name)), sender(sendToUdp({ host: '127.0.0.1', port }))]) {
      for (const length of [8_192, 8_193, 16_400, 65_000]) send(frame(length))
    }
    await heard.until(() => heard.entries.length === 2 && heard.rejects.length === 6)
    assert.ok(
      heard.rejects.every(({ reason, bytes }) => reason === 'oversize' && bytes?.length === 2 * 8_192),
    )
  })

  it('counts what UDP lost of a client that says how many it has sent', async () => {
    const port = await freePort()
    const { server, heard } = await serve({ udp: { host: '127.0.0.1', port } })
    // the way loses each third datagram, except the first two: a mark and an event
    const socket = sendToUdp({ host: '127.0.0.1', port })
    let count = 0
    const lossy: Sender = {
      send: (datagram) => (++count % 3 === 0 ? undefined : socket.send(datagram)),
      pending: 0,
      close: () => socket.close(),
    }
    const mark = (sent: number) => encodeFrame({ ...event, ...sentMark(sent) })
    const one = numbered(lossy, mark, systemClock)
    closing.push(() => one.close())
    for (let n = 0; n < 60; n++) one.send(encodeFrame(event))
    // 61 with the first mark, of which 20 were lost
    one.settle?.()
    await heard.until(() => heard.rejects.length > 0)
    assert.deepEqual(heard.rejects, [{ reason: 'lost', transport: 'udp', count: 20, sources: { shim: 20 } }])
    assert.equal(heard.entries.length, 40)
    assert.deepEqual([...server.transports.get('udp')!.rejected], [['lost', 20]])
    assert.match(heard.warnings[0]!, /UDP lost them on their way.*\(lost, 20 so far\)$/)
  })

  it('makes its queue and its socket again where somebody removed them', async () => {
    const queue = ownQueue()
    closing.push(queue.remove)
    const folder = mkdtempSync(join(tmpdir(), 'fieldlog-events-'))
    closing.push(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'a.sock')
    const { server, heard } = await serve({
      queue: { name: queue.name, mode: privateMode },
      socket: { name: path, mode: privateMode },
    })
    const isOpen = () => [...server.transports.values()].map((transport) => transport.isOpen)
    queue.remove()
    rmSync(path)
    await heard.until(() => !isOpen().some(Boolean))
    await heard.until(() => isOpen().every(Boolean))
    sender(sendToQueue(libc, queue.name))(encodeFrame(event))
    sender(sendToSocket(libc, path))(encodeFrame(event))
    await heard.until(() => heard.entries.length === 2)
    assert.deepEqual(heard.warnings, [
      'time events: queue: somebody removed it: it is made again',
      'time events: socket: somebody removed it: it is made again',
    ])
  })

  it('without koffi: UDP works, and one line names the package', async () => {
    const port = await freePort()
    const missing = () =>
      Libc.load(() => {
        throw new Error("Cannot find module 'koffi'")
      })
    const { server, heard } = await serve(
      {
        queue: { name: '/none', mode: privateMode },
        socket: { name: ownSocket(), mode: privateMode },
        udp: { host: '127.0.0.1', port },
      },
      missing,
    )
    sender(sendToUdp({ host: '127.0.0.1', port }))(encodeFrame(event))
    await heard.until(() => heard.entries.length === 1)
    assert.equal(heard.warnings.length, 1)
    assert.match(heard.warnings[0]!, /npm install koffi; UDP works without it$/)
    assert.deepEqual(
      [...server.transports.values()].map(({ isOpen }) => isOpen),
      [false, false, true],
    )
  })

  it('opens what another server had as soon as that one has ended', async () => {
    const name = ownSocket()
    const first = await serve({ socket: { name, mode: privateMode } })
    const { server, heard } = await serve({ socket: { name, mode: privateMode } })
    assert.match(heard.warnings[0]!, /another server of time events has it/)
    await first.server.close()
    await heard.until(() => server.transports.get('socket')!.isOpen)
    sender(sendToSocket(libc, name))(encodeFrame(event))
    await heard.until(() => heard.entries.length === 1)
  })
})
