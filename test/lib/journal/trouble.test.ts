// A disk that is full, hangs, becomes read-only or has no file handles left: events are held, told, and kept.
import assert from 'node:assert/strict'
import { Journal } from '../../../lib/journal/journal.ts'
import type { Fault, Operation } from '../../support/fault-disk.ts'
import { chain, verifyFormat } from './format.ts'
import { directory, Machine, readEntries } from './machine.ts'
import { type Running, running } from './running.ts'

/** The writes of a journal, as far as a test is about them. */
const writing = ({ name }: Operation) => name === 'write' || name === 'create' || name === 'sync'

function noticesOf(machine: Machine, kind: string): unknown[] {
  const pattern = new RegExp(`(?<=^N \\S+ ${kind} ).*$`, 'gm')
  return chain(machine.disk).flatMap(({ bytes }) =>
    (bytes.toString().match(pattern) ?? []).map((json) => JSON.parse(json) as unknown),
  )
}

async function goesOn({ machine, process, log }: Running, where: string): Promise<void> {
  log(1)
  await machine.during(process, () => process.journal.flush())
  assert.equal(process.journal.statistics.failure, undefined)
  const { entries, damage } = await machine.read()
  assert.deepEqual(
    entries.map(({ text }) => text),
    machine.taken,
    where,
  )
  assert.deepEqual(damage, [])
  verifyFormat(machine.disk, where)
}

describe('journal: a full disk', () => {
  it('holds what comes, says so, and writes it when there is room', async () => {
    const one = await running({ reserve: 10_000 })
    const { machine, process, log } = one
    machine.disk.quota = 30_000
    for (let i = 0; i < 20; i++) {
      log(50)
      await machine.time.advance(5_000)
    }
    const { failure, held } = process.journal.statistics
    assert.match(
      failure!,
      /^journal: cannot write 2026\/20261121\.txt: disk is full \(0\.0 MB free, 0\.0 MB of it kept for the system\): make room; holding [\d,]+ events in memory, dropping none$/,
    )
    assert.equal(held + machine.durable.length, 1_000)
    assert.ok(held > 300)
    // the reserve is left to others, and no half-written files take the rest
    assert.ok((await machine.disk.freeSpace()) >= 10_000 - 4_096)
    assert.equal(machine.disk.paths(directory).length, 1)
    machine.disk.quota = 1_000_000
    await machine.time.advance(10_000)
    assert.equal(machine.durable.length, 1_000)
    await goesOn(one, 'room again')
  })

  it('drops what memory has no room for, and notes the gap where it was', async () => {
    const one = await running({ maxHeldEvents: 300, bufferSize: 50 })
    const { machine, process, log } = one
    const told: Array<string | undefined> = []
    process.disk.code = 'ENOSPC'
    process.disk.fault = (operation) => (writing(operation) ? 'fail' : undefined)
    const results: boolean[] = []
    for (let i = 0; i < 450; i++) {
      results.push(
        process.journal.append({ kind: 'L', received: 1_795_262_400_000 + i, source: 'tty', text: `n ${i}` }),
      )
      if (i % 100 === 0) await machine.time.advance(1_000)
      told.push(process.journal.statistics.failure)
    }
    machine.taken.push(...results.flatMap((taken, i) => (taken ? [`n ${i}`] : [])))
    assert.equal(results.filter(Boolean).length, 300)
    assert.equal(process.journal.statistics.dropped, 150)
    await machine.time.advance(5_000)
    assert.match(
      process.journal.statistics.failure!,
      /holding 300 events in memory, memory is full: dropping new ones$/,
    )
    process.disk.fault = undefined
    await machine.time.advance(10_000)
    log(1)
    await machine.during(process, () => process.journal.flush())
    assert.deepEqual(noticesOf(machine, 'gap'), [
      { dropped: 150, from: 1_795_262_400_300, to: 1_795_262_400_449 },
    ])
    const text = chain(machine.disk)
      .map(({ bytes }) => bytes.toString())
      .join('')
    assert.ok(text.indexOf(' n 299\n') < text.indexOf(' gap '))
    assert.ok(text.indexOf(' gap ') < text.indexOf(` ${machine.taken.at(-1)}\n`))
    await goesOn(one, 'after the gap')
  })

  it('goes on trying when what should make room fails', async () => {
    let asked = 0
    const one = await running({
      makeRoom: async () => {
        asked++
        throw new Error('no room in a test')
      },
    })
    const { machine, process, log } = one
    process.disk.code = 'ENOSPC'
    process.disk.fault = (operation) => (writing(operation) ? 'fail' : undefined)
    log(5)
    await machine.time.advance(20_000)
    assert.ok(asked > 1)
    process.disk.fault = undefined
    await machine.time.advance(10_000)
    await goesOn(one, 'after that')
  })

  it('counts each gap by itself', async () => {
    const { machine, process, log } = await running({ maxHeldEvents: 10 })
    for (const lost of [3, 5]) {
      process.disk.fault = (operation) => (writing(operation) ? 'fail' : undefined)
      log(10)
      await machine.time.advance(5_000)
      for (let i = 0; i < lost; i++) machine.log(process, `too much ${i}`)
      process.disk.fault = undefined
      await machine.time.advance(20_000)
    }
    assert.deepEqual(
      noticesOf(machine, 'gap').map((gap) => (gap as { dropped: number }).dropped),
      [3, 5],
    )
    assert.equal(process.journal.statistics.dropped, 8)
  })

  it('notes a gap in front of a short event that had room where a long one had not', async () => {
    const { machine, process } = await running({ maxHeldBytes: 5_000 })
    process.disk.fault = (operation) => (writing(operation) ? 'fail' : undefined)
    const sizes = [4_000, 3_000, 10]
    const taken = sizes.map((size) =>
      process.journal.append({ kind: 'L', received: 1, source: 'a', text: `${size} ${'x'.repeat(size)}` }),
    )
    assert.deepEqual(taken, [true, false, true])
    process.disk.fault = undefined
    await machine.time.advance(20_000)
    const text = chain(machine.disk)
      .map(({ bytes }) => bytes.toString())
      .join('')
    assert.match(text, / a 4000 x+\nN \S+ gap \{"dropped":1,"from":1,"to":1\}\nL \S+ a 10 x+\n/)
  })

  it('bounds the bytes that it holds, and notices too', async () => {
    const { machine, process } = await running({ maxHeldBytes: 100_000 })
    process.disk.fault = (operation) => (writing(operation) ? 'fail' : undefined)
    let taken = 0
    for (let i = 0; i < 100; i++)
      if (process.journal.append({ kind: 'L', received: 1, source: 'a', text: 'x'.repeat(4_800) })) taken++
    assert.equal(taken, 20)
    // one that is larger than all of it is taken where nothing else is held
    const other = await running({ maxHeldBytes: 100_000, maxHeldEvents: 5 })
    assert.ok(
      other.process.journal.append({ kind: 'L', received: 1, source: 'a', text: 'x'.repeat(200_000) }),
    )
    other.process.disk.fault = process.disk.fault
    for (let i = 0; i < 3_000; i++) other.process.journal.notice('incomplete', { seq: i, node: 'n' })
    assert.equal(other.process.journal.statistics.held, 1_005)
    other.process.disk.fault = undefined
    await other.machine.time.advance(20_000)
    assert.deepEqual(noticesOf(other.machine, 'gap'), [{ dropped: 0, from: null, to: null, notices: 1_996 }])
    await machine.time.advance(0)
  })

  it('gives back the room of a write that the disk broke off', async () => {
    const one = await running()
    const { machine, process, log } = one
    log(10)
    await machine.during(process, () => process.journal.flush())
    const size = machine.disk.peek(`${directory}/2026/20261121.txt`)!.length
    process.disk.code = 'ENOSPC'
    process.disk.fault = ({ name }) => (name === 'write' ? 'tear' : undefined)
    log(100)
    await machine.time.advance(20_000)
    // what was good stays, what was torn is cut off, and no file is left of the tries that followed
    assert.equal(machine.disk.peek(`${directory}/2026/20261121.txt`)!.length, size)
    assert.deepEqual(machine.disk.paths(directory), [`${directory}/2026/20261121.txt`])
    process.disk.fault = undefined
    await machine.time.advance(10_000)
    assert.deepEqual(
      chain(machine.disk).map(({ path, previousSize }) => [path, previousSize]),
      [
        ['2026/20261121.txt', 0],
        ['2026/20261121-1.txt', size],
      ],
    )
    await goesOn(one, 'after the tear')
  })
})

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
        timers: machine.time,
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
    const { length } = machine.disk.peek(`${directory}/2026/20261121.txt`)!
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
