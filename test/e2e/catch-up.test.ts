// What a collector received while the gateway was away comes into the journal afterwards, each packet once. The collector
// is the tests' own model, which was written from a description of the firmware alone.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type FlowNode, gatewayFlow } from '../../scripts/make-flow.ts'
import { Flash } from '../support/collector/flash.ts'
import { geometries } from '../support/collector/geometry.ts'
import { CollectorServer } from '../support/collector/server.ts'
import { Gateway } from '../support/gateway.ts'
import { readJournal } from '../support/journal-files.ts'

const kills = 3
/** between two packets, ms */
const pace = 120
/** a gap in the lines that is asked about, s */
const gap = 2

describe('catching up with a collector', function () {
  this.timeout(180_000)
  let home: string
  let house: House
  let gateway: Gateway | undefined

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-catch-up-'))
    writeFileSync(join(home, 'flows.json'), JSON.stringify(flow()))
    house = await House.start()
  })
  after(async () => {
    await house.close()
    await gateway?.remove()
    rmSync(home, { recursive: true, force: true })
  })

  it('loses no packet that the flash had, and logs none twice', async () => {
    for (let kill = 0; kill <= kills; kill++) {
      gateway = await Gateway.start({
        home,
        env: { FIELDLOG_SERIAL: house.collector.address, FIELDLOG_FLUSH_INTERVAL: '0.1' },
      })
      await caughtUp(gateway.journal, kill + 1)
      await pause(500 + kill * 300)
      if (kill === kills) break
      await gateway.stop('SIGKILL')
      await pause((gap + 1) * 1000)
    }
    house.stop()
    await pause(500)
    const { journal } = gateway!
    await gateway!.stop()
    const { entries, cut } = readJournal(journal)
    // the first line after a start is marked where it may lack its beginning, and may come once more, whole
    const packets = entries.filter(({ text, seq }) => text.startsWith('OK ') && !cut.includes(seq))
    assert.deepEqual(twice(packets.map(({ text }) => text)), [])
    const logged = new Set(packets.map(({ text }) => text))
    const lost = new Set(house.lost)
    assert.deepEqual(
      house.sent.map(({ text }) => text).filter((text) => !logged.has(text) && !lost.has(text)),
      [],
    )
    const late = packets.filter(({ kind }) => kind === 'R')
    const sentAt = new Map(house.sent.map(({ text, time }) => [text, time]))
    const errors = late.map(({ text, time }) => Math.abs(time - sentAt.get(text)!))
    assert.ok(Math.max(...errors) <= 2_000, `a time is ${Math.max(...errors)} ms wrong`)
    // what was on the air in the gaps, and reached nobody but the flash
    assert.ok(late.length > (kills * gap * 1000) / pace, `only ${late.length} packets came late`)
  })
})

/** Resolves when the journal says so many times that a catch-up has ended. */
async function caughtUp(journal: string, times: number): Promise<void> {
  const deadline = performance.now() + 60_000
  const ended = () =>
    readJournal(journal).notices.filter(
      ({ kind, json }) => kind === 'catchup' && (json as { state: string }).state === 'ended',
    )
  while (!existsSync(journal) || ended().length < times) {
    assert.ok(performance.now() < deadline, `it caught up ${ended().length} times, not ${times}`)
    await pause(100)
  }
}

function twice(texts: readonly string[]): string[] {
  return texts.filter((text, i) => texts.indexOf(text) !== i)
}

/** Packets on the air, each another one, and the collector that receives them. */
class House {
  readonly collector: CollectorServer
  readonly sent: Array<{ text: string; time: number }> = []
  readonly #timer: NodeJS.Timeout

  private constructor(collector: CollectorServer) {
    this.collector = collector
    this.#timer = setInterval(() => this.#send(), pace)
  }

  static async start(): Promise<House> {
    return new House(await CollectorServer.start({ flash: new Flash(geometries.mbit16) }))
  }

  get lost(): string[] {
    return this.collector.model.lost.map(({ header, bytes }) => textOf(header, bytes))
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async close(): Promise<void> {
    this.stop()
    await this.collector.plugOut()
  }

  #send(): void {
    const count = this.sent.length
    const bytes = [count & 0xff, count >> 8, ...new Array<number>(18).fill(7)]
    this.sent.push({ text: textOf(9, bytes), time: Date.now() })
    this.collector.packet(9, bytes)
  }
}

function textOf(header: number, bytes: readonly number[]): string {
  return `OK ${[header, ...bytes].join(' ')}`
}

function flow(): FlowNode[] {
  return gatewayFlow().map((node) => (node.type === 'fieldlog-port' ? { ...node, catchUpGap: gap } : node))
}
