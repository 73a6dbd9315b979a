import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { EventMessage } from '../../../lib/event.ts'
import clean from '../../../nodes/clean/clean.ts'
import format from '../../../nodes/format/format.ts'
import journal from '../../../nodes/journal/journal.ts'
import type { JournalNode } from '../../../nodes/journal/registry.ts'
import log from '../../../nodes/log/log.ts'
import { p1, p1Event, p1Lines, telegram } from '../../lib/formats/records/meters.ts'
import helper, { nodeRedName, withHooks } from '../helper.ts'

describe(`nodes: clean puts lines together to records (${nodeRedName})`, () => {
  let directory: string

  before((done) => {
    helper.startServer(done)
  })
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-records-'))
  })
  afterEach(async () => {
    await helper.unload()
    rmSync(directory, { recursive: true })
  })
  after((done) => {
    helper.stopServer(done)
  })

  /** What came out of the first two outputs, until there are so many. */
  function outcomes(count: number): Promise<EventMessage[]> {
    return new Promise((resolve) => {
      const found: EventMessage[] = []
      for (const name of ['clean-sink', 'rejected-sink']) {
        helper.getNode(name).on('input', (msg) => {
          found.push(msg as unknown as EventMessage)
          if (found.length === count) resolve(found)
        })
      }
    })
  }

  async function load(): Promise<void> {
    await helper.load(
      [format, clean, withHooks(journal), withHooks(log)],
      [
        { id: 'tab', type: 'tab' },
        { id: 'journal', type: 'fieldlog-journal', directory, flushInterval: 0 },
        {
          id: 'log',
          type: 'fieldlog-log',
          z: 'tab',
          journal: 'journal',
          quietTime: 0.05,
          wires: [['clean'], []],
        },
        { id: 'clean', type: 'fieldlog-clean', z: 'tab', wires: [['clean-sink'], ['rejected-sink'], []] },
        { id: 'clean-sink', type: 'helper', z: 'tab' },
        { id: 'rejected-sink', type: 'helper', z: 'tab' },
        { id: 'p1', type: 'fieldlog-format', definition: p1 },
      ],
    )
  }

  function receive(...lines: string[]): void {
    for (const payload of lines) helper.getNode('log').receive({ payload, source: 'meter' })
  }

  function checkpoint(): number {
    const { service } = helper.getNode('journal') as unknown as JournalNode
    return service?.state.delivery?.checkpoint ?? 0
  }

  async function completed(seq: number): Promise<void> {
    while (checkpoint() < seq) await setTimeout(10)
  }

  it('one event each, with the place of the first line, or one reason', async () => {
    await load()
    const lines = telegram(p1Lines)
    const wrong = lines.map((line) => line.replace('01.193', '01.793'))
    const both = outcomes(2)
    receive(...lines, ...wrong)
    const [good, bad] = await both
    assert.deepEqual(good?.payload, p1Event)
    assert.deepEqual([good?.event.seq, good?.topic, good?.event.raw], [1, 'p1/meter', '/ABC5\\x5c2M999'])
    assert.deepEqual(bad?.event.reasons, ['check: crc16-arc: found A256, expected AA5D'])
    assert.equal(bad?.event.seq, lines.length + 1)
    await completed(2 * lines.length)
  })

  it('also of one that a stop of the runtime has cut in two: rejected, and the next one is whole', async () => {
    const lines = telegram(p1Lines)
    await load()
    receive(...lines.slice(0, 5))
    const { service } = helper.getNode('journal') as unknown as JournalNode
    // the other lines are done; only the first one is under way
    const isOpen = () => {
      const { entries = 0, underWay = 0, waiting = 1, quiet = 1 } = service?.state.delivery ?? {}
      return entries === 5 && underWay === 1 && waiting === 0 && quiet === 0
    }
    while (!isOpen()) await setTimeout(10)
    assert.equal(checkpoint(), 0, 'the first line waits')
    await helper.unload()
    await load()
    const both = outcomes(2)
    receive(...lines.slice(5), ...lines)
    const [cut, whole] = await both
    assert.deepEqual(cut?.event.reasons, [
      'record: found that the gateway was started again behind 5 lines (1…5)',
    ])
    assert.equal(cut?.event.seq, 1)
    assert.deepEqual(whole?.payload, p1Event)
    await completed(2 * lines.length)
  })
})
