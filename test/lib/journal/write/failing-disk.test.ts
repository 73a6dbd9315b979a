// A disk that fails, becomes read-only, has no file handles left, or hangs: nothing is lost, and it is told.
import assert from 'node:assert/strict'
import { Journal } from '../../../../lib/journal/journal.ts'
import type { Fault } from '../../../support/fault-disk.ts'
import { chain, written } from '../support/format.ts'
import { directory, Machine, readEntries } from '../support/machine.ts'
import { running } from '../support/running.ts'
import { goesOn, writing } from '../support/trouble.ts'

describe('journal: a disk that fails', () => {
  const troubles: Array<[what: string, code: string, fault: Fault, message: RegExp]> = [
    ['a medium that fails', 'EIO', 'tear', /the medium fails: check or replace it/],
    ['a file system that became read-only', 'EROFS', 'fail', /the file system is read-only: remount it/],
    ['no file handles left', 'EMFILE', 'fail', /too many open files in this process/],
    ['a quota', 'EDQUOT', 'tear', /the disk quota is used up/],
    ['a directory that may not be written', 'EACCES', 'fail', /no permission: give this user write access/],
  ]
  for (const [what, code, fault, message] of troubles) {
    it(`is told and survived: ${what}`, async () => {
      const one = await running()
      const { machine, process, log } = one
      log(1)
      await machine.during(process, () => process.journal.flush())
      process.disk.code = code
      process.disk.fault = (operation) => (writing(operation) ? fault : undefined)
      for (let i = 0; i < 10; i++) {
        log(10)
        await machine.time.advance(10_000)
      }
      const { failure, held, failures } = process.journal.statistics
      assert.match(failure!, message)
      assert.match(
        failure!,
        /^journal: cannot write 2026\/20261121.*; holding 100 events in memory, dropping none$/,
      )
      assert.equal(held, 100)
      assert.ok(failures >= 10 && failures < 60, `${failures} tries`)
      process.disk.fault = undefined
      await machine.time.advance(10_000)
      await goesOn(one, what)
    })
  }

  it('is told once, and once that it is over', async () => {
    const machine = new Machine()
    const { disk } = machine.boot()
    const told: Array<string | undefined> = []
    const journal = new Journal(
      {
        directory,
        disk,
        clock: machine.time,
        reserve: 0,
        lock: () => ({ release() {} }),
      },
      { failure: (message) => told.push(message) },
    )
    await machine.time.run(journal.start())
    disk.fault = (operation) => (writing(operation) ? 'fail' : undefined)
    for (let i = 0; i < 30; i++) {
      journal.append({ kind: 'L', received: machine.time.wall(), source: 'a', text: 'x' })
      await machine.time.advance(5_000)
    }
    disk.fault = undefined
    await machine.time.advance(10_000)
    assert.deepEqual(
      told.map((message) => message?.replace(/;.*/, '')),
      ['journal: cannot write 2026/20261121.txt: the medium fails: check or replace it', undefined],
    )
    await machine.time.run(journal.stop())
  })

  it('goes to the next file of the day, whose H says what of the one before counts', async () => {
    const one = await running()
    const { machine, process, log } = one
    log(1)
    await machine.during(process, () => process.journal.flush())
    const { length } = written(machine.disk.peek(`${directory}/2026/20261121.txt`)!)
    let failed = false
    process.disk.fault = ({ name }) => {
      if (failed || name !== 'sync') return undefined
      failed = true
      return 'late'
    }
    log(1)
    await machine.during(process, () => process.journal.flush())
    const [first, second] = chain(machine.disk)
    // the bytes are there, and void
    assert.ok(first!.bytes.length > length)
    assert.deepEqual(
      [second!.path, second!.previousSize, second!.firstSeq],
      ['2026/20261121-1.txt', length, 2],
    )
    await goesOn(one, 'next file')
  })

  it('is not read beyond what is durable while it is', async () => {
    const { machine, process, log } = await running()
    log(1)
    await machine.during(process, () => process.journal.flush())
    const limits = { durableSize: (path: string) => process.journal.durableSize(path) }
    process.disk.fault = ({ name }) => (name === 'sync' ? 'fail' : undefined)
    log(1)
    await machine.time.advance(5_000)
    // the write is there for all to see, and was never synced
    assert.equal((await readEntries(machine.disk)).entries.length, 2)
    assert.equal((await readEntries(machine.disk, 1, limits)).entries.length, 1)
    process.disk.fault = undefined
    await machine.time.advance(10_000)
    assert.equal((await readEntries(machine.disk, 1, limits)).entries.length, 2)
  })
})

describe('journal: a disk that hangs', () => {
  it('is told after 5 s, and all is written when it answers after a minute', async () => {
    const one = await running({ bufferSize: 10 })
    const { machine, process, log } = one
    process.disk.fault = ({ name }) => (name === 'sync' ? 'hang' : undefined)
    log(10)
    await machine.time.advance(4_999)
    assert.equal(process.journal.statistics.failure, undefined)
    await machine.time.advance(1)
    log(90)
    assert.match(
      process.journal.statistics.failure!,
      /^journal: cannot write 2026\/20261121.txt: the disk has not answered for 5 s; holding 10 events/,
    )
    await machine.time.advance(55_000)
    assert.equal(process.disk.hanging, 1)
    assert.equal(process.journal.statistics.held, 100)
    process.disk.fault = undefined
    process.disk.release()
    await machine.time.advance(0)
    assert.equal(machine.durable.length, 100)
    await goesOn(one, 'after a minute')
  })

  it('does not keep a start from being told', async () => {
    const machine = new Machine()
    const process = machine.boot({}, { fault: ({ name }) => (name === 'list' ? 'hang' : undefined) })
    const started = process.journal.start()
    await machine.time.advance(5_000)
    assert.match(
      process.journal.statistics.failure!,
      /cannot write \/data\/journal: the disk has not answered for 5 s/,
    )
    // what a listing gives late comes late: it hangs at each
    for (let i = 0; i < 5; i++) {
      process.disk.release()
      await machine.time.advance(0)
    }
    await machine.time.run(started)
    assert.equal(process.journal.statistics.failure, undefined)
  })

  it('does not keep the stop beyond its limit, and the lock is kept until it answers', async () => {
    const machine = new Machine()
    let locks = 0
    const lock = () => {
      locks++
      return { release: () => void locks-- }
    }
    const process = await machine.open({ lock })
    assert.equal(locks, 1)
    process.disk.fault = ({ name }) => (name === 'sync' ? 'hang' : undefined)
    for (let i = 0; i < 3; i++) machine.log(process, `${i}`)
    const flushed = process.journal.flush()
    const before = machine.time.monotonic()
    await machine.time.run(
      assert.rejects(process.journal.stop(3_000), {
        message: `journal: ${directory} was closed with 3 events that the disk did not take`,
      }),
    )
    assert.equal(machine.time.monotonic() - before, 3_000)
    assert.equal(locks, 1)
    process.disk.release()
    // they became durable after all
    await machine.time.run(flushed)
    await machine.time.advance(0)
    assert.equal(locks, 0)
    assert.equal(machine.durable.length, 3)
    assert.equal(machine.time.timers, 0)
  })

  it('rejects who waits for a flush that the stop gave up', async () => {
    const { machine, process, log } = await running()
    process.disk.fault = (operation) => (writing(operation) ? 'fail' : undefined)
    log(2)
    const flushed = assert.rejects(process.journal.flush(), /is closed/)
    // and one that nobody waits for: it ends no process
    void process.journal.flush()
    await machine.time.run(assert.rejects(process.journal.stop(2_000), /closed with 2 events/))
    await flushed
    void process.journal.flush()
    await assert.rejects(process.journal.flush(), /is closed/)
    assert.equal(machine.time.timers, 0)
    assert.equal(machine.disk.openFiles, 0)
  })

  it('closes a journal that never finished its start, and does not write to it afterwards', async () => {
    const machine = new Machine()
    let locks = 0
    const lock = () => {
      locks++
      return { release: () => void locks-- }
    }
    const process = machine.boot({ lock }, { fault: ({ name }) => (name === 'list' ? 'hang' : undefined) })
    const started = assert.rejects(process.journal.start(), /is closed/)
    await machine.time.run(
      assert.rejects(process.journal.stop(1_000), /has not let it be closed after 1000 ms/),
    )
    assert.equal(locks, 1)
    process.disk.fault = undefined
    process.disk.release()
    await machine.time.run(started)
    await machine.time.advance(0)
    assert.equal(locks, 0)
    assert.deepEqual(machine.disk.paths(directory), [])
    assert.equal(machine.disk.openFiles, 0)
  })
})
