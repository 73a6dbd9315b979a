// A key is known exactly if its event is in the journal, wherever the power fails.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { KeyHistory } from '../../../../lib/delivery/once/key-history.ts'
import { readSealed, writeSealed } from '../../../../lib/journal/disk/sealed-file.ts'
import { isEntry } from '../../../../lib/journal/format/entry.ts'
import { readJournal } from '../../../../lib/journal/read/reader.ts'
import { seeded } from '../../../support/random.ts'
import { directory, Machine, type Process } from '../../journal/support/machine.ts'

const of = 6
const onceOf = (part: number) => ({ key: 'batch', part, of, digest: 'd' })

/** What a start knows. */
function historyOf({ disk, journal }: Process): KeyHistory {
  return new KeyHistory({
    disk,
    directory,
    read: (fromSeq) => readJournal(disk, directory, fromSeq),
    lastSeq: () => journal.lastSeq,
    async epochOf(seq) {
      for await (const reading of readJournal(disk, directory, seq))
        if (reading.kind === 'batch')
          for (const item of reading.items) if (isEntry(item) && item.seq === seq) return item.epoch
      return undefined
    },
    warn: (message) => assert.fail(message),
  })
}

async function textsIn({ disk }: Process): Promise<string[]> {
  const texts: string[] = []
  for await (const reading of readJournal(disk, directory, 1))
    if (reading.kind === 'batch') texts.push(...reading.items.filter(isEntry).map(({ text }) => text))
  return texts
}

describe('delivery: keys over restarts', () => {
  const appendBatch = ({ journal }: Process, received: number) => {
    for (let part = 0; part < of; part++) {
      journal.append({ kind: 'L', received, source: 'http', text: `part ${part}`, once: onceOf(part) })
    }
  }

  it(
    'are those of the entries that a power cut left, and no others',
    seeded(async (randomFor) => {
      const cuts = 300
      const random = randomFor(cuts)
      const kept = new Set<number>()
      for (let cut = 0; cut < cuts; cut++) {
        const machine = new Machine()
        const first = await machine.open()
        appendBatch(first, machine.time.wall())
        first.journal.flush().catch(() => {})
        // somewhere in the write and its sync
        for (let steps = Math.floor(random() * 60); steps > 0; steps--) await Promise.resolve()
        machine.powerCut(first, random)
        const second = await machine.open()
        const texts = await textsIn(second)
        const history = historyOf(second)
        await history.load()
        const parts = Array.from({ length: of }, (_, part) => part)
        assert.deepEqual(
          parts.map((part) => history.known.stateOf(onceOf(part)) === 'stored'),
          parts.map((part) => texts.includes(`part ${part}`)),
          `cut ${cut}`,
        )
        kept.add(texts.length)
      }
      assert.ok(kept.has(0) && kept.has(of) && kept.size > 2, `only ${[...kept].join()}`)
    }),
  )

  it('come from the file where it is of this journal, and from the journal where it is not', async () => {
    const machine = new Machine()
    const first = await machine.open()
    appendBatch(first, machine.time.wall())
    await machine.during(first, () => first.journal.flush())
    const history = historyOf(first)
    await history.load()
    await history.save()
    const path = join(directory, '.keys')
    const saved = JSON.parse((await readSealed(first.disk, path))!)
    assert.deepEqual(saved, { version: 1, id: `${first.journal.epoch}-6`, keys: [['batch', 'd', of, 0]] })

    const keys = [['other', 'd', 1, 0]]
    for (const [id, known] of [
      [saved.id, 'stored'],
      ['elsewher-6', 'new'],
      [`${first.journal.epoch}-7`, 'new'],
    ]) {
      await writeSealed(first.disk, path, JSON.stringify({ ...saved, id, keys }))
      const again = historyOf(first)
      await again.load()
      assert.equal(again.known.stateOf({ key: 'other', part: 0, of: 1, digest: 'd' }), known, id)
      assert.equal(again.known.stateOf(onceOf(5)), known === 'new' ? 'stored' : 'new', id)
    }
  })
})
