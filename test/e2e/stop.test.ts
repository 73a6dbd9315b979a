// The end of the process while lines stream in: nothing that was read is lost, nothing is in between.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { Collector } from '../support/collector.ts'
import { Gateway, type GatewayOptions } from '../support/gateway.ts'
import { anyPacket, generator, wire } from '../support/jeelink.ts'
import { journalHolds, readJournal } from '../support/journal-files.ts'
import { startLineServer } from '../support/line-server.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'
import { supportedNodeReds } from '../support/real-runtime/node-reds.ts'
import { portOpened } from '../support/serial-open.ts'

/** Numbered lines with packets between them. */
function numberedLines(count: number): string[] {
  const random = generator(7)
  return Array.from({ length: count }, (_, n) =>
    n % 2 ? anyPacket(random).bytes.toString() : `line ${String(n).padStart(7, '0')}`,
  )
}

const encode = (lines: string[]) => wire(lines.map((line) => ({ bytes: Buffer.from(line) })))

/** How many lines the port has read, as the gateway says: bytes that a process reads are not those of the port alone. */
async function linesReceived({ url }: Gateway): Promise<number> {
  const text = await (await fetch(`${url}fieldlog/metrics`)).text()
  return Number(/^fieldlog_lines_received_total\{[^}]*\} (\d+)$/m.exec(text)?.[1] ?? 0)
}

async function stream(pty: Pty, lines: string[]): Promise<void> {
  for (let at = 0; at < lines.length; at += 100) await pty.write(encode(lines.slice(at, at + 100)))
}

describe('stop while lines stream', function () {
  this.timeout(150_000)
  let pty: Pty
  let gateway: Gateway

  async function begin(options: GatewayOptions): Promise<void> {
    gateway = await Gateway.start({ ...options, env: { FIELDLOG_SERIAL: pty.path, ...options.env } })
    await portOpened(gateway.child, pty)
  }
  beforeEach(async () => {
    pty = await createPty()
  })
  afterEach(async () => {
    await gateway.remove()
    await pty.close()
  })

  for (const [nodeRed, signal] of [
    ['node-red', 'SIGTERM'],
    ['node-red', 'SIGINT'],
    ['node-red-4', 'SIGTERM'],
  ] as const) {
    it(`${signal} leaves a gapless prefix and status 0 (${nodeRed})`, async () => {
      await begin({ nodeRed })
      const collector = await Collector.open(gateway.broker, 'fieldlog/#')
      const lines = numberedLines(200_000)
      // it ends with an error when the gateway has closed the port
      const writing = stream(pty, lines).catch((error: Error) => error)
      await collector.until((messages) => messages.length > 500)
      const end = await gateway.stop(signal)
      await pty.close()
      assert.ok((await writing) instanceof Error, 'the lines ended before the gateway')
      await collector.close()

      assert.deepEqual([end.status, end.signal], [0, null])
      assert.ok(end.took < 10_000, `it took ${end.took} ms`)
      const { entries, tail } = readJournal(gateway.journal)
      assert.equal(tail, '')
      assert.ok(entries.length > 500 && entries.length < lines.length, `${entries.length} entries`)
      assert.deepEqual(
        entries.map(({ text }) => text),
        lines.slice(0, entries.length),
      )
      assert.deepEqual(
        gateway.lines.filter((line) => /could not be logged|did not stop|failed/.test(line)),
        [],
      )
    })
  }

  for (const nodeRed of supportedNodeReds) {
    it(`logs every line that had been read when the signal came (${nodeRed})`, async () => {
      const collector = await startLineServer()
      gateway = await Gateway.start({
        nodeRed,
        env: { FIELDLOG_SERIAL: `tcp://127.0.0.1:${collector.port}` },
      })
      const lines = numberedLines(200_000)
      let at = 0
      const sending = collector.stream(() => {
        const some = lines.slice(at, at + 500)
        at += some.length
        return some.length > 0 ? encode(some) : undefined
      })
      await journalHolds(gateway.journal, 5000)
      const read = await collector.halt(gateway.child)
      const stopped = gateway.stop()
      gateway.child.kill('SIGCONT')
      assert.equal((await stopped).status, 0)
      collector.close()
      await sending

      const { entries } = readJournal(gateway.journal)
      const texts = entries.map(({ text }) => text)
      assert.deepEqual(texts, lines.slice(0, texts.length))
      assert.ok(texts.length < lines.length, 'the lines ended before the gateway')
      const complete = encode(texts).length
      const next = encode([lines[texts.length] as string]).length
      assert.ok(complete + next > read, `${read} bytes were read, ${complete} of them are logged`)
    })
  }

  it('logs what was read and stands in memory only', async () => {
    await begin({ env: { FIELDLOG_FLUSH_INTERVAL: '3600', FIELDLOG_BUFFER_SIZE: '100000' } })
    const lines = numberedLines(2000)
    await pty.write(encode(lines))
    while ((await linesReceived(gateway)) < lines.length) await pause(20)
    // a second signal, as from Ctrl-C in a terminal, must not cut the first one short
    gateway.child.kill('SIGTERM')
    const end = await gateway.stop('SIGINT')
    assert.equal(end.status, 0)
    const { entries } = readJournal(gateway.journal)
    assert.deepEqual(
      entries.map(({ text }) => text),
      lines,
    )
  })

  it('ends by itself when its parent is gone', async () => {
    gateway = await Gateway.start({ ipc: true })
    gateway.child.disconnect()
    const end = await gateway.ended
    assert.equal(end.status, 0)
    assert.ok(gateway.lines.includes('fieldlog: stopping (the parent process has ended)'))
  })
})
