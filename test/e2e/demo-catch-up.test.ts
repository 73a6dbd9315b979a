// What the demo's house sent while the gateway was stopped for a minute comes in afterwards: as README says, with what is
// built into `npm start` alone.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { Gateway } from '../support/gateway.ts'
import { type JournalContents, readJournal } from '../support/journal-files.ts'

/** how long the gateway is away, ms: a gap that is asked about by default */
const away = 61_000

describe('a minute without the gateway, with the demo collector', function () {
  this.timeout(300_000)
  let gateway: Gateway | undefined
  let home: string | undefined

  after(() => gateway?.remove())

  it('comes in afterwards, in its time, each packet once; the accounts balance', async () => {
    gateway = await Gateway.start()
    home = gateway.home
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
    const { entries } = readJournal(journal)
    const late = entries.filter(({ kind }) => kind === 'R')
    const meanwhile = late.filter(({ time }) => time > stopped && time < started)
    assert.ok(meanwhile.length >= 10, `only ${meanwhile.length} packets of the minute came in`)
    const times = late.map(({ time }) => time)
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    )
    const packets = entries.filter(isPacket).map(({ time, text }) => `${time} ${text}`)
    assert.equal(new Set(packets).size, packets.length)
    const audit = execFileSync(process.execPath, ['dist/bin/fieldlog.js', 'audit', journal], {
      encoding: 'utf8',
    })
    assert.match(audit, /^balanced: entries/m)
    assert.doesNotMatch(audit, /not balanced/)
  })
})

const isPacket = ({ text }: { text: string }) => text.startsWith('OK ')

async function until(journal: string, isTrue: (contents: JournalContents) => boolean): Promise<void> {
  while (!isTrue(readJournal(journal))) await pause(250)
}
