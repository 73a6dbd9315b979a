// Reading from any seq: every entry once, in order, under its id, wherever one begins and whatever lies in between.
import assert from 'node:assert/strict'
import { isEntry } from '../../../../lib/journal/format/entry.ts'
import { readJournal } from '../../../../lib/journal/read/reader.ts'
import { chain, verifyFormat } from '../support/format.ts'
import { directory, Machine, type Process, readEntries } from '../support/machine.ts'
import { batchesOf, days, flipped, linesOf, machineWith, sampleJournal } from '../support/sample.ts'

/** Every entry is found from every seq on. */
async function checkFromEverySeq(machine: Machine, where: string): Promise<void> {
  const { entries } = await machine.read()
  const last = Number(entries.at(-1)!.id.slice(9))
  for (let from = 1; from <= last + 3; from++) {
    const found = await machine.read(from)
    assert.deepEqual(
      found.entries,
      entries.filter(({ id }) => Number(id.slice(9)) >= from),
      `${where}, from ${from}`,
    )
  }
}

/**
 * Several starts on one day, and entries before the first write of each. The file is large enough that readers do
 * not begin with its first byte.
 */
async function manyStarts(machine: Machine, starts: number): Promise<Process> {
  let process: Process | undefined
  for (let i = 0; i < starts; i++) {
    process = machine.boot()
    machine.log(process, `early ${i}`)
    const { journal } = process
    await machine.during(process, () => journal.start())
    for (let batch = 0; batch < 5; batch++) {
      machine.log(process, `late ${i} ${batch} ${'x'.repeat(20_000)}`)
      await machine.during(process, () => journal.flush())
    }
    if (i < starts - 1) await machine.during(process, () => journal.stop())
  }
  return process!
}

describe('journal: readers', () => {
  it('begin at any seq of a journal of several days', async () => {
    const { files } = await sampleJournal()
    await checkFromEverySeq(machineWith(files), 'sample')
  })

  it('give every entry its own epoch after many starts, wherever they begin', async () => {
    const machine = new Machine()
    await manyStarts(machine, 5)
    assert.equal(chain(machine.disk).length, 1)
    const { entries } = await machine.read()
    assert.deepEqual(entries, machine.durable)
    assert.deepEqual(
      entries.map(({ id }) => id),
      Array.from({ length: 30 }, (_, i) => `epoch00${Math.floor(i / 6)}-${i + 1}`),
    )
    await checkFromEverySeq(machine, 'starts')
  })

  it('give no id behind a damaged batch that began with a start, up to the next one', async () => {
    const machine = new Machine()
    await manyStarts(machine, 4)
    const path = `${directory}/2026/20261121.txt`
    const bytes = machine.disk.peek(path)!
    const hit = linesOf(bytes).find(({ text }) => text.endsWith('early 2'))!
    machine.disk.place(path, flipped(bytes, hit.end - 3, 0))
    const { entries, damage } = await machine.read()
    const readable = machine.durable.filter(({ text }) => text !== 'early 2')
    assert.deepEqual(
      entries,
      readable.map((entry) => ({ ...entry, id: entry.id.replace(/^epoch002/, '') })),
    )
    assert.deepEqual(
      damage.map(({ from, to }) => [from, to]),
      [[13, 13]],
    )
    for (const from of [13, 16, 20])
      assert.deepEqual(
        (await machine.read(from)).entries,
        entries.slice(-(31 - Math.max(from, 14)) + 6),
        `from ${from}`,
      )
  })

  it('know the epoch of a file whose H is damaged from the file before', async () => {
    const { files } = await sampleJournal()
    for (const path of days.slice(1)) {
      const bytes = files.get(path)!
      const machine = machineWith([...files, [path, flipped(bytes, 20, 1)]])
      const { entries } = await machine.read()
      assert.equal(entries.length, 16)
      for (const { id } of entries) assert.match(id, /^epoch000-/)
      await checkFromEverySeq(machine, path)
    }
  })

  it('lose nothing of other files by a damaged H, wherever they begin', async () => {
    const { files, entries } = await sampleJournal()
    const bytes = files.get(days[1])!
    for (let at = 0; at < linesOf(bytes)[0]!.end; at++) {
      const machine = machineWith([...files, [days[1], flipped(bytes, at, at % 3)]])
      for (const from of [1, 4, 5, 6, 7, 8, 9, 12, 13]) {
        const found = await machine.read(from)
        const expected = entries.filter((_, i) => i + 1 >= from && i !== 6 && i !== 7)
        // a time is no seq, no link and no epoch
        assert.deepEqual(found.entries, expected, `byte ${at} of H, from ${from}`)
      }
    }
  })

  it('take the epoch of the next H behind a start that cannot be read, and no epoch without one', async () => {
    const machine = new Machine()
    for (const [index, epoch] of ['aaaaaaaa', 'bbbbbbbb'].entries()) {
      if (index > 0) machine.time.moveTo('2026-11-22T12:00:00.000Z')
      const process = await machine.open({ drawEpoch: () => epoch })
      for (const text of ['one', 'two']) {
        machine.log(process, `${epoch} ${text}`)
        await machine.during(process, () => process.journal.flush())
      }
      if (index > 0) {
        machine.time.moveTo('2026-11-23T12:00:00.000Z')
        machine.log(process, 'of the next day')
        await machine.during(process, () => process.journal.flush())
      }
      await machine.during(process, () => process.journal.stop())
    }
    const path = `${directory}/2026/20261122.txt`
    const bytes = machine.disk.peek(path)!
    machine.disk.place(path, flipped(bytes, linesOf(bytes)[1]!.at, 0))
    const ids = async (from: number) => (await machine.read(from)).entries.map(({ id }) => id)
    for (const from of [1, 4]) assert.deepEqual((await ids(from)).slice(-2), ['bbbbbbbb-4', 'bbbbbbbb-5'])
    machine.disk.place(`${directory}/2026/20261123.txt`, Buffer.alloc(0))
    for (const from of [1, 4]) assert.equal((await ids(from)).at(-1), '-4')
  })

  it('name a damaged C at the very end, and none that is being written', async () => {
    const { files } = await sampleJournal()
    const path = days[2]
    const bytes = files.get(path)!
    const last = linesOf(bytes).at(-1)!
    const batch = batchesOf(bytes).at(-1)!
    const damageOf = async (end: Uint8Array) => {
      const machine = machineWith([...files, [path, Buffer.concat([bytes.subarray(0, batch.at), end])]])
      return (await machine.read()).damage.map(({ file, offset, end }) => [file, offset, end])
    }
    const closed = bytes.subarray(batch.at)
    const upperCase = Buffer.from(closed)
    upperCase.write('A', closed.length - 2)
    assert.deepEqual(await damageOf(upperCase), [[path, batch.at, batch.end]])
    // what stands behind it may be about to be closed
    assert.deepEqual(await damageOf(Buffer.concat([upperCase, Buffer.from('L 12:0')])), [
      [path, batch.at, batch.end],
    ])
    // its LF is damaged
    assert.deepEqual(await damageOf(flipped(closed, closed.length - 1, 0)), [[path, batch.at, batch.end]])
    for (let end = last.at - batch.at; end < closed.length; end++)
      assert.deepEqual(await damageOf(closed.subarray(0, end)), [], `${end} bytes of the batch`)
  })

  it('take no text of a device for a start', async () => {
    const machine = new Machine()
    const process = await machine.open()
    const notice = 'N 12:00:00.000 open {"epoch":"zzzzzzzz","software":"1.0.0"}'
    for (let i = 0; i < 10; i++) {
      machine.log(process, `${'x'.repeat(20_000)} ${i}`)
      await machine.during(process, () => process.journal.flush())
      machine.log(process, `${notice}${i}`)
      machine.log(process, `x ${notice}${i}`)
      machine.log(process, `C 12:00:00.000 3 2 4528fdd${i}`)
      await machine.during(process, () => process.journal.flush())
    }
    assert.deepEqual((await machine.read()).entries, machine.durable)
    await checkFromEverySeq(machine, 'text')
  })

  it('give an entry once that was written to two files, where the first cannot be made away with', async () => {
    const machine = new Machine('2026-11-21T23:59:59.000Z')
    const process = await machine.open()
    machine.time.moveTo('2026-11-22T00:00:00.000Z')
    // the directory cannot be synced, nor the new file removed: it stays, whole
    let failing = 1
    process.disk.fault = ({ name }) => {
      if (name === 'remove') return 'fail'
      return name === 'syncdir' && failing-- > 0 ? 'fail' : undefined
    }
    machine.log(process, 'one')
    machine.log(process, 'two')
    await machine.during(process, () => process.journal.flush())
    machine.log(process, 'three')
    await machine.during(process, () => process.journal.flush())
    assert.deepEqual(machine.disk.paths(directory).length, 3)
    const limits = { durableSize: (path: string) => process.journal.durableSize(path) }
    assert.deepEqual((await readEntries(machine.disk, 1, limits)).entries, machine.durable)
    // without the writer's word the copy is read, and the entries come once all the same
    const { entries, damage } = await machine.read()
    assert.deepEqual(entries, machine.durable)
    assert.deepEqual(
      damage.map(({ file, from, to, reason }) => [file, from > to, reason]),
      [['2026/20261122-1.txt', true, 'its entries stand before it already']],
    )
    // the next start makes away with it
    machine.kill(process)
    await machine.open()
    assert.deepEqual(await machine.read(), { entries, damage: [] })
    assert.ok(machine.disk.peek(`${directory}/2026/20261122.txt.torn`))
    verifyFormat(machine.disk, 'copy')
  })

  it('begin with what is there where old files were removed', async () => {
    const { files, entries } = await sampleJournal()
    const machine = machineWith([...files].slice(1))
    assert.deepEqual(await machine.read(), { entries: entries.slice(6), damage: [] })
    assert.deepEqual(await machine.read(9), { entries: entries.slice(8), damage: [] })
  })

  it('say what is missing where they begin within it', async () => {
    const { files, entries } = await sampleJournal()
    const machine = machineWith([...files].filter(([path]) => path !== days[1]))
    for (const from of [7, 9, 12]) {
      const found = await machine.read(from)
      assert.deepEqual(found.entries, entries.slice(12))
      assert.deepEqual(
        found.damage.map(({ file, from, to }) => [file, from, to]),
        [[days[1], 7, 12]],
      )
    }
  })

  it('go on past a file that is removed under them', async () => {
    const { files, entries } = await sampleJournal()
    const machine = machineWith(files)
    const seen: string[] = []
    for await (const reading of readJournal(machine.disk, directory, 1)) {
      if (reading.kind === 'damage') seen.push(`missing ${reading.from}-${reading.to}`)
      else for (const item of reading.items) if (isEntry(item)) seen.push(item.text)
      if (seen.length === 2) machine.disk.drop(`${directory}/${days[1]}`)
    }
    const texts = entries.map(({ text }) => text)
    assert.deepEqual(seen, [...texts.slice(0, 6), 'missing 7-12', ...texts.slice(12)])
  })

  it('close every file, also when they are left early', async () => {
    const machine = machineWith((await sampleJournal()).files)
    for await (const reading of readJournal(machine.disk, directory, 1)) {
      assert.equal(reading.kind, 'batch')
      break
    }
    assert.equal(machine.disk.openFiles, 0)
  })
})
