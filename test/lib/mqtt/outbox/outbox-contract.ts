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

    describe('with a topic that is closed', () => {
      const onTopics = (...names: string[]) =>
        names.map((id) => {
          const entry = testEntry(id, { topic: id[0]! })
          assert.equal(outbox.append(entry), undefined)
          return entry
        })
      /** Reads all, and parks those of topic `a`. */
      const parkAll = async (): Promise<Entry[]> => {
        const others: Entry[] = []
        for (const entry of await readAll()) {
          if (entry.topic === 'a') assert.equal(outbox.park(entry, false), true)
          else others.push(entry)
        }
        return others
      }
      const readLine = async (topic = 'a', most = 9): Promise<Entry[]> => {
        const entries: Entry[] = []
        for (let idle = 0; idle < 3 && entries.length < most; ) {
          const entry = outbox.readParked(topic, true)
          if (entry) entries.push(entry)
          else {
            idle++
            await settle()
          }
        }
        return entries
      }

      it('counts what is parked, and gives it in its order', async () => {
        onTopics('a1', 'b1', 'a2', 'b2', 'a3')
        assert.deepEqual(namesOf(await parkAll()), ['b1', 'b2'])
        await settle()
        const { topic, count, unread, inFlight } = outbox.parkedOn('a')!
        assert.deepEqual([topic, count, unread, inFlight, outbox.count], ['a', 3, 3, 0, 5])
        assert.deepEqual(namesOf(await readLine()), ['a1', 'a2', 'a3'])
        assert.deepEqual([outbox.parkedOn('a')?.inFlight, outbox.read()], [3, undefined])
      })

      it('knows no line of a topic of which nothing is parked, or is any more', async () => {
        onTopics('a1')
        assert.equal(outbox.parkedOn('a'), undefined)
        await parkAll()
        for (const entry of await readLine()) outbox.acknowledge(entry)
        assert.deepEqual([outbox.parkedOn('a'), outbox.parked(), outbox.count], [undefined, [], 0])
      })

      it('takes an acknowledgement of what is parked and in flight', async () => {
        const [a1, a2] = onTopics('a1', 'a2', 'a3')
        const all = await readAll()
        for (const entry of all) assert.equal(outbox.park(entry, true), true)
        assert.equal(outbox.readParked('a', true), undefined)
        outbox.acknowledge(a2!)
        outbox.putBack(all[2]!)
        outbox.putBack(a1!)
        await settle()
        assert.deepEqual([namesOf(await readLine()), outbox.count], [['a1', 'a3'], 2])
      })

      it('gives again what was read of a line before, at a rewind and when it is put back', async () => {
        onTopics('a1', 'a2', 'a3', 'a4')
        await parkAll()
        const [a1, a2] = await readLine('a', 2)
        outbox.putBack(a1!)
        assert.deepEqual(namesOf(await readLine('a', 1)), ['a1'])
        outbox.acknowledge(a2!)
        outbox.rewind()
        assert.deepEqual(namesOf(await readLine()), ['a1', 'a3', 'a4'])
      })

      it('does not give again at a rewind what is being set aside', async () => {
        onTopics('a1', 'b1', 'a2', 'b2')
        const [b1] = await parkAll()
        const [a1] = await readLine()
        for (const entry of [a1!, b1!]) entry.held = true
        outbox.rewind()
        assert.deepEqual([namesOf(await readAll()), namesOf(await readLine())], [['b2'], ['a2']])
        for (const entry of [a1!, b1!]) outbox.acknowledge(entry)
        assert.equal(outbox.count, 2)
      })

      it('gives an entry again in its place that was read and is put back', async () => {
        onTopics('b1', 'b2')
        await settle()
        outbox.putBack((await readAll())[1]!)
        assert.deepEqual(namesOf(await readAll()), ['b2'])
      })

      it('says of parked messages that they had to wait, on the topic that they have', async () => {
        const late = () => ({ topic: 'late', payload: 'late form' })
        outbox.append(testEntry('a1', { topic: 'a', late }))
        await parkAll()
        const [a1] = await readLine()
        assert.deepEqual([a1!.topic, a1!.payload, a1!.replayed], ['a', 'late form', true])
      })
    })

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
