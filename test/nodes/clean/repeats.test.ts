import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { EventMessage } from '../../../lib/event.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import clean from '../../../nodes/clean/clean.ts'
import format from '../../../nodes/format/format.ts'
import journal from '../../../nodes/journal/journal.ts'
import type { JournalNode } from '../../../nodes/journal/registry.ts'
import log from '../../../nodes/log/log.ts'
import helper, { nodeRedName, withHooks } from '../helper.ts'

const level: FormatDefinition = {
  type: 'level',
  decoder: { kind: 'key-values' },
  fields: [{ name: 'v', type: 'number' }],
  drop: { unchanged: 3600 },
}

describe(`nodes: clean leaves out repeats (${nodeRedName})`, () => {
  let directory: string

  before((done) => {
    helper.startServer(done)
  })
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-repeats-'))
  })
  afterEach(async () => {
    await helper.unload()
    rmSync(directory, { recursive: true })
  })
  after((done) => {
    helper.stopServer(done)
  })

  /** A flow whose clean node has this id: another id knows nothing of what the one before it saw. */
  async function load(id: string): Promise<void> {
    await helper.load(
      [format, clean, withHooks(journal), withHooks(log)],
      [
        { id: 'tab', type: 'tab' },
        { id: 'journal', type: 'fieldlog-journal', directory, flushInterval: 0 },
        { id: 'log', type: 'fieldlog-log', z: 'tab', journal: 'journal', quietTime: 0.05, wires: [[id], []] },
        { id, type: 'fieldlog-clean', z: 'tab', wires: [['sink'], [], []] },
        { id: 'sink', type: 'helper', z: 'tab' },
        { id: 'level', type: 'fieldlog-format', definition: level },
      ],
    )
  }

  /** Logs lines, the last of which is no repeat; resolves with the values that came out, up to the last. */
  function logged(...lines: string[]): Promise<unknown[]> {
    return new Promise((resolve) => {
      const values: unknown[] = []
      helper.getNode('sink').on('input', (msg) => {
        const { event } = msg as unknown as EventMessage
        values.push(event.data?.v)
        if (event.raw === lines.at(-1)) resolve(values)
      })
      for (const payload of lines) helper.getNode('log').receive({ payload, source: 'a' })
    })
  }

  /** Resolves when the whole flow is done with everything up to a seq: after the next start it does not come again. */
  async function completed(seq: number): Promise<void> {
    const { service } = helper.getNode('journal') as unknown as JournalNode
    while ((service?.state.delivery?.checkpoint ?? 0) < seq) await setTimeout(10)
  }

  it('in one run', async () => {
    await load('first')
    assert.deepEqual(await logged('v:1', 'v:1', 'v:2', 'v:2', 'v:3'), [1, 2, 3])
  })

  it('also of what was logged before the start', async () => {
    await load('first')
    assert.deepEqual(await logged('v:1', 'v:2'), [1, 2])
    await completed(2)
    await helper.unload()
    await load('second')
    assert.deepEqual(await logged('v:2', 'v:2', 'v:5'), [5])
  })
})
