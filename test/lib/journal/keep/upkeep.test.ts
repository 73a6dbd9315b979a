import assert from 'node:assert/strict'
import { gunzipSync } from 'node:zlib'
import { Upkeep, type UpkeepOptions } from '../../../../lib/journal/keep/upkeep.ts'
import { type BuiltFile, buildJournal, inBatches, lines } from '../../../support/build-journal.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { FaultDisk } from '../../../support/fault-disk.ts'
import type { MemoryDisk } from '../../../support/memory-disk.ts'
import { directory, diskWith, readAll } from '../support/archived.ts'
import { flipped } from '../support/sample.ts'

const day = (date: string, unhashed = false) => ({
  date,
  unhashed,
  batches: inBatches(lines(date, 10), 4),
})
/** Four days of ten entries; today is the last one. */
const files = buildJournal(['20261118', '20261119', '20261120', '20261121'].map((date) => day(date)))
const path = (index: number) => `${directory}/${files[index]!.path}`

/** A clock whose timers are over at once: what waits for the upkeep's rests should not wait. */
const restless = (time: FakeClock) => ({
  wall: () => time.wall(),
  monotonic: () => time.monotonic(),
  after(_ms: number, callback: () => void) {
    const immediate = setImmediate(callback)
    return () => clearImmediate(immediate)
  },
})

/** What one part of a test waits for until another opens it. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: () => resolve() }
}

describe('Upkeep', () => {
  let disk: MemoryDisk
  let notes: Array<[kind: string, value: unknown]>
  let warnings: string[]
  let checkpoint: number
  let time: FakeClock

  beforeEach(() => {
    disk = diskWith(files)
    notes = []
    warnings = []
    checkpoint = 40
    time = new FakeClock('2026-11-21T12:00:00.000Z')
  })

  function upkeep(
    options: Partial<UpkeepOptions> = {},
    note?: (kind: string, value: unknown) => Promise<void>,
  ) {
    return new Upkeep(
      { directory, disk, clock: restless(time), ...options },
      {
        checkpoint: () => checkpoint,
        note: note ?? (async (kind, value) => void notes.push([kind, value])),
        warn: (message) => warnings.push(message),
      },
    )
  }

  const stored = () =>
    disk
      .paths(directory)
      .filter((name) => !name.endsWith('.idx'))
      .map((name) => name.slice(directory.length + 6))

  it('archives finished files that are older than the days, and no other', async () => {
    await upkeep().look()
    assert.deepEqual(stored(), ['20261118.txt.gz', '20261119.txt.gz', '20261120.txt', '20261121.txt'])
    assert.deepEqual(gunzipSync(disk.peek(`${path(1)}.gz`)!), files[1]!.bytes)
    assert.equal((await readAll(disk)).entries.length, 40)
    assert.deepEqual(warnings, [])
  })

  it('never archives the last file, however old', async () => {
    time.moveTo('2027-01-01T00:00:00.000Z')
    await upkeep({ archiveAfter: 1 }).look()
    assert.deepEqual(stored(), ['20261118.txt.gz', '20261119.txt.gz', '20261120.txt.gz', '20261121.txt'])
  })

  it('archives nothing at 0 days', async () => {
    await upkeep({ archiveAfter: 0 }).look()
    assert.deepEqual(
      stored(),
      files.map((file) => file.path.slice(5)),
    )
  })

  it('notes a hash that the chain lacks, and archives the file when the note is there', async () => {
    const dates = ['20261118', '20261119', '20261121']
    const open = buildJournal(dates.map((date, index) => day(date, index === 1)))
    disk = diskWith(open)
    const first = upkeep()
    await first.look()
    assert.deepEqual(notes, [['hash', { file: open[0]!.path, sha256: open[0]!.sha256 }]])
    assert.deepEqual(stored(), ['20261118.txt', '20261119.txt.gz', '20261121.txt'])
    const noted = buildJournal([
      ...dates.slice(0, 2).map((date, index) => day(date, index === 1)),
      {
        date: '20261121',
        batches: [[{ kind: 'N' as const, notice: 'hash', json: JSON.stringify(notes[0]![1]) }]],
      },
    ])
    disk = diskWith(noted)
    notes = []
    await upkeep().look()
    assert.deepEqual(notes, [])
    assert.deepEqual(stored(), ['20261118.txt.gz', '20261119.txt.gz', '20261121.txt'])
  })

  it('warns once of a damaged file, leaves it, and goes on', async () => {
    disk.place(path(0), Buffer.concat([files[0]!.bytes.subarray(0, -2), Buffer.from('!\n')]))
    const one = upkeep()
    await one.look()
    await one.look()
    assert.deepEqual(stored(), ['20261118.txt', '20261119.txt.gz', '20261120.txt', '20261121.txt'])
    assert.deepEqual(warnings, [
      'journal: /journal: 2026/20261118.txt is damaged and is not archived (run `fieldlog verify`)',
    ])
  })

  it('notes a removal, waits until the note is durable, then removes all forms of the files', async () => {
    await upkeep().look()
    let durable = () => {}
    const removing = upkeep({ retentionDays: 1 }, (kind, value) => {
      notes.push([kind, value])
      return new Promise((resolve) => {
        durable = resolve
      })
    })
    const done = removing.look()
    while (notes.length === 0) await new Promise(setImmediate)
    assert.deepEqual(notes, [['retention', { upTo: '2026/20261119.txt', lastSeq: 20 }]])
    assert.ok(disk.peek(`${path(0)}.gz`), 'nothing goes before the note is durable')
    durable()
    await done
    assert.deepEqual(
      disk.paths(directory).map((name) => name.slice(directory.length + 6)),
      ['20261120.txt', '20261121.txt'],
    )
    assert.deepEqual(
      (await readAll(disk)).entries.map(({ seq }) => seq),
      Array.from({ length: 20 }, (_, i) => i + 21),
    )
  })

  it('removes for the bytes on disk, archives counted as they are', async () => {
    await upkeep({ retentionBytes: files[2]!.bytes.length + files[3]!.bytes.length + 10 }).look()
    assert.deepEqual(notes, [['retention', { upTo: '2026/20261119.txt', lastSeq: 20 }]])
    assert.deepEqual(stored(), ['20261120.txt', '20261121.txt'])
  })

  it('keeps what is above the checkpoint', async () => {
    checkpoint = 15
    await upkeep({ retentionDays: 1, archiveAfter: 0 }).look()
    assert.deepEqual(stored(), ['20261119.txt', '20261120.txt', '20261121.txt'])
    assert.deepEqual(notes, [['retention', { upTo: '2026/20261118.txt', lastSeq: 10 }]])
  })

  it('removes nothing for its age after the clock was set forward', async () => {
    const one = upkeep({ retentionDays: 30, archiveAfter: 0 })
    time.step(365 * 86_400_000)
    await one.look()
    assert.deepEqual(notes, [])
    time.step(-365 * 86_400_000)
    time.moveTo('2027-11-21T12:00:00.000Z')
    await one.look()
    assert.deepEqual(notes, [['retention', { upTo: '2026/20261120.txt', lastSeq: 30 }]])
  })

  describe('beside a clock that is wrong from the start', () => {
    /** Twenty days, then a boot in 2037 that writes a day there. */
    const november = Array.from({ length: 20 }, (_, index) => `202611${String(index + 1).padStart(2, '0')}`)
    const in2037 = buildJournal([
      ...november.map((date) => day(date)),
      { ...day('20370101'), epoch: 'booted37' },
    ])
    const names = () => disk.paths(directory).filter((name) => /\.txt$/.test(name)).length

    beforeEach(() => {
      disk = diskWith(in2037)
      checkpoint = 1_000
      time = new FakeClock('2037-01-01T12:00:00.000Z')
    })

    it('removes nothing for its age, and says so once', async () => {
      const one = upkeep({ retentionDays: 30, archiveAfter: 0 })
      await one.look()
      await one.look()
      assert.equal(names(), 21)
      assert.deepEqual(notes, [])
      assert.equal(warnings.length, 1)
      assert.match(
        warnings[0]!,
        /the clock says 2037-01-01, but entries of 2026-11-20 are followed by 2037-01-01: .*fieldlog clock --confirm/,
      )
      assert.match(one.clockDoubt ?? '', /the clock says 2037-01-01/)
    })

    it('removes nothing where the writer has not written there yet', async () => {
      disk = diskWith(in2037.slice(0, 20))
      const one = upkeep({ retentionDays: 30, archiveAfter: 0 })
      await one.look()
      assert.equal(names(), 20)
      assert.match(one.clockDoubt ?? '', /entries of 2026-11-20 are followed by 2037-01-01/)
    })

    it('goes on when the clock is set right, and has no doubt', async () => {
      disk = diskWith(buildJournal([...november, '20261121'].map((date) => day(date))))
      time = new FakeClock('2026-11-21T12:00:00.000Z')
      const one = upkeep({ retentionDays: 15, archiveAfter: 0 })
      time.step(10 * 365 * 86_400_000)
      await one.look()
      assert.equal(names(), 21)
      assert.notEqual(one.clockDoubt, undefined)
      time.step(-10 * 365 * 86_400_000)
      await one.look()
      assert.equal(one.clockDoubt, undefined)
      assert.deepEqual(notes, [['retention', { upTo: '2026/20261105.txt', lastSeq: 50 }]])
    })

    it('goes by the clock once the user has confirmed it, after a restart too', async () => {
      const one = upkeep({ retentionDays: 30, archiveAfter: 0 })
      await one.look()
      await one.confirmClock()
      assert.equal(one.clockDoubt, undefined)
      assert.deepEqual(notes, [['clock', { confirmed: '2037-01-01', file: '2037/20370101.txt' }]])
      notes = []
      const next = upkeep({ retentionDays: 30, archiveAfter: 0 })
      await next.look()
      assert.deepEqual(notes, [['retention', { upTo: '2026/20261120.txt', lastSeq: 200 }]])
      assert.equal(names(), 1)
      assert.equal(next.clockDoubt, undefined)
    })

    it('counts days without a file in which the writer ran, but not those by which its clock was set', async () => {
      const quiet = [...november, '20261220', '20261221'].map((date) => day(date))
      time = new FakeClock('2026-12-21T12:00:00.000Z')
      const step = { kind: 'N' as const, notice: 'step', json: '{"expected":0,"now":2592000000}' }
      const set = quiet.map((file) =>
        file.date === '20261220' ? { ...file, batches: [[step], ...file.batches] } : file,
      )
      disk = diskWith(buildJournal(set))
      await upkeep({ retentionDays: 30, archiveAfter: 0 }).look()
      assert.deepEqual(notes, [])
      disk = diskWith(buildJournal(quiet))
      await upkeep({ retentionDays: 30, archiveAfter: 0 }).look()
      assert.deepEqual(notes, [['retention', { upTo: '2026/20261120.txt', lastSeq: 200 }]])
    })

    it('does not count such days where a notice of the clock may be lost', async () => {
      const quiet = [...november, '20261220', '20261221'].map((date) => day(date))
      time = new FakeClock('2026-12-21T12:00:00.000Z')
      const removedWith = async (journal: BuiltFile[]) => {
        disk = diskWith(journal)
        notes = []
        await upkeep({ retentionDays: 30, archiveAfter: 0 }).look()
        return notes.length
      }
      const whole = buildJournal(quiet)
      assert.equal(await removedWith(whole), 1)
      for (const index of [19, 20]) {
        const damaged = whole.map((file, at) =>
          at === index ? { ...file, bytes: flipped(file.bytes, file.bytes.length - 30, 0) } : file,
        )
        assert.equal(await removedWith(damaged), 0, `a batch of ${damaged[index]!.path} is damaged`)
      }
      const dropped = (notices: string) => ({
        kind: 'N' as const,
        notice: 'gap',
        json: `{"dropped":1,"from":0,"to":0${notices}}`,
      })
      const withGap = (notices: string) =>
        buildJournal(
          quiet.map((file) =>
            file.date === '20261220' ? { ...file, batches: [[dropped(notices)], ...file.batches] } : file,
          ),
        )
      assert.equal(await removedWith(withGap('')), 1, 'entries were dropped, no notice')
      assert.equal(await removedWith(withGap(',"notices":1')), 0, 'a notice was dropped')
      const between = buildJournal([...quiet.slice(0, 20), day('20261121'), ...quiet.slice(20)])
      assert.equal(await removedWith(between.filter((_, index) => index !== 20)), 0, 'a file is missing')
    })

    it('does not take one jump for another, where a file between them cannot be read any more', async () => {
      const step = { kind: 'N' as const, notice: 'step', json: '{"expected":0,"now":2592000000}' }
      const set = day('20270120')
      const journal = buildJournal([
        ...[...november, '20261203'].map((date) => day(date)),
        { ...set, batches: [[step], ...set.batches] },
      ])
      disk = diskWith(journal.slice(0, -1))
      time = new FakeClock('2026-12-03T12:00:00.000Z')
      const one = upkeep({ retentionDays: 40, archiveAfter: 0 })
      await one.look()
      for (const file of journal) disk.place(`${directory}/${file.path}`, file.bytes)
      disk.place(`${directory}/2026/20261203.txt`, 'nothing that can be read')
      time.step(48 * 86_400_000)
      await one.look()
      assert.deepEqual(notes, [])
    })

    it('removes for the bytes all the same', async () => {
      await upkeep({ retentionDays: 30, retentionBytes: in2037[0]!.bytes.length * 3, archiveAfter: 0 }).look()
      assert.ok(names() <= 3)
    })
  })

  it('makes room at once when the disk is full, with the note that the writer puts first', async () => {
    const one = upkeep({ retentionDays: 1, archiveAfter: 0 })
    const first: unknown[] = []
    assert.equal(await one.makeRoom(async (kind, value) => void first.push(kind, value)), true)
    assert.deepEqual(first, ['retention', { upTo: '2026/20261119.txt', lastSeq: 20 }])
    assert.deepEqual(notes, [])
    assert.deepEqual(stored(), ['20261120.txt', '20261121.txt'])
    assert.equal(await one.makeRoom(async () => assert.fail('nothing is left to remove')), false)
  })

  it('makes room while a file is archived, and that file does not come back', async () => {
    const being = gate()
    const inPart = gate()
    const open = disk.open.bind(disk)
    disk.open = async (name, mode) => {
      const file = await open(name, mode)
      if (name !== `${path(0)}.gz.tmp`) return file
      const write = file.write.bind(file)
      file.write = async (...args: Parameters<typeof write>) => {
        inPart.open()
        await being.opened
        return write(...args)
      }
      return file
    }
    const one = upkeep({ archiveAfter: 1 })
    const looking = one.look()
    await inPart.opened
    one.configure({ archiveAfter: 1, retentionDays: 1, retentionBytes: 0 })
    const room = one.makeRoom(async () => {})
    being.open()
    assert.equal(await room, true)
    await looking
    assert.deepEqual(stored(), ['20261120.txt', '20261121.txt'])
    assert.deepEqual(warnings, [])
    // what is left is archived at the next look
    one.configure({ archiveAfter: 1, retentionDays: 0, retentionBytes: 0 })
    await one.look()
    assert.ok(stored().includes('20261120.txt.gz'), stored().join())
  })

  it('keeps everything where the note cannot be written', async () => {
    const one = upkeep({ retentionDays: 1, archiveAfter: 0 })
    const failing = () => Promise.reject(new Error('no space'))
    assert.equal(await one.makeRoom(failing), false)
    assert.deepEqual(
      stored(),
      files.map((file) => file.path.slice(5)),
    )
    assert.deepEqual(warnings, ['journal: /journal: cannot make room: no space'])
  })

  it('ends a look that waits for a note when it is stopped, and removes nothing', async () => {
    const one = upkeep({ retentionDays: 1, archiveAfter: 0 }, (kind, value) => {
      notes.push([kind, value])
      return new Promise(() => {})
    })
    const looking = one.look()
    while (notes.length === 0) await new Promise(setImmediate)
    await one.stop()
    await looking
    assert.equal(stored().length, 4)
    assert.deepEqual(warnings, [])
  })

  it('leaves no hole when the power goes at any operation of a removal', async () => {
    const counting = new FaultDisk(disk)
    await upkeep({ disk: counting, retentionDays: 1, archiveAfter: 0 }).look()
    const total = counting.operations.length
    for (let at = 1; at <= total; at++) {
      disk = diskWith(files)
      const faulty = new FaultDisk(disk, {
        fault: ({ number }) => (number === at ? 'kill-after' : undefined),
      })
      const killed = new Promise<void>((resolve) => {
        faulty.onKill = resolve
      })
      // an operation that fails by itself (there is no such file) ends nothing
      await Promise.race([upkeep({ disk: faulty, retentionDays: 1, archiveAfter: 0 }).look(), killed])
      disk.powerCut(() => at / total)
      const { entries, damages } = await readAll(disk)
      const first = entries[0]!.seq
      assert.ok([1, 11, 21].includes(first), `operation ${at}: from ${first}`)
      assert.equal(entries.length, 41 - first)
      assert.deepEqual(damages, [])
    }
  })

  it('looks a minute after the start and every hour from then on', async () => {
    const one = upkeep({ clock: time })
    one.start()
    await time.advance(59_000)
    assert.equal(disk.peek(`${path(0)}.gz`), undefined)
    assert.equal(time.next, 1_000)
    await one.stop()
    assert.equal(time.timers, 0)
  })
})

describe('the catalog of a long journal', () => {
  const date = (index: number) =>
    new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10).replaceAll('-', '')
  const many = buildJournal(
    Array.from({ length: 60 }, (_, index) => ({ date: date(index), batches: [lines(date(index), 5)] })),
  )

  /** Files that are opened to read from the last seq on. */
  async function opened(disk: MemoryDisk): Promise<number> {
    const counting = new FaultDisk(disk)
    const { entries } = await readAll(counting, 300)
    assert.equal(entries.at(-1)!.seq, 300)
    return counting.operations.filter(({ name }) => name === 'open').length
  }

  async function keptUp(): Promise<MemoryDisk> {
    const disk = diskWith(many)
    const clock = restless(new FakeClock('2026-03-01T12:00:00.000Z'))
    const parts = { checkpoint: () => 0, note: async () => {}, warn: assert.fail }
    await new Upkeep({ directory, disk, clock, archiveAfter: 10 }, parts).look()
    return disk
  }

  it('is read without a look into each file', async () => {
    assert.ok((await opened(diskWith(many))) > 60)
    const disk = await keptUp()
    assert.ok((await opened(disk)) < 10)
    assert.equal((await readAll(disk)).entries.length, 300)
  })

  it('is read from the files where the sidecar is missing, torn, or of another journal', async () => {
    const disk = await keptUp()
    const catalog = disk.peek(`${directory}/.catalog`)!
    for (const content of [undefined, catalog.subarray(0, 500), Buffer.alloc(catalog.length)]) {
      disk.drop(`${directory}/.catalog`)
      if (content) disk.place(`${directory}/.catalog`, content)
      assert.equal((await readAll(disk)).entries.length, 300)
    }
    const other = buildJournal(
      Array.from({ length: 60 }, (_, index) => ({ date: date(index), batches: [lines(date(index), 7)] })),
    )
    const swapped = diskWith(other)
    swapped.place(`${directory}/.catalog`, catalog)
    assert.equal((await readAll(swapped)).entries.length, 420)
  })
})
