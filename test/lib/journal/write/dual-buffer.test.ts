// When events are written: the two buffers, the timer, and callers that wait (docs/journal-format.md, promise 2).
import assert from 'node:assert/strict'
import { type DurableEntry, Journal } from '../../../../lib/journal/journal.ts'
import { verifyFormat } from '../support/format.ts'
import { directory, Machine } from '../support/machine.ts'
import { running } from '../support/running.ts'

describe('journal: the dual buffer', () => {
  it('writes at bufferSize events, with one write and one sync', async () => {
    const { machine, log, process } = await running()
    log(99)
    await machine.time.advance(0)
    assert.equal(machine.durable.length, 0)
    const before = process.journal.statistics
    log(1)
    await machine.time.advance(0)
    assert.equal(machine.durable.length, 100)
    const { batches, syncs, events, held, lastSeq } = process.journal.statistics
    assert.deepEqual(
      { batches: batches - before.batches, syncs: syncs - before.syncs, events, held, lastSeq },
      { batches: 1, syncs: 1, events: 100, held: 0, lastSeq: 100 },
    )
  })

  it('writes flushInterval after the first event, and then runs no timer', async () => {
    const { machine, log } = await running()
    log(1)
    await machine.time.advance(3_000)
    log(1)
    assert.equal(machine.time.timers, 1)
    await machine.time.advance(1_999)
    assert.equal(machine.durable.length, 0)
    await machine.time.advance(1)
    assert.equal(machine.durable.length, 2)
    // what watched the disk is looked at once more, when it would have been due
    await machine.time.advance(5_000)
    assert.equal(machine.time.timers, 0)
    await machine.time.advance(60_000)
    assert.equal(machine.time.timers, 0)
  })

  it('counts the time of an event that comes during a flush from when it came', async () => {
    const { machine, process, log } = await running()
    process.disk.fault = ({ name }) => (name === 'sync' ? 'hang' : undefined)
    log(1)
    await machine.time.advance(5_000)
    assert.equal(process.disk.hanging, 1)
    log(1)
    await machine.time.advance(4_000)
    process.disk.fault = undefined
    process.disk.release()
    await machine.time.advance(999)
    assert.equal(machine.durable.length, 1)
    await machine.time.advance(1)
    assert.equal(machine.durable.length, 2)
  })

  it('lets the active buffer grow during a flush; the next flush takes all of it at once', async () => {
    const { machine, process, log, done } = await running({ bufferSize: 10 })
    process.disk.fault = ({ name }) => (name === 'sync' ? 'hang' : undefined)
    log(10)
    await machine.time.advance(0)
    log(35)
    await machine.time.advance(1_000)
    assert.equal(process.disk.hanging, 1)
    assert.equal(process.journal.statistics.held, 45)
    process.disk.fault = undefined
    process.disk.release()
    await machine.time.advance(0)
    assert.equal(machine.durable.length, 45)
    assert.equal(done('write'), 2)
    assert.equal(process.journal.statistics.batches, 3)
  })

  it('starts the next flush at once for a caller that waits', async () => {
    const { machine, process, log } = await running()
    log(3)
    const flushed = process.journal.flush()
    await machine.time.advance(0)
    assert.equal(machine.durable.length, 3)
    await flushed
    // with nothing held there is nothing to wait for
    await process.journal.flush()
  })

  it('makes a caller wait for what comes before it, not for what comes behind', async () => {
    const { machine, process, log } = await running()
    process.disk.fault = ({ name }) => (name === 'sync' ? 'hang' : undefined)
    const ends: string[] = []
    log(1)
    const first = process.journal.flush().then(() => ends.push(`first ${machine.durable.length}`))
    await machine.time.advance(0)
    log(1)
    const second = process.journal.flush().then(() => ends.push(`second ${machine.durable.length}`))
    process.disk.release()
    await machine.time.advance(0)
    assert.deepEqual(ends, ['first 1'])
    process.disk.release()
    await machine.time.run(Promise.all([first, second]))
    assert.deepEqual(ends, ['first 1', 'second 2'])
  })

  it('writes as soon as the disk is free with flushInterval 0', async () => {
    const { machine, process, log } = await running({ flushInterval: 0 })
    const { batches } = process.journal.statistics
    log(2)
    await machine.time.advance(0)
    assert.equal(machine.durable.length, 2)
    assert.equal(process.journal.statistics.batches, batches + 1)
  })

  it('keeps what comes before the start, in order', async () => {
    const machine = new Machine()
    const process = machine.boot()
    machine.log(process, 'early')
    process.journal.notice('incomplete', { seq: 1, node: 'n' })
    await machine.time.advance(60_000)
    assert.equal(machine.durable.length, 0)
    await machine.during(process, () => process.journal.start())
    assert.deepEqual(
      machine.durable.map(({ text }) => text),
      ['early'],
    )
    const text = machine.disk.peek(`${directory}/2026/20261121.txt`)!.toString()
    assert.match(text, /^H .*\nN .* open .*\nL .* early\nN .* incomplete .*\nC .* 3 1 .*\n\0*$/)
  })

  it('flushes all at the stop', async () => {
    const { machine, process, log } = await running()
    log(3)
    await machine.time.run(process.journal.stop())
    assert.equal(machine.durable.length, 3)
    assert.equal(machine.disk.openFiles, 0)
  })

  it('stops once, however often it is asked to', async () => {
    const { machine, process, log } = await running()
    log(3)
    const stopped = process.journal.stop()
    assert.equal(process.journal.stop(), stopped)
    await machine.time.run(stopped)
  })

  it('leaves no timer at the stop', async () => {
    const { machine, process, log } = await running()
    log(3)
    await machine.time.run(process.journal.stop())
    assert.equal(machine.time.timers, 0)
    await machine.time.advance(60_000)
    assert.equal(machine.time.timers, 0)
  })

  it('takes nothing after the stop, and counts it as dropped', async () => {
    const { machine, process, log } = await running()
    log(3)
    await machine.time.run(process.journal.stop())
    assert.equal(process.journal.append({ kind: 'L', received: 0, source: 'tty', text: 'late' }), false)
    assert.equal(process.journal.statistics.dropped, 1)
    await machine.time.advance(60_000)
    assert.equal(machine.time.timers, 0)
  })

  it('cannot be started after the stop', async () => {
    const { machine, process } = await running()
    await machine.time.run(process.journal.stop())
    await assert.rejects(process.journal.start(), /is closed/)
  })

  it('tells each durable entry with its seq, its epoch and what its caller gave with it', async () => {
    const machine = new Machine()
    const told: DurableEntry[] = []
    const journal = new Journal(
      {
        directory,
        disk: machine.disk,
        clock: machine.time,
        drawEpoch: () => 'k3x9a7qd',
        reserve: 0,
        lock: () => ({ release() {} }),
      },
      { durable: (entries) => told.push(...entries) },
    )
    const tag = { id: 7 }
    const received = machine.time.wall()
    journal.append({ kind: 'L', received, source: 'a', text: 'x' }, tag)
    journal.append({ kind: 'R', received, time: received - 5_000, source: 'b', text: 'y' })
    await machine.time.run(journal.start())
    assert.equal(journal.epoch, 'k3x9a7qd')
    assert.deepEqual(
      told.map(({ kind, seq, epoch, received, time, source, text }) => ({
        kind,
        seq,
        epoch,
        received,
        time,
        source,
        text,
      })),
      [
        { kind: 'L', seq: 1, epoch: 'k3x9a7qd', received, time: received, source: 'a', text: 'x' },
        { kind: 'R', seq: 2, epoch: 'k3x9a7qd', received, time: received - 5_000, source: 'b', text: 'y' },
      ],
    )
    assert.equal(told[0]!.tag, tag)
    await machine.time.run(journal.stop())
  })

  it('goes on when a listener throws', async () => {
    const machine = new Machine()
    let calls = 0
    const journal = new Journal(
      {
        directory,
        disk: machine.disk,
        clock: machine.time,
        reserve: 0,
        lock: () => ({ release() {} }),
      },
      {
        durable: () => {
          calls++
          throw new Error('a listener of a test')
        },
      },
    )
    await machine.time.run(journal.start())
    for (const text of ['one', 'two']) {
      journal.append({ kind: 'L', received: 1, source: 'a', text })
      await machine.time.run(journal.flush())
    }
    assert.equal(calls, 2)
    assert.equal(journal.statistics.events, 2)
    await machine.time.run(journal.stop())
  })

  it('divides a long write into batches of about a megabyte', async () => {
    const { machine, process } = await running({ bufferSize: 10_000 })
    for (let i = 0; i < 30; i++) machine.log(process, `${i} ${'x'.repeat(100_000)}`)
    const { batches } = process.journal.statistics
    await machine.during(process, () => process.journal.flush())
    assert.equal(process.journal.statistics.batches, batches + 1)
    const text = machine.disk.peek(`${directory}/2026/20261121.txt`)!.toString('latin1')
    assert.deepEqual(
      text.match(/\nC \S+ \d+ \d+/g)!.map((line) => line.split(' ').slice(2).join(' ')),
      ['1 0', '11 11', '11 22', '8 30'],
    )
    verifyFormat(machine.disk, 'long')
  })
})
