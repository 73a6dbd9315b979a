// Real Unix sockets, a real POSIX queue and real UDP.
import assert from 'node:assert/strict'
import { existsSync, fstatSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withCode } from '../../../../lib/kit/errors.ts'
import { socketAddress } from '../../../../lib/time-events/transport/address.ts'
import { Libc } from '../../../../lib/time-events/transport/libc.ts'
import { queueNameProblem, socketNameProblem } from '../../../../lib/time-events/transport/names.ts'
import {
  privateMode,
  receiveFromQueue,
  sendToQueue,
  sizeWithin,
} from '../../../../lib/time-events/transport/queue.ts'
import type { Receiver, Sender } from '../../../../lib/time-events/transport/receiver.ts'
import { receiveFromSocket, sendToSocket } from '../../../../lib/time-events/transport/socket.ts'
import { receiveFromUdp, sendToUdp } from '../../../../lib/time-events/transport/udp.ts'
import { longestFrame } from '../../../../lib/time-events/wire/frame.ts'
import { Inbox, ownQueue, ownSocket } from '../helper.ts'

const libc = Libc.load()

describe('time events: transports', () => {
  const closing: Array<() => unknown> = []
  const folder = mkdtempSync(join(tmpdir(), 'fieldlog-events-'))
  const open = <One extends Receiver | Sender>(one: One): One => {
    closing.push(() => one.close())
    return one
  }
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })
  after(() => rmSync(folder, { recursive: true }))

  const ways: Record<string, (inbox: Inbox) => Promise<{ receiver: Receiver; sender: Sender }>> = {
    async 'an abstract socket'(inbox) {
      const name = ownSocket()
      const receiver = open(receiveFromSocket(libc, { name, mode: privateMode }, inbox))
      return { receiver, sender: open(sendToSocket(libc, name)) }
    },
    async 'a socket with a path'(inbox) {
      const name = join(folder, 'new', 'server.sock')
      const receiver = open(receiveFromSocket(libc, { name, mode: 0o660 }, inbox))
      assert.equal(statSync(name).mode & 0o777, 0o660)
      return { receiver, sender: open(sendToSocket(libc, name)) }
    },
    async 'a queue'(inbox) {
      const queue = ownQueue()
      closing.push(queue.remove)
      const receiver = open(receiveFromQueue(libc, { name: queue.name, mode: privateMode }, inbox))
      return { receiver, sender: open(sendToQueue(libc, queue.name)) }
    },
    async UDP(inbox) {
      const receiver = open(await receiveFromUdp({ host: '127.0.0.1', port: 0 }, inbox))
      return { receiver, sender: open(sendToUdp({ host: '127.0.0.1', port: receiver.port })) }
    },
  }

  it('a socket gives out what waits in it before it is closed, unless it is paused', async () => {
    for (const isPaused of [false, true]) {
      const inbox = new Inbox()
      const name = ownSocket()
      const receiver = receiveFromSocket(libc, { name, mode: privateMode }, inbox)
      const sender = open(sendToSocket(libc, name))
      if (isPaused) receiver.pause()
      for (let n = 0; n < 5; n++) assert.equal(sender.send(Buffer.from(`${n}`)), undefined)
      await receiver.close()
      const texts = inbox.datagrams.map(({ bytes }) => bytes.toString())
      assert.deepEqual(texts, isPaused ? [] : ['0', '1', '2', '3', '4'])
      assert.equal(sender.send(Buffer.from('5')), 'ECONNREFUSED')
    }
  })

  for (const [way, start] of Object.entries(ways)) {
    it(`${way}: brings datagrams in order, of every length up to the longest`, async () => {
      const inbox = new Inbox()
      const { sender } = await start(inbox)
      for (let n = 0; n < 50; n++) {
        assert.equal(sender.send(Buffer.alloc(n === 49 ? longestFrame : n + 1, n)), undefined)
        await inbox.count(n + 1)
      }
      assert.deepEqual(
        inbox.datagrams.map(({ bytes }) => [bytes.length, bytes[0]]),
        Array.from({ length: 50 }, (_, n) => [n === 49 ? longestFrame : n + 1, n]),
      )
      assert.ok(inbox.datagrams.every(({ isCut, sender: from }) => !isCut && from === undefined))
      assert.equal(sender.pending, 0)
    })

    it(`${way}: brings nothing while it is paused, and what was kept afterwards`, async () => {
      const inbox = new Inbox()
      const { receiver, sender } = await start(inbox)
      receiver.pause()
      for (let n = 0; n < 5; n++) assert.equal(sender.send(Buffer.from([n])), undefined)
      await new Promise((resolve) => setImmediate(resolve))
      assert.equal(inbox.datagrams.length, 0)
      receiver.resume()
      await inbox.count(5)
      assert.deepEqual(
        inbox.datagrams.map(({ bytes }) => bytes[0]),
        [0, 1, 2, 3, 4],
      )
    })
  }

  it('a socket: what is longer than any frame is marked as cut', async () => {
    const inbox = new Inbox()
    const { sender } = await ways['an abstract socket']!(inbox)
    assert.equal(sender.send(Buffer.alloc(3 * longestFrame)), undefined)
    await inbox.count(1)
    assert.equal(inbox.datagrams[0]?.isCut, true)
  })

  it('a socket: a second server gets one clear error, at a name and at a path', async () => {
    for (const name of [ownSocket(), join(folder, 'two.sock')]) {
      open(receiveFromSocket(libc, { name, mode: privateMode }, new Inbox()))
      assert.throws(() => receiveFromSocket(libc, { name, mode: privateMode }, new Inbox()), {
        code: 'EADDRINUSE',
        message: `time events: cannot listen at ${name}: another server of time events has it: stop that one, or choose another name`,
      })
    }
  })

  it('a socket: the file of a server that is gone makes room, any other file stays', async () => {
    const name = join(folder, 'left.sock')
    const left = libc.openSocket()
    libc.bind(left, socketAddress(name))
    libc.close(left)
    assert.ok(existsSync(name))
    const inbox = new Inbox()
    const receiver = receiveFromSocket(libc, { name, mode: privateMode }, inbox)
    open(sendToSocket(libc, name)).send(Buffer.from('x'))
    await inbox.count(1)
    await receiver.close()
    assert.equal(existsSync(name), false)
    writeFileSync(name, '')
    assert.throws(() => receiveFromSocket(libc, { name, mode: privateMode }, inbox), { code: 'ENOTSOCK' })
    assert.ok(existsSync(name))
  })

  it('a socket: without a server its sender is refused, and reaches the one that comes', async () => {
    const name = ownSocket()
    const sender = open(sendToSocket(libc, name))
    assert.equal(sender.send(Buffer.from('x')), 'ECONNREFUSED')
    const inbox = new Inbox()
    open(receiveFromSocket(libc, { name, mode: privateMode }, inbox))
    assert.equal(sender.send(Buffer.from('y')), undefined)
    await inbox.count(1)
  })

  it('a queue: keeps what is sent while no server runs, says when it is full, and has the mode', async () => {
    const queue = ownQueue()
    closing.push(queue.remove)
    const sender = open(sendToQueue(libc, queue.name))
    let sent = 0
    while (sender.send(Buffer.from([sent])) === undefined) sent++
    assert.equal(sender.send(Buffer.from('more')), 'EAGAIN')
    assert.ok(sent >= 10, `only ${sent} fit`)
    const inbox = new Inbox()
    assert.equal(modeOf(queue.name), 0o600)
    open(receiveFromQueue(libc, { name: queue.name, mode: 0o666 }, inbox))
    await inbox.count(sent)
    assert.equal(modeOf(queue.name), 0o666)
  })

  it('a queue: is made as large as the system allows, and no larger than is wanted', () => {
    assert.deepEqual(sizeWithin({ places: 10, bytes: 8_192 }), { places: 10, bytes: 8_192 })
    assert.deepEqual(sizeWithin({ places: 4, bytes: 128 }), { places: 4, bytes: 128 })
    assert.deepEqual(sizeWithin({ places: 65_536, bytes: 16_777_216 }), { places: 32, bytes: 8_192 })
  })

  it('a queue of another user: one clear error', () => {
    const queue = ownQueue()
    closing.push(queue.remove)
    const descriptor = libc.createQueue(queue.name, 'read', 0, { places: 1, bytes: 16 })
    libc.close(descriptor)
    const error = {
      code: 'EACCES',
      message: `time events: cannot open the queue ${queue.name}: it belongs to another user (EACCES): run both as one user, or have its owner let others send`,
    }
    // root may open what others may not
    const isRoot = process.geteuid?.() === 0
    if (isRoot) process.seteuid?.(65_534)
    try {
      assert.throws(() => receiveFromQueue(libc, { name: queue.name, mode: privateMode }, new Inbox()), error)
      assert.throws(() => sendToQueue(libc, queue.name), error)
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })

  it('a queue: one of another size and mode is taken as it is, and gets the mode that is set', async () => {
    const queue = ownQueue()
    closing.push(queue.remove)
    libc.close(libc.createQueue(queue.name, 'write', 0o622, { places: 3, bytes: 100 }))
    const inbox = new Inbox()
    open(receiveFromQueue(libc, { name: queue.name, mode: 0o660 }, inbox))
    assert.equal(modeOf(queue.name), 0o660)
    const sender = open(sendToQueue(libc, queue.name))
    assert.equal(sender.send(Buffer.alloc(100)), undefined)
    assert.equal(sender.send(Buffer.alloc(101)), 'EMSGSIZE')
    await inbox.count(1)
    assert.deepEqual([inbox.datagrams[0]?.bytes.length, inbox.datagrams[0]?.isCut], [100, false])
  })

  it('a queue and a socket know when they were removed; the file of another server stays', async () => {
    const queue = ownQueue()
    const name = join(folder, 'removed.sock')
    const receivers = [
      open(receiveFromQueue(libc, { name: queue.name, mode: privateMode }, new Inbox())),
      open(receiveFromSocket(libc, { name, mode: privateMode }, new Inbox())),
    ]
    const sender = open(sendToQueue(libc, queue.name))
    assert.deepEqual(
      [...receivers, sender].map((one) => one.isGone?.()),
      [false, false, false],
    )
    queue.remove()
    rmSync(name)
    assert.deepEqual(
      [...receivers, sender].map((one) => one.isGone?.()),
      [true, true, true],
    )
    const inbox = new Inbox()
    open(receiveFromSocket(libc, { name, mode: privateMode }, inbox))
    await receivers[1]!.close()
    assert.equal(open(sendToSocket(libc, name)).send(Buffer.from('x')), undefined)
    await inbox.count(1)
  })

  it('a queue with shorter messages, made by another: longer ones are refused by the system', async () => {
    const queue = ownQueue()
    closing.push(queue.remove)
    libc.close(libc.createQueue(queue.name, 'write', privateMode, { places: 4, bytes: 16 }))
    const sender = open(sendToQueue(libc, queue.name))
    assert.equal(sender.send(Buffer.alloc(17)), 'EMSGSIZE')
    const inbox = new Inbox()
    open(receiveFromQueue(libc, { name: queue.name, mode: privateMode }, inbox))
    assert.equal(sender.send(Buffer.alloc(16)), undefined)
    await inbox.count(1)
  })

  it('UDP: what finds no room while nobody takes it is counted; a port in use is one clear error', async () => {
    const inbox = new Inbox()
    const { receiver, sender } = await ways.UDP!(inbox)
    const { port } = receiver as Receiver & { port: number }
    await assert.rejects(receiveFromUdp({ host: '127.0.0.1', port }, inbox), {
      code: 'EADDRINUSE',
      message: `time events: cannot listen at UDP 127.0.0.1:${port}: another program has this port: choose another`,
    })
    receiver.pause()
    let isDropped = false
    inbox.events.once('dropped', () => {
      isDropped = true
    })
    while (!isDropped) {
      for (let n = 0; n < 50; n++) sender.send(Buffer.from('x'))
      await new Promise((resolve) => setImmediate(resolve))
    }
    receiver.resume()
    await inbox.count(10_000)
  })

  it('UDP: of the longest datagrams only the beginning is kept, and 16 MiB at most', async () => {
    const inbox = new Inbox()
    const { receiver, sender } = await ways.UDP!(inbox)
    receiver.pause()
    let dropped = 0
    inbox.events.on('dropped', () => dropped++)
    const longest = Buffer.alloc(65_507, '$TEL')
    while (dropped === 0) {
      for (let n = 0; n < 3; n++) sender.send(longest)
      await new Promise((resolve) => setImmediate(resolve))
    }
    receiver.resume()
    await inbox.count(1_024)
    assert.equal(inbox.datagrams.length, 1_024)
    assert.ok(inbox.datagrams.every(({ bytes, isCut }) => isCut && bytes.length === 2 * longestFrame))
  })

  it('UDP: what was kept and what comes meanwhile stay in order, and other work has its turn', async () => {
    const inbox = new Inbox()
    const { receiver, sender } = await ways.UDP!(inbox)
    receiver.pause()
    const send = (from: number, to: number) => {
      for (let n = from; n < to; n++) sender.send(Buffer.from(String(n)))
    }
    for (let from = 0; from < 1_500; from += 100) {
      send(from, from + 100)
      await new Promise((resolve) => setImmediate(resolve))
    }
    receiver.resume()
    await inbox.count(1)
    assert.ok(inbox.datagrams.length <= 512, `${inbox.datagrams.length} in one turn`)
    send(1_500, 1_600)
    await inbox.count(1_600)
    assert.deepEqual(
      inbox.datagrams.map(({ bytes }) => Number(bytes.toString())),
      Array.from({ length: 1_600 }, (_, n) => n),
    )
  })

  it('UDP: a sender takes so many at once, and goes out although it is closed at once', async () => {
    const inbox = new Inbox()
    const { receiver } = await ways.UDP!(inbox)
    const { port } = receiver as Receiver & { port: number }
    const sender = sendToUdp({ host: 'localhost', port })
    let taken = 0
    while (sender.send(Buffer.from('x')) === undefined) taken++
    assert.deepEqual([taken, sender.pending, sender.send(Buffer.from('x'))], [1_000, 1_000, 'EAGAIN'])
    const last = sendToUdp({ host: '127.0.0.1', port })
    last.send(Buffer.from('last'))
    last.close()
    sender.close()
    while (inbox.datagrams.at(-1)?.bytes.toString() !== 'last') await inbox.count(inbox.datagrams.length + 1)
  })

  it('without koffi one error names the package', () => {
    const load = () => {
      throw withCode('MODULE_NOT_FOUND', new Error("Cannot find module 'koffi'"))
    }
    assert.throws(() => Libc.load(load), {
      code: 'EVENTS_NEED_KOFFI',
      message:
        'time events: the queue and Unix sockets need the package koffi (MODULE_NOT_FOUND): npm install koffi; UDP works without it',
    })
  })

  it('know which names can be used', () => {
    for (const name of ['@timevt-server', '/run/x.sock', `/${'a'.repeat(106)}`]) {
      assert.equal(socketNameProblem(name), undefined)
    }
    assert.match(socketNameProblem('timevt')!.text, /must be @name/)
    assert.match(socketNameProblem(`@${'é'.repeat(60)}`)!.text, /at most 107 bytes/)
    assert.equal(queueNameProblem('/telog.mq'), undefined)
    for (const name of ['telog.mq', '/', '/a/b'])
      assert.match(queueNameProblem(name)!.text, /must be \/ and a name/)
  })
})

function modeOf(queue: string): number {
  const descriptor = libc.openQueue(queue, 'read')
  try {
    return fstatSync(descriptor).mode & 0o777
  } finally {
    libc.close(descriptor)
  }
}
