// The client on a real queue, a real socket and real UDP.
import assert from 'node:assert/strict'
import { EvClient } from '../../../lib/time-events/ev-client.ts'
import { Libc } from '../../../lib/time-events/transport/libc.ts'
import { privateMode, receiveFromQueue } from '../../../lib/time-events/transport/queue.ts'
import { receiveFromSocket } from '../../../lib/time-events/transport/socket.ts'
import { receiveFromUdp } from '../../../lib/time-events/transport/udp.ts'
import { decodeFrame } from '../../../lib/time-events/wire/frame.ts'
import { machineMonotonic } from '../../../lib/time-events/wire/monotonic.ts'
import type { TimeEvent } from '../../../lib/time-events/wire/time-event.ts'
import vectors from '../../fixtures/time-events.json' with { type: 'json' }
import { FakeClock } from '../../support/fake-clock.ts'
import { Inbox, ownQueue, ownSocket } from './helper.ts'

const libc = Libc.load()

describe('time events: the client', () => {
  const closing: Array<() => unknown> = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  function connect(transport: string, options = {}, parts = {}): EvClient {
    const client = new EvClient({ name: 'shim[16514]', transport, ...options }, parts)
    closing.push(() => client.close())
    client.connect()
    return client
  }

  function listen(name: string): Inbox {
    const inbox = new Inbox()
    const receiver = receiveFromSocket(libc, { name, mode: privateMode }, inbox)
    closing.push(() => receiver.close())
    return inbox
  }

  const eventsOf = (inbox: Inbox) => inbox.datagrams.map(({ bytes }) => decodeFrame(bytes) as TimeEvent)

  it('sends the same bytes as the usual client, by queue, socket and UDP', async () => {
    const queue = ownQueue()
    closing.push(queue.remove)
    const inbox = new Inbox()
    const queueReceiver = receiveFromQueue(libc, { name: queue.name, mode: privateMode }, inbox)
    const name = ownSocket()
    const socketReceiver = receiveFromSocket(libc, { name, mode: privateMode }, inbox)
    const udp = await receiveFromUdp({ host: '127.0.0.1', port: 0 }, inbox)
    for (const { close } of [queueReceiver, socketReceiver, udp]) closing.push(close)
    const [{ hex, source, note: _, ...event }] = vectors.frames as [(typeof vectors.frames)[0]]
    const ways = [`queue:${queue.name}`, `socket:${name}`, `udp:127.0.0.1:${udp.port}`]
    for (const [n, way] of ways.entries()) {
      const client = connect(way, { name: source })
      assert.equal(client.send(event), true)
      assert.equal(await client.flush(1_000), true)
      // over UDP a mark comes first, and one behind
      const before = n === 2 ? 1 : 0
      await inbox.count(n + 1 + 2 * before)
      assert.equal(inbox.datagrams[n + before]?.bytes.toString('hex'), hex, way)
      assert.deepEqual(client.stats, { sent: 1, lost: 0, refused: 0, buffered: 0, transport: way })
    }
  })

  it('fills in what is not given: the step, the time, and who it is', async () => {
    const name = ownSocket()
    const inbox = listen(name)
    const client = new EvClient({ transport: `socket:${name}` })
    closing.push(() => client.close())
    assert.equal(client.send({ cat: 'A' }), false, 'before connect')
    client.connect()
    const before = machineMonotonic()
    client.send({ cat: 'A', msg: '' })
    await inbox.count(1)
    const [{ time, source, ...rest }] = eventsOf(inbox) as [TimeEvent]
    assert.deepEqual(rest, { cat: 'A', seq: 'SINGLE' })
    assert.ok(time >= before && time <= machineMonotonic())
    assert.match(source, new RegExp(`^\\w+\\[${process.pid}\\]$`))
  })

  it('refuses what no event can hold, and never throws', () => {
    const client = connect(`socket:${ownSocket()}`)
    const wrong = [
      { cat: 'é'.repeat(128) },
      { cat: 'A', subject: 'x'.repeat(256) },
      { cat: 'A', seq: 'x'.repeat(256) },
      { cat: 'A', time: -1 },
      { cat: 'A', time: Number.NaN },
      { cat: 'A', time: 2 ** 53 },
      { cat: 7 as unknown as string },
      { cat: 'A', msg: {} as string },
    ]
    for (const event of wrong) assert.equal(client.send(event), false)
    assert.deepEqual([client.stats.refused, client.stats.buffered], [wrong.length, 0])
    assert.equal(client.send({ cat: 'x'.repeat(255), time: 1.9 }), true)
  })

  it('cuts a message at a character, so that a frame has 4,096 bytes at most, and ends texts at a NUL', async () => {
    const name = ownSocket()
    const inbox = listen(name)
    const client = connect(`socket:${name}`)
    client.send({ cat: 'A', msg: 'x'.repeat(5_000), time: 1 })
    client.send({ cat: 'AA', msg: 'é'.repeat(5_000), time: 1 })
    client.send({ cat: 'AAA', msg: 'é'.repeat(5_000), time: 1 })
    client.send({ cat: 'A\0B', subject: '\0', msg: 'a\0b', time: 1 })
    await inbox.count(4)
    const lengths = inbox.datagrams.map(({ bytes }) => bytes.length)
    assert.deepEqual([lengths[0], lengths[1]! + lengths[2]!], [4_096, 4_096 + 4_095])
    const [one, two, three, four] = eventsOf(inbox)
    assert.match(one!.msg!, /^x+$/)
    assert.match(two!.msg!, /^é+$/)
    assert.match(three!.msg!, /^é+$/)
    assert.deepEqual(four, { time: 1, cat: 'A', source: 'shim[16514]', subject: '', seq: 'SINGLE', msg: 'a' })
  })

  it('keeps events in order while no server is there, drops the oldest, and tells how many', async () => {
    const name = ownSocket()
    const clock = new FakeClock()
    const client = connect(`socket:${name}`, { buffer: 3 }, { clock })
    for (let n = 0; n < 5; n++) assert.equal(client.send({ cat: String(n), time: n }), true)
    assert.deepEqual([client.stats.buffered, client.stats.lost, clock.next], [3, 2, 10])
    // tried again after 10, 20, 40 … ms, and after a second at most
    for (const pause of [10, 20, 40, 80, 160, 320, 640, 1_000, 1_000]) {
      assert.equal(clock.next, pause)
      clock.tick(pause)
    }
    const inbox = listen(name)
    clock.tick(1_000)
    await inbox.count(4)
    assert.deepEqual(
      eventsOf(inbox).map(({ cat, seq, msg }) => [cat, seq, msg]),
      [
        ['TELOG', 'LOST', 'n=2'],
        ['2', 'SINGLE', undefined],
        ['3', 'SINGLE', undefined],
        ['4', 'SINGLE', undefined],
      ],
    )
    assert.deepEqual([client.stats.sent, client.stats.buffered, clock.timers], [3, 0, 0])
    assert.equal(await client.flush(0), true)
  })

  it('goes on as soon as a full queue has room; what is too long for a queue of another is lost', async () => {
    const queue = ownQueue()
    closing.push(queue.remove)
    libc.close(libc.createQueue(queue.name, 'write', privateMode, { places: 4, bytes: 64 }))
    const client = connect(`queue:${queue.name}`)
    for (let n = 0; n < 20; n++) client.send({ cat: String(n), time: n })
    client.send({ cat: 'long', msg: 'x'.repeat(64) })
    client.send({ cat: 'end' })
    assert.deepEqual([client.stats.sent, client.stats.buffered], [4, 18])
    assert.equal(await client.flush(10), false)
    const inbox = new Inbox()
    const receiver = receiveFromQueue(libc, { name: queue.name, mode: privateMode }, inbox)
    closing.push(() => receiver.close())
    assert.equal(await client.flush(5_000), true)
    await inbox.count(22)
    const categories = eventsOf(inbox).map(({ cat }) => cat)
    assert.deepEqual(categories, [...Array.from({ length: 20 }, (_, n) => String(n)), 'TELOG', 'end'])
    assert.deepEqual([client.stats.sent, client.stats.lost], [21, 1])
  })

  it('over UDP says how many it has sent: before the first, each second with more, at the end, and once more', async () => {
    const inbox = new Inbox()
    const udp = await receiveFromUdp({ host: '127.0.0.1', port: 0 }, inbox)
    closing.push(() => udp.close())
    const clock = new FakeClock()
    const client = connect(`udp:127.0.0.1:${udp.port}`, {}, { clock })
    for (let n = 0; n < 3; n++) client.send({ cat: String(n) })
    for (let n = 0; n < 5; n++) clock.tick(1_000)
    client.send({ cat: '3' })
    assert.equal(await client.flush(1_000), true)
    client.send({ cat: '4' })
    client.close()
    await inbox.count(10)
    assert.deepEqual(
      eventsOf(inbox).map(({ cat, seq, msg }) => (seq === 'SENT' ? `${cat} ${msg}` : cat)),
      ['TELOG n=0', '0', '1', '2', 'TELOG n=3', 'TELOG n=3', '3', 'TELOG n=4', '4', 'TELOG n=5'],
    )
    assert.deepEqual([client.stats.sent, clock.timers], [5, 0])
  })

  it('goes on although a queue is too small to tell in it what was lost', async () => {
    const queue = ownQueue()
    closing.push(queue.remove)
    libc.close(libc.createQueue(queue.name, 'write', privateMode, { places: 4, bytes: 32 }))
    const client = connect(`queue:${queue.name}`, { name: 'a' })
    client.send({ cat: 'long', msg: 'x'.repeat(64), time: 1 })
    for (const cat of ['A', 'B']) client.send({ cat, time: 1, seq: '' })
    const inbox = new Inbox()
    const receiver = receiveFromQueue(libc, { name: queue.name, mode: privateMode }, inbox)
    closing.push(() => receiver.close())
    await inbox.count(2)
    assert.deepEqual(
      eventsOf(inbox).map(({ cat }) => cat),
      ['A', 'B'],
    )
    assert.deepEqual([client.stats.sent, client.stats.lost], [2, 1])
  })

  it('leaves a full queue that was removed for the one that was made in its place', async () => {
    const queue = ownQueue()
    closing.push(queue.remove)
    const clock = new FakeClock()
    const client = connect(`queue:${queue.name}`, {}, { clock })
    let sent = 0
    while (client.stats.buffered === 0) client.send({ cat: String(sent++) })
    queue.remove()
    const inbox = new Inbox()
    const receiver = receiveFromQueue(libc, { name: queue.name, mode: privateMode }, inbox)
    closing.push(() => receiver.close())
    clock.tick(10)
    await inbox.count(1)
    assert.deepEqual([eventsOf(inbox)[0]?.cat, client.stats.buffered], [String(sent - 1), 0])
  })

  it('does nothing at all where it is disabled, and drops what waits when it is closed', () => {
    const off = connect('no way', { enabled: false })
    assert.equal(off.send({ cat: 'A' }), false)
    const client = connect(`socket:${ownSocket()}`)
    client.send({ cat: 'A' })
    client.close()
    assert.deepEqual(client.stats, { sent: 0, lost: 1, refused: 0, buffered: 0, transport: undefined })
    assert.equal(client.send({ cat: 'A' }), false)
  })

  it('says which transports there are, where it is given another one', () => {
    for (const transport of ['no', 'auto:x', 'queue:a', 'socket:a', 'udp:host', 'udp:a:0', 'udp:a:70000']) {
      assert.throws(() => connect(transport), {
        code: 'EVENTS_TRANSPORT',
        message:
          /; give auto, queue, queue:\/name, socket, socket:@name, socket:\/path, udp or udp:host:port$/,
      })
    }
  })
})
