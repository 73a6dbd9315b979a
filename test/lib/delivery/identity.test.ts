// What points into a journal, and the journal itself, may come from different copies.
import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auditJournal } from '../../../lib/delivery/progress/audit.ts'
import { CheckpointFile } from '../../../lib/delivery/progress/checkpoint.ts'
import { systemDisk } from '../../../lib/journal/disk/disk.ts'
import { Journal } from '../../../lib/journal/journal.ts'
import { ServiceBench } from './support/service-bench.ts'

describe('delivery: a checkpoint of another copy of the journal', () => {
  let root: string
  let directory: string
  let running: ServiceBench | undefined

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'fieldlog-identity-'))
    directory = join(root, 'journal')
  })

  afterEach(async () => {
    await running?.stop()
    running = undefined
    await rm(root, { recursive: true })
  })

  /** A gateway that runs until so many more are dealt with. */
  async function run(count: number): Promise<void> {
    const bench = start()
    await bench.log(count)
    await bench.until(({ entries, checkpoint }) => checkpoint === entries)
    await stop()
  }

  function start(): ServiceBench {
    running = new ServiceBench({ directory }).start()
    return running
  }

  async function stop(): Promise<void> {
    await running?.stop()
    running = undefined
  }

  /** As `fieldlog import` does. */
  async function add(count: number): Promise<void> {
    const journal = new Journal({ directory, reserve: 0 })
    await journal.start()
    for (let i = 0; i < count; i++) {
      journal.append({ kind: 'L', received: Date.now(), source: 'import', text: `imported ${i}` })
    }
    await journal.stop()
  }

  const unbalanced = async () =>
    (await auditJournal(systemDisk, directory)).balances
      .filter(({ balanced }) => !balanced)
      .map(({ text }) => text)

  it('counts only as far as both agree: what was imported into an older copy is sent', async () => {
    await run(10)
    await cp(directory, join(root, 'older'), { recursive: true })
    await run(15)
    const checkpoint = await readFile(join(directory, '.checkpoint'))
    await rm(directory, { recursive: true })
    await cp(join(root, 'older'), directory, { recursive: true })
    await writeFile(join(directory, '.checkpoint'), checkpoint)
    await add(15)
    assert.deepEqual(await unbalanced(), [
      'identity: the checkpoint, which knows of event 25, is of other entries after 10; they are sent at the next start',
    ])
    const bench = start()
    await bench.until(({ checkpoint }) => checkpoint === 25)
    assert.deepEqual(
      bench.sent.map(({ event, payload }) => [event.seq, payload]),
      Array.from({ length: 15 }, (_, i) => [11 + i, `imported ${i}`]),
    )
    assert.match(bench.warnings[0]!, /other entries after 10 than those that the checkpoint knows/)
    await stop()
    assert.deepEqual(await unbalanced(), [])
  })

  it('sends everything where it is of another journal', async () => {
    await run(5)
    const checkpoint = await readFile(join(directory, '.checkpoint'))
    await rm(directory, { recursive: true })
    await add(7)
    await writeFile(join(directory, '.checkpoint'), checkpoint)
    assert.match((await unbalanced()).join(), /knows of event 5, is of another journal/)
    const bench = start()
    await bench.until(({ checkpoint }) => checkpoint === 7)
    assert.deepEqual(bench.seqs, [1, 2, 3, 4, 5, 6, 7])
    assert.match(bench.warnings[0]!, /the checkpoint is of another journal: events 1 to 7/)
  })

  it('of an earlier version says nothing of this: it is taken as it is, and knows after the start', async () => {
    await run(4)
    await rm(join(directory, '.checkpoint'))
    const file = new CheckpointFile(systemDisk, join(directory, '.checkpoint'))
    await file.write({ seq: 3, counters: { complete: 3, failed: 0, incomplete: 0, damaged: 0 } })
    await file.close()
    const bench = start()
    await bench.until(({ checkpoint }) => checkpoint === 4)
    assert.deepEqual(bench.seqs, [4])
    assert.deepEqual(bench.warnings, [])
    const epoch = bench.sent[0]!.event.id.split('-')[0]
    await stop()
    const upgraded = new CheckpointFile(systemDisk, join(directory, '.checkpoint'))
    const stored = await upgraded.read()
    await upgraded.close()
    assert.deepEqual([stored?.journal, stored?.epochs], [epoch, [[3, epoch]]])
  })

  it('stays right over many starts', async () => {
    for (let i = 0; i < 20; i++) await run(1)
    const bench = start()
    await bench.log(1)
    await bench.until(({ checkpoint }) => checkpoint === 21)
    assert.deepEqual([bench.seqs, bench.warnings], [[21], []])
  })
})
