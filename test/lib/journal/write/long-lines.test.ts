// A line of 10 MB goes the whole way: written, torn, salvaged, read.
import assert from 'node:assert/strict'
import { verifyFormat } from '../support/format.ts'
import { directory, Machine } from '../support/machine.ts'

const text = 'é'.repeat(5 << 20)

describe('journal: a line of 10 MB', () => {
  it('is written and read, between short ones', async () => {
    const machine = new Machine()
    const process = await machine.open()
    for (const line of ['before', text, 'after']) machine.log(process, line)
    await machine.during(process, () => process.journal.stop())
    for (const from of [1, 2, 3]) {
      const { entries, damage } = await machine.read(from)
      assert.equal(entries.length, 4 - from)
      assert.equal(entries.at(-1)!.text, 'after')
      assert.deepEqual(damage, [])
    }
    assert.equal((await machine.read(2)).entries[0]!.text, text)
    verifyFormat(machine.disk, 'long')
  })

  it('is moved aside where it was cut off, and kept where only its C was', async () => {
    const machine = new Machine()
    const process = await machine.open()
    machine.log(process, 'before')
    machine.log(process, text)
    await machine.during(process, () => process.journal.stop())
    const path = `${directory}/2026/20261121.txt`
    const bytes = machine.disk.peek(path)!
    for (const [cut, entries] of [
      [bytes.length - 60, 1],
      [bytes.length - 20, 2],
    ] as const) {
      machine.disk.place(path, bytes.subarray(0, cut))
      const again = await machine.open()
      assert.equal(again.journal.lastSeq, entries)
      assert.equal((await machine.read()).entries.length, entries)
      machine.kill(again)
      verifyFormat(machine.disk, `cut at ${cut}`)
    }
  })
})
