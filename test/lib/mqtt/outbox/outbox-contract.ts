// What every Outbox must do, whether it is in memory or on disk: the same tests for all.
import assert from 'node:assert/strict'
import { type Entry, type Outbox, OutboxFullError } from '../../../../lib/mqtt/outbox/outbox.ts'
import { testEntry } from '../support.ts'

export interface OutboxUnderTest {
  outbox: Outbox
  /** lets what goes on in the background come to an end */
  settle(): Promise<void>
}

const listener = { readable() {}, kept() {}, dropped() {}, found() {}, problem() {} }

/** Declares the tests; `make` gives an outbox of its own for each, not opened. */
export function describeOutbox(name: string, make: () => OutboxUnderTest): void {
  describe(`mqtt outbox: ${name}`, () => {
    let outbox: Outbox
    let settle: () => Promise<void>

    beforeEach(async () => {
      const made = make()
      outbox = made.outbox
      settle = () => made.settle()
      outbox.listener = { ...listener }
      await outbox.open?.()
    })
    afterEach(() => outbox.close())

    const append = (...ids: string[]): Entry[] => {
      const entries = ids.map((id) => testEntry(id))
      for (const entry of entries) assert.equal(outbox.append(entry), undefined)
      return entries
    }
    /** Reads all that there is; what is on disk comes some time later. */
    const readAll = async (): Promise<Entry[]> => {
      const entries: Entry[] = []
      for (let idle = 0; idle < 3; ) {
        const entry = outbox.read()
        if (entry) entries.push(entry)
        else {
          idle++
          await settle()
        }
      }
      return entries
    }
    const namesOf = (entries: readonly Entry[]) => entries.map(({ id }) => id)

    it('is empty at first', () => {
      assert.deepEqual([outbox.count, outbox.oldest, outbox.read()], [0, undefined, undefined])
    })

    // the same while the broker keeps up, and while it is away
    for (const spilled of [false, true]) {
      describe(spilled ? 'after a spill' : 'without a spill', () => {
        beforeEach(() => {
          if (spilled) outbox.spill()
        })

        it('gives what was appended in its order', async () => {
          append('a', 'b', 'c')
          assert.deepEqual(namesOf(await readAll()), ['a', 'b', 'c'])
        })

        it('gives each entry once', async () => {
          append('a', 'b')
          await readAll()
          assert.deepEqual(await readAll(), [])
        })

        it('counts what is not acknowledged, read or not', async () => {
          append('a', 'b', 'c')
          const [first] = await readAll()
          assert.equal(outbox.count, 3)
          outbox.acknowledge(first!)
          assert.equal(outbox.count, 2)
        })

        it('takes acknowledgements in any order', async () => {
          append('a', 'b', 'c')
          const [a, b, c] = await readAll()
          for (const entry of [b, c, a]) outbox.acknowledge(entry!)
          assert.deepEqual([outbox.count, outbox.oldest], [0, undefined])
        })

        it('takes an acknowledgement once', async () => {
          append('a', 'b')
          const [a] = await readAll()
          outbox.acknowledge(a!)
          outbox.acknowledge(a!)
          assert.equal(outbox.count, 1)
        })

        it('takes no acknowledgement of what was not read', () => {
          const [a] = append('a')
          outbox.acknowledge(a!)
          assert.equal(outbox.count, 1)
        })

        it('gives again, in order, what is not acknowledged at a rewind', async () => {
          append('a', 'b', 'c', 'd')
          const [, b] = await readAll()
          outbox.acknowledge(b!)
          outbox.rewind()
          assert.deepEqual(namesOf(await readAll()), ['a', 'c', 'd'])
        })

        it('gives what was read before a rewind ahead of what comes after it', async () => {
          append('a', 'b')
          await readAll()
          outbox.rewind()
          append('c')
          assert.deepEqual(namesOf(await readAll()), ['a', 'b', 'c'])
        })

        it('gives nothing new for a rewind when all is acknowledged', async () => {
          append('a')
          for (const entry of await readAll()) outbox.acknowledge(entry)
          outbox.rewind()
          assert.deepEqual(await readAll(), [])
        })

        it('keeps order and count through a second rewind', async () => {
          append('a', 'b', 'c')
          await readAll()
          outbox.rewind()
          await settle()
          outbox.read()
          outbox.rewind()
          assert.deepEqual([namesOf(await readAll()), outbox.count], [['a', 'b', 'c'], 3])
        })

        it('knows when the oldest was handed over', async () => {
          const times = [1000, 2000, 3000]
          for (const at of times) outbox.append(testEntry(`at ${at}`, { at }))
          assert.equal(outbox.oldest, 1000)
          const [first] = await readAll()
          assert.equal(outbox.oldest, 1000, 'what was read is still here')
          outbox.acknowledge(first!)
          assert.equal(outbox.oldest, 2000)
        })

        it('tells when there is something to read again', async () => {
          let told = 0
          outbox.listener = { ...listener, readable: () => told++ }
          append('a')
          await settle()
          assert.equal(told, 1)
          await readAll()
          append('b')
          await settle()
          assert.equal(told, 2)
        })

        it('lets its listener read while it is told', async () => {
          const read: Array<string | undefined> = []
          outbox.listener = { ...listener, readable: () => read.push(outbox.read()?.id) }
          append('a')
          await settle()
          append('b')
          await settle()
          assert.deepEqual(read, ['a', 'b'])
        })
      })
    }

    it('gives what was appended before, at and after a spill in one order', async () => {
      append('a', 'b')
      assert.equal(outbox.read()?.id, 'a')
      outbox.spill()
      append('c')
      await settle()
      append('d')
      assert.deepEqual(namesOf(await readAll()), ['b', 'c', 'd'])
      outbox.rewind()
      assert.deepEqual(namesOf(await readAll()), ['a', 'b', 'c', 'd'])
      assert.equal(outbox.count, 4)
    })

    it('turns away what it has no room for, and keeps the rest', async () => {
      const most = 70 << 20
      const big = () => testEntry('big', { bytes: most })
      append('a')
      assert.ok(outbox.append(big()) instanceof OutboxFullError)
      append('b')
      assert.equal(outbox.count, 2)
      assert.deepEqual(namesOf(await readAll()), ['a', 'b'])
    })

    it('can be closed twice', async () => {
      append('a')
      await outbox.close()
      await outbox.close()
    })
  })
}
