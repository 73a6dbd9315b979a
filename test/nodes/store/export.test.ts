// `fieldlog export` gives the same rows from the journal as from the store that the flow has filled.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Node, NodeAPI } from 'node-red'
import { exportRows } from '../../../lib/cli/store/export.ts'
import { jeelinkFormats } from '../../../lib/formats/library/jeelink.ts'
import clean from '../../../nodes/clean/clean.ts'
import journal from '../../../nodes/journal/journal.ts'
import label from '../../../nodes/label/label.ts'
import log from '../../../nodes/log/log.ts'
import { stores } from '../../../nodes/store/registry.ts'
import store from '../../../nodes/store/store.ts'
import { runHere } from '../../lib/cli/helper.ts'
import { jeelinkSample } from '../../support/jeelink.ts'
import helper, { nodeRedName, withHooks } from '../helper.ts'

const lines = jeelinkSample(400)

function formatNode(RED: NodeAPI): void {
  RED.nodes.registerType('fieldlog-format', function (this: Node, config) {
    RED.nodes.createNode(this, config)
    Object.assign(this, { definition: (config as unknown as { definition: object }).definition })
  })
}

/** One rule looks at a reading alone, one at the reading before, and one waits for the next. */
const predicates = [
  { name: 'warm', field: 'temp', operator: '>', values: [30] },
  { name: 'jump', field: 'temp', operator: 'rate of change', values: [0.5] },
  { name: 'spike', field: 'p1', operator: 'spike', values: [400], settings: { limit: 1 } },
]

describe(`nodes: export (${nodeRedName})`, function () {
  this.timeout(60_000)
  let home: string

  function flow(): object[] {
    const formats = jeelinkFormats.map((definition, place) => ({ id: `format${place}`, definition }))
    return [
      { id: 'tab', type: 'tab' },
      {
        ...{ id: 'journal', type: 'fieldlog-journal', directory: join(home, 'journal') },
        ...{ flushInterval: 0, reserve: 0 },
      },
      ...formats.map((format) => ({ ...format, type: 'fieldlog-format' })),
      { id: 'log', type: 'fieldlog-log', z: 'tab', journal: 'journal', wires: [['clean']] },
      {
        ...{ id: 'clean', type: 'fieldlog-clean', z: 'tab', formats: formats.map(({ id }) => id) },
        wires: [['label'], ['store'], ['store']],
      },
      { id: 'label', type: 'fieldlog-label', z: 'tab', predicates, wires: [['store'], ['store']] },
      { id: 'store', type: 'fieldlog-store', z: 'tab', wires: [] },
    ]
  }

  const rows = async (...args: string[]) => {
    const { status, out, err } = await runHere('export', exportRows, args, { env: { FIELDLOG_HOME: home } })
    assert.equal(status, 0, err)
    return { out, err }
  }

  before(async () => {
    await new Promise<void>((resolve) => helper.startServer(() => resolve()))
    home = mkdtempSync(join(tmpdir(), 'fieldlog-export-test-'))
    writeFileSync(join(home, 'flows.json'), JSON.stringify(flow()))
    await helper.load([journal, log, formatNode, clean, label, store].map(withHooks), flow())
    for (const { bytes } of lines)
      helper.getNode('log').receive({ payload: bytes.toString('latin1'), topic: 'ttyUSB0' })
    const end = performance.now() + 30_000
    for (;;) {
      const state = stores()[0]?.state
      if (state?.state === 'ready' && state.upTo === lines.length) break
      assert.ok(performance.now() < end, `the store is ${JSON.stringify(state)}`)
      // its state has no event: it is asked at the next turn of a timer
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await helper.unload()
  })
  after(async () => {
    await helper.unload()
    await new Promise<void>((resolve) => helper.stopServer(() => resolve()))
    rmSync(home, { recursive: true, force: true })
  })

  it('prints the same rows from the store and from the journal', async () => {
    const jsonl = (await rows('--jsonl')).out
    const found = jsonl
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { time: number; verdict: string; reasons: string[] })
    const expected = lines.filter(({ expected }) => expected?.data !== undefined)
    assert.equal(found.length, expected.length)
    // each of the rules has found something
    for (const { name } of predicates)
      assert.ok(
        found.some(({ reasons }) => reasons.some((reason) => reason.startsWith(`${name}: `))),
        name,
      )
    const [from, to] = [found[40], found[60]].map((row) => new Date(row!.time).toISOString())
    const questions = [
      ['--jsonl'],
      ['--csv'],
      ['--csv', '--type', 'room'],
      ['--csv', '--verdict', 'bad'],
      ['--csv', '--type', 'homepower', '--from', from!, '--to', to!],
    ]
    for (const question of questions) {
      const [ofStore, ofJournal] = [await rows(...question), await rows(...question, '--journal')]
      assert.equal(ofJournal.out, ofStore.out, question.join(' '))
      assert.ok(ofStore.out.split('\n').length > 5, `${question.join(' ')}: ${ofStore.out}`)
    }
  })
})
