// What every source of bytes must do, run against all of them with the real thing behind: a pty by socat, a TCP
// server, the demo collector.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { systemClock } from '../../../../lib/kit/clock.ts'
import { createSource } from '../../../../lib/serial/create-source.ts'
import { LineFramer } from '../../../../lib/serial/framing/line-framer.ts'
import type { SerialSettings } from '../../../../lib/serial/source/settings.ts'
import type { LineSource, Link, SourceError } from '../../../../lib/serial/source/source.ts'
import { tcpSource } from '../../../../lib/serial/source/tcp.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { createPty } from '../../../support/programs/pty.ts'

const serial: SerialSettings = {
  baudRate: 57_600,
  dataBits: 8,
  parity: 'none',
  stopBits: 1,
  flowControl: 'none',
  opening: 'keep',
}

interface Peer {
  source: LineSource
  /** The other end sends at least one line. */
  send(): Promise<void>
  /** The other end sends lines until it is told to stop, or has no one to send to. */
  flood?(): void
  /** Resolves when the other end has got these bytes. */
  gets?(text: string): Promise<void>
  /** The other end goes away. */
  vanish?(): Promise<void>
  end(): Promise<void>
}

const peers: Record<string, () => Promise<Peer>> = {
  'a serial device': devicePeer,
  TCP: tcpPeer,
  telnet: () => tcpPeer('telnet'),
  'demo:': demoPeer,
}

for (const [name, makePeer] of Object.entries(peers)) {
  describe(`A source: ${name}`, () => {
    let peer: Peer
    beforeEach(async () => {
      peer = await makePeer()
    })
    afterEach(() => peer.end())

    it('gives lines with the time they came', async () => {
      const before = Date.now()
      const { link, firstLine } = await connected(peer.source)
      await peer.send()
      const line = await firstLine
      assert.ok(typeof line.payload === 'string' && line.payload.length > 0)
      assert.ok(Number.isInteger(line.received))
      if (name !== 'demo:') assert.ok(line.received >= before && line.received <= Date.now())
      await link.close()
    })

    it('has a name that the log takes', () => {
      assert.match(peer.source.name, /^[A-Za-z0-9._:@-]+$/)
    })

    it('can be closed twice over, and connected again', async () => {
      for (let i = 0; i < 2; i++) {
        const { link, firstLine } = await connected(peer.source)
        await peer.send()
        await firstLine
        await link.close()
      }
    })

    it('gives nothing while paused but what was on its way, and all of it after', async () => {
      const { link, lines, nextLine } = await connected(peer.source)
      link.pause()
      await peer.send()
      await turns(20)
      assert.ok(lines.length <= 1)
      link.resume()
      await nextLine(1)
      await link.close()
    })

    it('closes in under a second while data streams, and gives nothing afterwards', async () => {
      const { link, lines, nextLine } = await connected(peer.source)
      if (peer.flood) peer.flood()
      else await peer.send()
      await nextLine(1)
      const start = performance.now()
      await link.close()
      const took = performance.now() - start
      const count = lines.length
      await turns(20)
      assert.equal(lines.length, count)
      assert.ok(took < 1000, `${took} ms`)
    })

    it('writes', async () => {
      const { link } = await connected(peer.source)
      await link.write(Buffer.from('0,63,0,3,102,49r'))
      await peer.gets?.('0,63,0,3,102,49r')
      await link.close()
    })

    // the demo collector is built in: nobody can unplug it
    if (name === 'demo:') return
    it('tells when the other end vanishes, once', async () => {
      const { link, closed, reasons } = await connected(peer.source)
      await peer.vanish?.()
      const reason = await closed
      assert.ok(reason.message.length > 0 && reason.short.length > 0)
      await turns(20)
      assert.equal(reasons.length, 1)
      await link.close()
      assert.equal(reasons.length, 1)
    })
  })
}

describe('TCP as a source', () => {
  it('says in words why it cannot connect', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    const source = createSource(`tcp://127.0.0.1:${port}`, serial)
    await assert.rejects(connect(source), {
      name: 'SourceError',
      message: `127.0.0.1:${port} refuses the connection: is the server running?`,
      short: 'refused',
    })
  })

  it('gives up at once when it is asked to', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const abort = new AbortController()
    const connecting = connect(createSource(`tcp://127.0.0.1:${port}`, serial), abort.signal)
    abort.abort(new Error('no more'))
    await assert.rejects(connecting, /no more/)
    server.close()
  })

  it('does not wait for ever for an answer', async () => {
    const clock = new FakeClock()
    const connecting = connect(tcpSource('127.0.0.1', 1, 'tcp:x', 'x', clock))
    clock.tick(10_000)
    await assert.rejects(connecting, /x does not answer/)
  })

  it('delivers what a paused connection had read when it is closed', async () => {
    const peer = await tcpPeer()
    const { link, lines } = await connected(peer.source)
    link.pause()
    await peer.send()
    await turns(50)
    await link.close()
    assert.deepEqual(
      lines.map((line) => line.payload),
      ['OK 12 1 118 182 0'],
    )
    await peer.end()
  })
})

interface GivenLine {
  payload: string | Buffer
  received: number
}

/** Connects, and collects lines and the reasons for an end. */
async function connected(source: LineSource) {
  const lines: GivenLine[] = []
  const reasons: SourceError[] = []
  let onLine: () => void = () => undefined
  let onClosed: (reason: SourceError) => void = () => undefined
  const closed = new Promise<SourceError>((resolve) => {
    onClosed = resolve
  })
  const framer = new LineFramer({ maxLine: 65_536, emptyLines: false }, systemClock, {
    frame(line) {
      lines.push(line)
      onLine()
    },
    found: () => undefined,
  })
  framer.begin(true)
  const nextLine = async (count: number) => {
    while (lines.length < count) {
      await new Promise<void>((resolve) => {
        onLine = resolve
      })
    }
    return lines[count - 1]!
  }
  const link: Link = await connect(source, undefined, {
    data: (chunk, received) => framer.push(chunk, received),
    closed: (reason) => {
      reasons.push(reason)
      onClosed(reason)
    },
  })
  return { link, lines, closed, reasons, nextLine, firstLine: nextLine(1) }
}

function connect(
  source: LineSource,
  signal = new AbortController().signal,
  events: Parameters<LineSource['connect']>[0] = { data: () => undefined, closed: () => undefined },
): Promise<Link> {
  return source.connect(events, signal)
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}

async function devicePeer(): Promise<Peer> {
  const pty = await createPty()
  let flooding = false
  return {
    source: createSource(pty.path, serial),
    send: () => pty.write('OK 12 1 118 182 0\r\n'),
    flood() {
      flooding = true
      const more = async () => {
        while (flooding) await pty.write('OK 12 1 118 182 0\r\n'.repeat(200))
      }
      // the end of the test closes the pipe under it
      more().catch(() => undefined)
    },
    async gets(text) {
      assert.equal((await pty.read(text.length)).toString(), text)
    },
    vanish: pty.cut,
    async end() {
      flooding = false
      await pty.close()
    },
  }
}

async function tcpPeer(scheme = 'tcp'): Promise<Peer> {
  const sockets: Socket[] = []
  let onConnection: () => void = () => undefined
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => socket.destroy()))
    onConnection()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  let used = 0
  const next = async (): Promise<Socket> => {
    while (sockets.length <= used) {
      await new Promise<void>((resolve) => {
        onConnection = resolve
      })
    }
    return sockets[used++]!
  }
  return {
    source: createSource(`${scheme}://127.0.0.1:${port}`, serial),
    async send() {
      ;(await next()).write('OK 12 1 118 182 0\r\n')
    },
    flood() {
      const pour = (socket: Socket) => {
        while (!socket.destroyed && socket.write('OK 12 1 118 182 0\r\n'.repeat(200)));
        if (!socket.destroyed) socket.once('drain', () => pour(socket))
      }
      void next().then(pour)
    },
    async gets(text) {
      const [bytes] = (await once(await next(), 'data')) as [Buffer]
      assert.equal(bytes.toString(), text)
    },
    async vanish() {
      ;(await next()).destroy()
    },
    async end() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function demoPeer(): Promise<Peer> {
  const clock = new FakeClock()
  return {
    source: createSource('demo:', serial, { clock }),
    async send() {
      clock.tick(1_000)
    },
    async end() {
      clock.tick(0)
    },
  }
}
