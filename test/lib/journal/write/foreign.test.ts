// Something else changes the file that is being written: the writer leaves it, loses nothing of its own, and says so.
import assert from 'node:assert/strict'
import { verifyJournal } from '../../../../lib/journal/inspect/verify.ts'
import { chain, verifyFormat, written } from '../support/format.ts'
import { directory } from '../support/machine.ts'
import { type Running, running } from '../support/running.ts'
import { noticesOf } from '../support/trouble.ts'

const file = '2026/20261121.txt'
const path = `${directory}/${file}`

async function withOneEntry(): Promise<Running> {
  const one = await running()
  one.log(1)
  await one.machine.during(one.process, () => one.process.journal.flush())
  return one
}

async function flush({ machine, process, log }: Running): Promise<void> {
  log(1)
  await machine.during(process, () => process.journal.flush())
}

describe('journal: a foreign change', () => {
  it('of the size ends writing to the file; nothing of what was put there is overwritten', async () => {
    const one = await withOneEntry()
    const { machine, process } = one
    const left = await machine.disk.stat(path)
    const durable = written(machine.disk.peek(path)!)
    const other = await machine.disk.open(path, 'write')
    await other.truncate(durable.length)
    await other.write(Buffer.from('another writer was here\n'), durable.length)
    const found = await machine.disk.stat(path)
    await flush(one)
    assert.equal(machine.disk.peek(path)!.toString(), `${durable}another writer was here\n`)
    await flush(one)
    assert.deepEqual(
      chain(machine.disk).map((each) => [each.path, each.previousSize]),
      [
        [file, 0],
        ['2026/20261121-1.txt', durable.length],
      ],
    )
    assert.deepEqual(noticesOf(machine, 'foreign'), [{ file, found, left }])
    verifyFormat(machine.disk, 'foreign')
    const { entries, damage } = await machine.read()
    assert.deepEqual(damage, [])
    assert.deepEqual(
      entries.map(({ text }) => text),
      machine.taken,
    )
    await machine.during(process, () => process.journal.stop())
    assert.equal(machine.disk.peek(path)!.toString(), `${durable}another writer was here\n`)
  })

  it('is seen where a file was removed, or another one has its name', async () => {
    for (const isReplaced of [false, true]) {
      const one = await withOneEntry()
      const { machine } = one
      const bytes = machine.disk.peek(path)!
      const left = await machine.disk.stat(path)
      machine.disk.drop(path)
      // an editor writes a new file with the same content
      if (isReplaced) machine.disk.place(path, bytes)
      const found = (await machine.disk.stat(path)) ?? null
      assert.notDeepEqual(found, left)
      await flush(one)
      await flush(one)
      assert.deepEqual(noticeIn(one, '2026/20261121-1.txt'), { file, found, left })
      const { entries } = await machine.read()
      assert.deepEqual(
        entries.map(({ text }) => text),
        isReplaced ? machine.taken : machine.taken.slice(1),
      )
      const { problems } = await verifyJournal(machine.disk, directory)
      assert.deepEqual(
        problems.map(({ file, kind, from, to }) => [file, kind, from, to]),
        isReplaced ? [] : [[file, 'missing', 1, 1]],
      )
    }
  })

  it('at the close leaves the file as it is', async () => {
    const { machine, process } = await withOneEntry()
    const durable = written(machine.disk.peek(path)!)
    const other = await machine.disk.open(path, 'write')
    await other.write(Buffer.from('more'), machine.disk.peek(path)!.length)
    const changed = machine.disk.peek(path)!
    await machine.during(process, () => process.journal.stop())
    assert.deepEqual(machine.disk.peek(path), changed)
    assert.ok(changed.length > durable.length + 4)
  })
})

/** The notice in a file that no chain leads to. */
function noticeIn({ machine }: Running, name: string): unknown {
  const text = machine.disk.peek(`${directory}/${name}`)!.toString()
  return JSON.parse(/(?<=^N \S+ foreign ).*$/m.exec(text)![0])
}
