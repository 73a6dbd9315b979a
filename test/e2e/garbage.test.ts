// Whatever comes over a line: nothing crashes, memory stays bounded, the journal gives back the very bytes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { generator } from '../support/jeelink.ts'
import { readJournal } from '../support/journal-files.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'
import { portOpened } from '../support/serial-open.ts'

const pieceSize = 64 * 1024
const lastLine = 'OK 12 1 118 182 0'

/** Lines that look like packets and are not: each with the verdict it must get. */
const broken: Array<[string, 'rejected' | 'bad' | 'unknown']> = [
  ['OK 12 1 x 182 0', 'rejected'],
  ['OK 12 1 118 182', 'rejected'],
  ['OK 12 1 118 999 0', 'rejected'],
  ['OK 12 1 118 -5 0', 'rejected'],
  ['OK 12 1 118 182 0 99999999999999999999999999', 'rejected'],
  ['OK 12', 'rejected'],
  ['OK 12 0 202 0 0', 'bad'],
  ['OK', 'unknown'],
  ['OK abc', 'unknown'],
  ['OK 999999999999 1 2 3 4', 'unknown'],
  ['{"a":', 'unknown'],
  [`OK ${'1 '.repeat(5000)}`, 'unknown'],
]

function nasty(): Buffer[] {
  const random = generator(99)
  const binary = Buffer.from(
    Array.from({ length: 20_000 }, () => random(256)).filter((b) => b !== 10 && b !== 13),
  )
  return [
    Buffer.from('before\0after'),
    Buffer.from([0, 0, 0]),
    Buffer.from('half a character \xc3', 'latin1'),
    Buffer.from([0xed, 0xa0, 0x80]),
    Buffer.from('\ufeffwith a mark, \u2028 and \u0085'),
    Buffer.from('carriage\rreturns\r\rinside'),
    Buffer.from('\\x00 is written by hand'),
    Buffer.from(' '),
    binary,
  ]
}

describe('garbage on the line', function () {
  this.timeout(180_000)
  let pty: Pty
  let gateway: Gateway
  let collector: Collector

  beforeEach(async () => {
    pty = await createPty()
    gateway = await Gateway.start({ env: { FIELDLOG_SERIAL: pty.path } })
    collector = await Collector.open(gateway.broker, 'fieldlog/#')
    await portOpened(gateway.child, pty)
  })
  afterEach(async () => {
    await collector.close()
    await gateway.remove()
    await pty.close()
  })

  it('is rejected with a reason or unknown, and logged byte for byte', async () => {
    const lines = [...nasty(), ...broken.map(([line]) => Buffer.from(line)), Buffer.from(lastLine)]
    await pty.write(Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])))
    await collector.until((messages) => messages.some(({ payload }) => payload.includes('"temp":18.2')))
    assert.equal((await gateway.stop()).status, 0)

    const { entries } = readJournal(gateway.journal)
    assert.deepEqual(
      entries.map(({ bytes }) => bytes.toString('latin1')),
      lines.map((line) => line.toString('latin1')),
    )
    const verdicts = new Map<string, string>()
    for (const { topic, payload } of collector.messages) {
      if (!/\/(good|bad|rejected)\//.test(topic)) continue
      const event = JSON.parse(payload) as { id: string; verdict: string; reasons: string[] }
      verdicts.set(event.id, event.verdict)
      if (event.verdict !== 'good') assert.match(event.reasons[0] ?? '', /^[^:]+: [^:]+: ./)
    }
    const first = nasty().length
    assert.deepEqual(
      broken.map(([line], index) => [line, verdicts.get(entries[first + index]?.id ?? '') ?? 'unknown']),
      broken,
    )
    assert.deepEqual(
      entries.slice(0, first).map(({ id }) => verdicts.get(id)),
      nasty().map(() => undefined),
    )
  })

  it('a line of 10 MB without an end is logged in pieces, in bounded memory', async () => {
    const size = 10 * 1024 * 1024
    const random = generator(3)
    const letters = Array.from({ length: 4096 }, () => String.fromCharCode(97 + random(26))).join('')
    const chunk = Buffer.from(letters)
    const before = peakMemory(gateway)
    for (let sent = 0; sent < size; sent += chunk.length) await pty.write(chunk)
    await pty.write(`the end\n${lastLine}\n`)
    await collector.until(
      (messages) => messages.some(({ payload }) => payload.includes('"temp":18.2')),
      60_000,
    )
    const grown = peakMemory(gateway) - before
    assert.equal((await gateway.stop()).status, 0)
    assert.ok(grown < 100, `the process grew by ${grown} MB`)

    const { entries } = readJournal(gateway.journal)
    const pieces = entries.slice(0, -1)
    assert.deepEqual(new Set(pieces.slice(0, -1).map(({ bytes }) => bytes.length)), new Set([pieceSize]))
    const whole = Buffer.concat(pieces.map(({ bytes }) => bytes)).toString('latin1')
    assert.equal(whole.length, size + 'the end'.length)
    assert.ok(whole === `${letters.repeat(size / chunk.length)}the end`, 'the pieces make up the line')
    assert.equal(entries.at(-1)?.text, lastLine)
    const notices = gateway.lines.filter((line) => /\[warn\].*65,?536|\[warn\].*64 KiB/.test(line))
    assert.ok(notices.length >= 1, gateway.lines.join('\n'))
  })
})

/** MB of memory that the process held at most so far. */
function peakMemory(gateway: Gateway): number {
  const status = readFileSync(`/proc/${gateway.child.pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}
