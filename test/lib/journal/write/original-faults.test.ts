// The five faults of the logger that this one replaces; each has a test.
import assert from 'node:assert/strict'
import { type DurableEntry, Journal } from '../../../../lib/journal/journal.ts'
import { verifyFormat } from '../support/format.ts'
import { directory, Machine } from '../support/machine.ts'
import { running } from '../support/running.ts'

describe('journal: the faults of the original logger', () => {
  it('takes an event when the buffer is full, from within the flush too', async () => {
    const { machine, process, log } = await running({ bufferSize: 2 })
    // the very event that fills the buffer, and one logged by who is told of it
    const { durable } = machine
    let logged = false
    const push = durable.push.bind(durable)
    durable.push = (...entries) => {
      if (!logged) {
        logged = true
        log(2)
      }
      return push(...entries)
    }
    log(2)
    await machine.time.advance(0)
    assert.equal(process.journal.statistics.events, 4)
  })

  it('loses nothing when the buffer fills again and again before a write has ended', async () => {
    const { machine, process, log } = await running({ bufferSize: 5 })
    process.disk.fault = ({ name }) => (name === 'write' ? 'hang' : undefined)
    log(5)
    await machine.time.advance(0)
    log(5)
    await machine.time.advance(0)
    log(5)
    await machine.time.advance(0)
    assert.equal(process.disk.hanging, 1)
    process.disk.fault = undefined
    process.disk.release()
    await machine.time.advance(0)
    assert.deepEqual(
      machine.durable.map(({ text }) => text),
      machine.taken,
    )
    assert.equal(machine.durable.length, 15)
  })

  it('runs one timer at most, and none after the stop', async () => {
    const { machine, process, log } = await running({ bufferSize: 3 })
    for (let i = 0; i < 20; i++) {
      log(2)
      await machine.time.advance(2_500)
      assert.ok(machine.time.timers <= 1)
    }
    log(1)
    await machine.time.run(process.journal.stop())
    assert.equal(machine.time.timers, 0)
  })

  it('tells the entries themselves, not a buffer that is empty by then', async () => {
    const machine = new Machine()
    const kept: DurableEntry[][] = []
    const journal = new Journal(
      {
        directory,
        disk: machine.disk,
        clock: machine.time,
        reserve: 0,
        lock: () => ({ release() {} }),
      },
      { durable: (entries) => kept.push(entries) },
    )
    await machine.time.run(journal.start())
    for (const text of ['one', 'two']) {
      journal.append({ kind: 'L', received: 1, source: 'a', text })
      await machine.time.run(journal.flush())
    }
    await machine.time.run(journal.stop())
    assert.deepEqual(
      kept.map((entries) => entries.map(({ text }) => text)),
      [['one'], ['two']],
    )
  })

  const malformed: Array<[string, Record<string, unknown>]> = [
    ['a source with a space', { source: 'a b' }],
    ['no source', { source: '' }],
    ['a text of two lines', { text: 'a\nb' }],
    ['no text', { text: undefined }],
    ['no time', { received: Number.NaN }],
    ['a time before 1970', { received: -1 }],
    ['a time after 9999', { received: 253_402_300_800_000 }],
    ['a part of a ms', { received: 0.5 }],
    ['an R of no time', { kind: 'R', time: Number.POSITIVE_INFINITY }],
    ['another kind', { kind: 'C' }],
  ]
  for (const [what, part] of malformed) {
    it(`refuses ${what} with an error, and keeps all others`, async () => {
      const { machine, process, log } = await running()
      log(1)
      const entry = { kind: 'L' as const, received: 1, source: 'a', text: 'x', ...part }
      assert.throws(() => process.journal.append(entry), TypeError)
      log(1)
      await machine.during(process, () => process.journal.flush())
      assert.equal(machine.durable.length, 2)
      verifyFormat(machine.disk, what)
    })
  }
})
