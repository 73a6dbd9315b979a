// Devices that send no lines, or lines that end in CR, and a stream that is joined in its middle, through the real
// gateway: what stands in the journal, and what is called good.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gatewayFlow } from '../../scripts/make-flow.ts'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { journalHolds, readJournal } from '../support/journal-files.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'
import { portOpened } from '../support/serial-open.ts'

interface Published {
  id: string
  verdict: string
  reasons: string[]
  replayed: boolean
}

/** 42 4D, length, `fill`, sum of all before. */
function dustFrame(fill: number): Buffer {
  const frame = Buffer.alloc(32, fill)
  frame.set([0x42, 0x4d, 0, 28])
  const sum = frame.subarray(0, 30).reduce((total, byte) => total + byte, 0)
  frame.writeUInt16BE(sum, 30)
  return frame
}

const hex = (frames: Buffer[]) => frames.map((frame) => frame.toString('hex'))

for (const nodeRed of usualNodeReds) {
  describe(`frames (${nodeRed})`, function () {
    this.timeout(150_000)
    let home: string
    let gateway: Gateway | undefined

    beforeEach(() => {
      home = mkdtempSync(join(tmpdir(), 'fieldlog-framing-'))
    })
    afterEach(async () => {
      await gateway?.remove()
      rmSync(home, { recursive: true, force: true })
    })

    /** The shipped flow, with other settings of its port. */
    async function start(path: string, port: object): Promise<Gateway> {
      const flow = gatewayFlow().map((node) => (node.type === 'fieldlog-port' ? { ...node, ...port } : node))
      writeFileSync(join(home, 'flows.json'), JSON.stringify(flow))
      const env = { FIELDLOG_SERIAL: path, FIELDLOG_FLUSH_INTERVAL: '0' }
      gateway = await Gateway.start({ nodeRed, home, env })
      return gateway
    }

    describe('over a pty', () => {
      let pty: Pty
      beforeEach(async () => {
        pty = await createPty()
      })
      afterEach(() => pty.close())

      it('binary frames are in the journal to the last byte, and so is what stands between', async () => {
        const { child, journal } = await start(pty.path, { framing: 'length', frameSync: '\\x42\\x4d' })
        await portOpened(child, pty)
        const frames = [dustFrame(0x0a), dustFrame(0xff), dustFrame(0x0d)]
        // a sum whose last byte is an LF
        const last = Buffer.concat([
          dustFrame(0).subarray(0, 4),
          Buffer.alloc(25, 0),
          Buffer.from([0x9f, 0x01, 0x4a]),
        ])
        const noise = Buffer.from([0x4d, 0x42, 0x0d])
        for (const bytes of [frames[0]!.subarray(20), ...frames, noise, last]) await pty.write(bytes)
        await journalHolds(journal, 6)
        await gateway?.stop()
        const { entries, notices } = readJournal(journal)
        assert.deepEqual(
          entries.map(({ bytes }) => bytes.toString('hex')),
          hex([frames[0]!.subarray(20), ...frames, noise, last]),
        )
        const strays = notices.filter(({ kind }) => kind === 'cut-line').map(({ json }) => json)
        assert.deepEqual(strays.slice(0, 1), [{ cut: 'stray' }])
        assert.deepEqual(strays.at(-1), { cut: 'stray' })
      })

      it('lines that end in CR alone are found, and published as ever', async () => {
        const { child, journal, broker } = await start(pty.path, {})
        const collector = await Collector.open(broker, 'fieldlog/#')
        await portOpened(child, pty)
        await pty.write('OK 12 1 118 182 0\rOK 12 1 118 183 0\r')
        await collector.until((messages) => messages.filter(isGood).length === 2)
        await pty.write('OK 12 1 118 184 0\rOK 12 1 1')
        await collector.until((messages) => messages.filter(isGood).length === 3)
        await collector.close()
        await gateway?.stop()
        assert.deepEqual(
          readJournal(journal).entries.map(({ text }) => text),
          ['OK 12 1 118 182 0', 'OK 12 1 118 183 0', 'OK 12 1 118 184 0'],
        )
      })
    })

    describe('over TCP', () => {
      let server: Server
      const sockets: Socket[] = []
      beforeEach(async () => {
        // a device server: whoever joins gets the rest of the line that is on its way
        server = createServer((socket) => {
          sockets.push(socket.on('error', () => socket.destroy()))
          socket.write('OK 12 1 118 182 0\r\nOK 12 1 118 183 0\r\n')
        }).listen(0, '127.0.0.1')
        await once(server, 'listening')
      })
      afterEach(() => {
        for (const socket of sockets.splice(0)) socket.destroy()
        server.close()
      })

      it('the first line of a stream is never good, nor when it is sent again after a crash', async () => {
        const { port } = server.address() as AddressInfo
        const running = await start(`tcp://127.0.0.1:${port}`, {})
        const first = await Collector.open(running.broker, 'fieldlog/#')
        sockets[0]?.write('OK 12 1 118 184 0\r\n')
        await first.until((messages) => messages.some(({ payload }) => payload.includes('"temp":18.4')))
        await running.stop('SIGKILL')
        await first.close()

        const { entries, notices } = readJournal(running.journal)
        assert.deepEqual(entries[0]?.text, 'OK 12 1 118 182 0')
        assert.deepEqual(
          notices.filter(({ kind }) => kind === 'cut-line').map(({ json }) => json),
          [{ cut: 'start' }],
        )
        server.removeAllListeners('connection')
        const again = await start(`tcp://127.0.0.1:${port}`, {})
        const second = await Collector.open(again.broker, 'fieldlog/#')
        const [cut] = entries
        const rejected = (messages: readonly { topic: string; payload: string }[]) =>
          messages.filter(({ topic, payload }) => topic.includes('/rejected/') && payload.includes(cut!.id))
        await second.until((messages) => rejected(messages).length > 0)
        await second.close()
        const event = JSON.parse(rejected(second.messages)[0]!.payload) as Published
        assert.deepEqual(
          [event.verdict, event.reasons, event.replayed],
          ['rejected', ["decode: the line's beginning may be missing"], true],
        )
        for (const { topic, payload } of [...first.messages, ...second.messages])
          assert.ok(!topic.includes('/good/') || !payload.includes(cut!.id), payload)
      })
    })
  })
}

function isGood({ topic }: { topic: string }): boolean {
  return topic.includes('/good/')
}
