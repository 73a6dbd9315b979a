// What the demo's house sent while the gateway was stopped comes in afterwards, with what is built into `npm start` alone.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type FlowNode, gatewayFlow } from '../../scripts/make-flow.ts'
import { Gateway } from '../support/gateway.ts'
import { type JournalContents, readJournal } from '../support/journal-files.ts'

/** a gap that is asked about, s: less than the minute that it is by default, so that the test takes less, too */
const gap = 20
/** how long the gateway is away, ms: the demo fills a page in some 20 s */
const away = 30_000

describe('a time without the gateway, with the demo collector', function () {
  this.timeout(300_000)
  let gateway: Gateway | undefined
  let home: string

  after(async () => {
    await gateway?.remove()
    rmSync(home, { recursive: true, force: true })
  })

  it('comes in afterwards, in its time, each packet once; the accounts balance', async () => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-demo-'))
    writeFileSync(join(home, 'flows.json'), JSON.stringify(flow()))
    gateway = await Gateway.start({ home })
    const { journal } = gateway
    await until(journal, ({ entries }) => entries.filter(isPacket).length >= 20)
    await gateway.stop()
    const stopped = Date.now()
    await pause(away)
    gateway = await Gateway.start({ home })
    const started = Date.now()
    await until(journal, ({ notices }) =>
      notices.some(({ kind, json }) => kind === 'catchup' && (json as { state: string }).state === 'ended'),
    )
    await gateway.stop()
    const { entries, cut } = readJournal(journal)
    const late = entries.filter(({ kind }) => kind === 'R')
    const meanwhile = late.filter(({ time }) => time > stopped && time < started)
    assert.ok(meanwhile.length >= 10, `only ${meanwhile.length} packets of that time came in`)
    const times = late.map(({ time }) => time)
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    )
    const packets = entries
      .filter((entry) => isPacket(entry) && !cut.includes(entry.seq))
      .map(({ time, text }) => `${time} ${text}`)
    assert.equal(new Set(packets).size, packets.length)
    const audit = execFileSync(process.execPath, ['dist/bin/fieldlog.js', 'audit', journal], {
      encoding: 'utf8',
    })
    assert.match(audit, /^balanced: entries/m)
    assert.doesNotMatch(audit, /not balanced/)
  })
})

function flow(): FlowNode[] {
  return gatewayFlow().map((node) => (node.type === 'fieldlog-port' ? { ...node, catchUpGap: gap } : node))
}

const isPacket = ({ text }: { text: string }) => text.startsWith('OK ')

async function until(journal: string, isTrue: (contents: JournalContents) => boolean): Promise<void> {
  while (!isTrue(readJournal(journal))) await pause(250)
}
