// What the checkpoint passed although it is not complete: incomplete events, and damaged ones.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auditJournal } from '../../../lib/delivery/progress/audit.ts'
import { systemDisk } from '../../../lib/journal/disk/disk.ts'
import { journalFiles } from '../../support/journal-files.ts'
import { quick, ServiceBench } from './support/service-bench.ts'

describe('delivery: what was passed and is not complete', () => {
  let directory: string
  let bench: ServiceBench | undefined

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fieldlog-noted-'))
  })

  afterEach(async () => {
    await bench?.stop()
    bench = undefined
    await rm(directory, { recursive: true })
  })

  function start(completes = (_seq: number) => true): ServiceBench {
    bench = new ServiceBench({ directory })
    bench.completes = completes
    return bench.start()
  }

  async function stop(): Promise<void> {
    await bench?.stop()
    bench = undefined
  }

  it('counts each incomplete event once, though two ask for them at the same time', async () => {
    let patient = new Set<number>()
    const running = start((seq) => seq > 3 || patient.has(seq))
    await running.log(5)
    await running.until(({ incomplete }) => incomplete === 3)
    // two of three are completed now; asked for twice at once, that must not make the third one complete
    patient = new Set([1, 2])
    const results = await Promise.all([
      running.service.replayNoted('incomplete'),
      running.service.replayNoted('incomplete'),
    ])
    assert.deepEqual(
      results.map(({ complete, incomplete }) => [complete, incomplete]),
      [
        [2, 1],
        [0, 1],
      ],
    )
    const { complete, incomplete } = running.service.state.delivery!
    assert.deepEqual([complete, incomplete], [4, 1])
    await stop()
    const audit = await auditJournal(systemDisk, directory)
    assert.deepEqual(audit.incompleteSeqs, [[3, 3]])
    assert.ok(audit.balances.every(({ balanced }) => balanced))
  })

  it('lists what was damaged when it was its turn, and sends it when a good copy is back', async () => {
    // not sent before: the flow holds the first one
    const first = start((seq) => seq !== 1)
    first.attach({ ...quick, timeLimit: 60 })
    first.service.release()
    for (let i = 0; i < 6; i++) await first.log(1)
    await stop()
    const path = join(directory, journalFiles(directory)[0]!.name)
    const good = await readFile(path)
    const text = good.toString('latin1')
    const at = text.indexOf('line 1', text.indexOf('line 1', text.indexOf('line 1') + 1) + 1)
    await rm(join(directory, '.checkpoint'))
    const bad = Buffer.from(good)
    bad[at] = 'L'.charCodeAt(0)
    await writeFile(path, bad)

    const second = start()
    await second.until(({ checkpoint }) => checkpoint === 6)
    assert.deepEqual(second.seqs, [1, 2, 4, 5, 6])
    assert.deepEqual(second.service.state.delivery?.damaged, 1)
    // still damaged: nothing to send
    assert.equal((await second.service.replayNoted('damaged')).missing, 1)
    await stop()
    const file = path.slice(directory.length + 1)
    const before = await auditJournal(systemDisk, directory)
    assert.deepEqual(
      before.passedSeqs.map(({ from, to, file }) => ({ from, to, file })),
      [{ from: 3, to: 3, file }],
    )
    assert.ok(before.balances.every(({ balanced }) => balanced))

    const grown = await readFile(path)
    good.copy(grown)
    await writeFile(path, grown)
    const third = start()
    await third.until(() => true)
    assert.equal((await third.service.replayNoted('damaged')).complete, 1)
    assert.deepEqual(
      third.sent.map(({ event, payload }) => [event.seq, payload, event.replayed]),
      [[3, 'line 1', true]],
    )
    const { complete, damaged } = third.service.state.delivery!
    assert.deepEqual([complete, damaged], [6, 0])
    assert.equal((await third.service.replayNoted('damaged')).complete, 0)
    await stop()
    const after = await auditJournal(systemDisk, directory)
    assert.deepEqual([after.passedSeqs, after.passed, after.complete], [[], 0, 6])
    assert.ok(after.balances.every(({ balanced }) => balanced))
  })
})
