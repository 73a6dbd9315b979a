// Room that is taken ahead: how much, when it is given back, and that nobody takes zeros for anything but that.
import assert from 'node:assert/strict'
import { CountingDisk, metadata } from '../../../../lib/journal/disk/counting-disk.ts'
import { verifyJournal } from '../../../../lib/journal/inspect/verify.ts'
import { followJournal } from '../../../../lib/journal/read/follow.ts'
import type { Found } from '../../../../lib/journal/read/query.ts'
import { Preallocation } from '../../../../lib/journal/segment/preallocation.ts'
import { MemoryDisk } from '../../../support/memory-disk.ts'
import { chain, verifyFormat, written } from '../support/format.ts'
import { directory, Machine } from '../support/machine.ts'
import { running } from '../support/running.ts'

const file = '2026/20261121.txt'
const path = `${directory}/${file}`
const block = 4096
const plenty = Number.POSITIVE_INFINITY

describe('journal: room taken ahead', () => {
  it('is the rest of the block at first, doubles where it is used up in a minute, and halves where it lasts', () => {
    const ahead = new Preallocation(1 << 16)
    let end = 100
    let now = 0
    /** bytes of zeros behind a batch that ends somewhere in a block */
    const next = (after: number) => {
      now += after
      const size = ahead.sizeFor(100, end, plenty, now)
      const zeros = size - end
      assert.equal(size % block, 0)
      end = size + 100
      return Math.floor(zeros / block)
    }
    assert.deepEqual(
      [next(0), next(1_000), next(59_999), next(1), next(1), next(1), next(1)],
      [0, 1, 3, 7, 15, 15, 15],
    )
    assert.deepEqual([next(60_000), next(600_000), next(600_001)], [15, 15, 7])
    assert.deepEqual([next(700_000), next(700_000), next(700_000), next(700_000)], [3, 1, 0, 0])
  })

  it('is none for large batches, where it would take from the reserve, and where it is switched off', () => {
    const ahead = new Preallocation(1 << 16)
    assert.equal(ahead.sizeFor(2 * block + 1, 50_000, plenty, 0), 50_000)
    assert.equal(ahead.sizeFor(100, 100, block - 101, 0), 100)
    assert.equal(ahead.sizeFor(100, 100, block - 100, 700_000), block)
    assert.equal(new Preallocation(0).sizeFor(100, 100, plenty, 0), 100)
  })

  it('is overwritten by the next batches, and cut at the close', async () => {
    const { machine, process, log, done } = await running()
    const sizes = new Set<number>()
    for (let i = 0; i < 20; i++) {
      log(1)
      await machine.during(process, () => process.journal.flush())
      const bytes = machine.disk.peek(path)!
      sizes.add(bytes.length)
      assert.ok(bytes.length > written(bytes).length)
    }
    assert.deepEqual([...sizes], [block])
    assert.equal(done('write'), 20)
    const end = written(machine.disk.peek(path)!)
    await machine.during(process, () => process.journal.stop())
    assert.deepEqual(machine.disk.peek(path), end)
    verifyFormat(machine.disk, 'the close')
  })

  it('is cut when the day is over', async () => {
    const { machine, process, log } = await running()
    log(3)
    await machine.during(process, () => process.journal.flush())
    machine.time.moveTo('2026-11-22T00:00:01.000Z')
    log(1)
    await machine.during(process, () => process.journal.flush())
    const bytes = machine.disk.peek(path)!
    assert.equal(bytes.at(-1), 10)
    assert.equal(chain(machine.disk)[1]!.previousSize, bytes.length)
  })

  it('is cut at the next start where the process was killed; nothing is moved aside or noted', async () => {
    const { machine, process, log } = await running()
    log(3)
    await machine.during(process, () => process.journal.flush())
    machine.kill(process)
    const durable = written(machine.disk.peek(path)!)
    const second = machine.boot({ preallocate: 0 })
    let salvages: unknown
    await machine.during(second, async () => {
      salvages = (await second.journal.start()).salvages
    })
    assert.deepEqual(salvages, [])
    assert.deepEqual(machine.disk.paths(directory), [path])
    const bytes = machine.disk.peek(path)!
    assert.deepEqual(bytes.subarray(0, durable.length), durable)
    assert.equal(bytes.at(-1), 10)
  })

  it('behind a torn line is no part of what is moved aside', async () => {
    const machine = new Machine('2026-11-21T12:00:00.000Z')
    const first = await machine.open()
    machine.log(first, 'durable')
    await machine.during(first, () => first.journal.stop())
    const torn = 'L 12:00:00.000 tty whole\nL 12:00:00.0'
    const bytes = Buffer.concat([machine.disk.peek(path)!, Buffer.from(torn), Buffer.alloc(9_000)])
    machine.disk.place(path, bytes)
    const second = machine.boot({ preallocate: 0 })
    let salvages: unknown
    await machine.during(second, async () => {
      salvages = (await second.journal.start()).salvages
    })
    const offset = bytes.indexOf(torn)
    assert.deepEqual(salvages, [{ file, offset, entries: 1, tornBytes: 12, torn: `${file}.torn` }])
    assert.equal(machine.disk.peek(`${path}.torn`)!.toString(), 'L 12:00:00.0')
    assert.deepEqual(
      (await machine.read()).entries.map(({ text }) => text),
      ['durable', 'whole'],
    )
    verifyFormat(machine.disk, 'salvaged')
  })

  it('is no failure where the disk has no room for it', async () => {
    const { machine, process, log } = await running()
    process.disk.code = 'ENOSPC'
    let failed = 0
    let before = ''
    // the second write in front of a sync is that of the zeros
    process.disk.fault = ({ name }) => {
      const isOfZeros = name === 'write' && before === 'write'
      before = name
      if (!isOfZeros) return undefined
      return ++failed % 2 === 0 ? 'tear' : 'fail'
    }
    for (let i = 0; i < 5; i++) {
      log(60)
      await machine.during(process, () => process.journal.flush())
    }
    assert.ok(failed > 1, `${failed}`)
    assert.equal(process.journal.statistics.failures, 0)
    assert.deepEqual(
      chain(machine.disk).map(({ path }) => path),
      [file],
    )
    assert.equal(machine.durable.length, 300)
  })

  it('is there for entries when others have taken the rest of the disk', async () => {
    const { machine, process, log } = await running({ reserve: 10_000 })
    machine.disk.quota = 1_000_000
    for (let i = 0; i < 3; i++) {
      log(60)
      await machine.during(process, () => process.journal.flush())
    }
    machine.disk.quota = machine.disk.peek(path)!.length + 512
    const room = machine.disk.peek(path)!.length - written(machine.disk.peek(path)!).length
    assert.ok(room > 6_000, `${room}`)
    await machine.time.advance(2_000)
    log(5)
    await machine.during(process, () => process.journal.flush())
    assert.equal(process.journal.statistics.failure, undefined)
    assert.equal(machine.durable.length, 185)
  })

  it('is nothing to verify, in the last file and in one whose end could not be cut', async () => {
    const { machine, process, log } = await running()
    log(3)
    await machine.during(process, () => process.journal.flush())
    const { problems, notes } = await verifyJournal(machine.disk, directory)
    assert.deepEqual([problems, notes], [[], []])
    process.disk.fault = ({ name }) => (name === 'truncate' ? 'fail' : undefined)
    machine.time.moveTo('2026-11-22T00:00:01.000Z')
    log(1)
    await machine.during(process, () => process.journal.flush())
    assert.equal(machine.disk.peek(path)!.at(-1), 0)
    const later = await verifyJournal(machine.disk, directory)
    assert.deepEqual([later.problems, later.notes], [[], []])
    const { entries, damage } = await machine.read()
    assert.deepEqual(damage, [])
    assert.deepEqual(entries, machine.durable)
  })

  it('in the middle of a file is damage', async () => {
    const { machine, process, log } = await running()
    for (let i = 0; i < 3; i++) {
      log(2)
      await machine.during(process, () => process.journal.flush())
    }
    const bytes = machine.disk.peek(path)!
    const second = bytes.indexOf('line 2')
    const start = bytes.lastIndexOf('\nL ', second) + 1
    const end = bytes.indexOf('\nC ', second) + 1
    bytes.fill(0, start, end)
    machine.disk.place(path, bytes)
    const { entries, damage } = await machine.read()
    assert.deepEqual(
      damage.map(({ from, to }) => [from, to]),
      [[3, 4]],
    )
    assert.equal(entries.length, 4)
  })

  it('does not hide what is written into it from who follows', async () => {
    const { machine, process, log } = await running()
    log(1)
    await machine.during(process, () => process.journal.flush())
    const size = machine.disk.peek(path)!.length
    const stop = new AbortController()
    const followed = followJournal(machine.disk, directory, {}, { signal: stop.signal, clock: machine.time })
    const next = async (): Promise<string[] | undefined> => {
      const { value } = await machine.time.run(followed.next())
      const found = value as Found | undefined
      return found?.kind === 'entries' ? found.entries.map(({ text }) => text) : undefined
    }
    assert.deepEqual(await next(), ['line 0'])
    const second = next()
    await machine.time.advance(1_000)
    log(1)
    await machine.during(process, () => process.journal.flush())
    assert.deepEqual(await second, ['line 1'])
    assert.equal(machine.disk.peek(path)!.length, size)
    stop.abort()
  })
})

describe('journal: the bytes that reach the device', () => {
  it('are whole blocks, and what a new size costs the file system', async () => {
    const memory = new MemoryDisk()
    memory.place('/data/.keep', '')
    let now = 0
    const disk = new CountingDisk(memory, () => now)
    let before = 0
    const added = () => {
      const more = disk.bytes - before
      before = disk.bytes
      return more
    }
    const open = await disk.open('/data/a', 'create')
    await open.write(Buffer.from('a line\n'), 0)
    await open.sync()
    assert.equal(added(), block + metadata)
    await open.write(Buffer.alloc(2 * block - 7), 7)
    await open.sync()
    assert.equal(added(), 2 * block + metadata)
    // into room that is there
    await open.write(Buffer.from('another\n'), 7)
    await open.sync()
    assert.equal(added(), block)
    await open.write(Buffer.alloc(10, 65), block - 5)
    await open.sync()
    assert.equal(added(), 2 * block)
    await open.truncate(block)
    await open.close()
    assert.equal(added(), metadata)
    await disk.syncDirectory('/data')
    assert.equal(added(), metadata)
    assert.equal(disk.syncs, 5)
    // the file's time, which has changed, follows now and then
    const again = await disk.open('/data/a', 'write')
    for (const [time, bytes] of [
      [4_999, block],
      [5_000, block + metadata],
      [9_999, block],
      [10_000, block + metadata],
    ] as const) {
      now = time
      await again.write(Buffer.from('x'), 0)
      await again.sync()
      assert.equal(added(), bytes)
    }
    await again.close()
    assert.equal(added(), 0)
  })

  it('are fewer with room taken ahead than without, a line at a time: a third at ten a second, half at 2 s', async () => {
    for (const [interval, most] of [
      [100, 0.31],
      [2_000, 0.52],
      [5_000, 1.02],
      [60_000, 1.02],
    ] as const) {
      const [without, ahead] = await Promise.all([deviceBytes(0, interval), deviceBytes(1 << 20, interval)])
      assert.ok(ahead! < without! * most, `${interval} ms: ${ahead} of ${without}`)
    }
  })
})

/** Of 500 lines, each synced by itself, so many ms apart. */
async function deviceBytes(preallocate: number, interval: number): Promise<number> {
  const machine = new Machine('2026-11-21T12:00:00.000Z')
  const disk = new CountingDisk(machine.disk, () => machine.time.monotonic())
  const process = await machine.open({ disk, preallocate })
  const before = disk.bytes
  for (let i = 0; i < 500; i++) {
    machine.log(process, 'OK 9 14 11 67 235 163 65 28 235 141 166 77 40')
    await machine.during(process, () => process.journal.flush())
    await machine.time.advance(interval)
  }
  return disk.bytes - before
}
