// A flood of time events beside a serial port, whose lines come in as before.
// `npm run soak -- events` has it last for ten seconds on each transport.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ownQueue, ownSocket } from '../lib/time-events/helper.ts'
import { Gateway } from '../support/gateway.ts'
import { readJournal } from '../support/journal-files.ts'
import { freePort } from '../support/programs/free-port.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'
import { portOpened } from '../support/serial-open.ts'
import { eventsFlow } from '../support/time-events/flow.ts'

const isSoak = process.env.FIELDLOG_SOAK === '1'
const seconds = isSoak ? 10 : 3
const perSecond = 100_000
const linesPerSecond = 1_000
const linesEvery = 10
/** ms */
const latest = 1_000

describe('a flood of time events', function () {
  this.timeout(300_000)
  const queue = ownQueue()
  const socketName = ownSocket()
  let udpPort: number
  let home: string
  let pty: Pty
  let gateway: Gateway
  let written = 0

  before(async () => {
    udpPort = await freePort()
    home = mkdtempSync(join(tmpdir(), 'fieldlog-flood-'))
    const events = { queueName: queue.name, socketName, udp: true, udpPort }
    writeFileSync(join(home, 'flows.json'), JSON.stringify(eventsFlow(events)))
    pty = await createPty()
    gateway = await Gateway.start({ home, env: { FIELDLOG_SERIAL: pty.path } })
    await portOpened(gateway.child, pty)
    // the first line behind the opening may have lost its beginning
    await pty.write('begin\r\n')
  })
  after(async () => {
    await (gateway as Gateway | undefined)?.remove()
    await (pty as Pty | undefined)?.close()
    queue.remove()
    rmSync(home, { recursive: true, force: true })
  })

  const ways = { queue: () => queue.name, socket: () => socketName, udp: () => String(udpPort) }
  for (const [transport, name] of Object.entries(ways)) {
    it(`by ${transport} leaves the lines of a serial port on time`, async () => {
      const from = written
      const { tried, taken } = await during(() => flood(`${transport}:${name()}`))
      await linesLogged(gateway.journal, written)
      const { entries, notices } = readJournal(gateway.journal)
      const delays = entries
        .filter(({ text }) => text.startsWith('line '))
        .map(({ text, time }) => ({
          number: Number(text.split(' ')[1]),
          delay: time - Number(text.split(' ')[2]),
        }))
        .filter(({ number }) => number >= from)
        .toSorted((a, b) => a.delay - b.delay)
      const events = entries.filter(({ text }) => text.includes(`"transport":"${transport}"`)).length
      const worst = delays.at(-1)!.delay
      process.stdout.write(
        `      ${tried} sent, ${taken} taken by the system, ${events} logged; ${delays.length} lines: ` +
          `p99 ${delays[Math.floor(delays.length * 0.99)]!.delay} ms, at most ${worst} ms late\n`,
      )
      assert.equal(delays.length, written - from)
      assert.ok(worst < latest, `a line was ${worst} ms late`)
      assert.deepEqual(
        notices.filter(({ kind }) => kind === 'gap'),
        [],
      )
    })
  }

  async function flood(transport: string): Promise<{ tried: number; taken: number }> {
    const program = join(import.meta.dirname, '../support/time-events/flooder.ts')
    const child = fork(program, [transport, String(perSecond), String(seconds)])
    const [counts] = (await once(child, 'message')) as [{ tried: number; taken: number }]
    return counts
  }

  /** Lines at an even pace while the work is done; each says when it was sent. */
  async function during<T>(work: () => Promise<T>): Promise<T> {
    let isOver = false
    const write = async () => {
      const begin = performance.now()
      const before = written
      while (!isOver) {
        const due = before + ((performance.now() - begin) / 1000) * linesPerSecond
        let text = ''
        while (written < due) text += `line ${written++} ${Date.now()}\r\n`
        await pty.write(text)
        await pause(linesEvery)
      }
    }
    const writing = write()
    try {
      return await work()
    } finally {
      isOver = true
      await writing
    }
  }
})

/** Resolves when so many lines are in the journal. */
async function linesLogged(journal: string, count: number): Promise<void> {
  const deadline = performance.now() + 60_000
  const logged = () => readJournal(journal).entries.filter(({ text }) => text.startsWith('line ')).length
  while (logged() < count) {
    if (performance.now() > deadline) throw new Error(`${logged()} of ${count} lines are in the journal`)
    await pause(500)
  }
}
