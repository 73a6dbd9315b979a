// One bit of a journal flips: what it costs, for each of its bytes.
import assert from 'node:assert/strict'
import { seqOf } from '../support/corruption.ts'
import { directory, type Found } from '../support/machine.ts'
import { batchesOf, days, flipped, linesOf, machineWith, sampleJournal } from '../support/sample.ts'

const third = days[2]

describe('journal: a flipped bit', () => {
  it('costs a reader one batch at most, and it says which', async () => {
    const sample = await sampleJournal()
    for (const [path, bytes] of sample.files) {
      const batches = batchesOf(bytes)
      for (let at = 0; at < bytes.length; at++) {
        const bit = (at * 5) % 8
        const machine = machineWith(sample.files)
        machine.disk.place(`${directory}/${path}`, flipped(bytes, at, bit))
        const { entries, damage } = await machine.read()
        const where = `${path} byte ${at} bit ${bit}`
        const { seqs } = batches.find(({ end }) => at < end)!
        const lost = sample.entries.map(seqOf).filter((seq) => !entries.some((entry) => seqOf(entry) === seq))
        // a bit of the only notice that says the epoch may change it
        const known = linesOf(bytes).every(
          (line) => !line.text.includes(' open ') || at < line.at || at >= line.end,
        )
        const shown = (entry: Found) => (known ? entry : { ...entry, id: seqOf(entry) })
        assert.deepEqual(
          entries.map(shown),
          sample.entries.filter((entry) => !lost.includes(seqOf(entry))).map(shown),
          where,
        )
        if (lost.length === 0) continue
        assert.deepEqual(lost, seqs, where)
        // lines at the end that no C closes may be the writer's, who is about to
        if (damage.length === 0) assert.equal(seqs.at(-1), 18, where)
        else
          assert.ok(
            damage.some((one) => one.file === path && one.offset <= at && at < one.end),
            where,
          )
      }
    }
  })

  it('of H or C costs a last file with one batch nothing, of another line only what follows', async () => {
    const sample = await sampleJournal(1)
    const bytes = sample.files.get(third)!
    for (const { at: start, end, text } of linesOf(bytes)) {
      for (let at = start; at < end; at++) {
        for (const bit of [at % 8, (at + 3) % 8]) {
          const where = `${third} byte ${at} bit ${bit}: ${text}`
          const machine = machineWith(sample.files)
          machine.disk.place(`${directory}/${third}`, flipped(bytes, at, bit))
          const process = await machine.open()
          const { entries } = await machine.read()
          const whole = /^[HC]/.test(text) ? 14 : text.startsWith('L') ? 12 : 13
          assert.deepEqual(entries.slice(0, whole), sample.entries.slice(0, whole), where)
          assert.ok(entries.length <= 14, where)
          assert.equal(process.journal.lastSeq, entries.length, where)
          // it goes on behind them
          machine.log(process, 'next')
          await machine.during(process, () => process.journal.flush())
          const last = (await machine.read()).entries.at(-1)
          assert.equal(last && seqOf(last), entries.length + 1, where)
        }
      }
    }
  })
})
