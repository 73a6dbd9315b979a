// Contract of a journal on a file system of 2 MB, whichever it is: it fills it, holds, gets room, goes on: none lost
// below the limit, the gap counted above it.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { isEntry } from '../../../../lib/journal/format/entry.ts'
import { Journal } from '../../../../lib/journal/journal.ts'
import { readJournal } from '../../../../lib/journal/read/reader.ts'
import { systemClock } from '../../../../lib/kit/clock.ts'
import { ballast, makeRoom, type SmallDisk } from './small-disk.ts'

/** Pauses between tries are short here; what waits for 5 s takes a disk for one that hangs. */
const clock = {
  ...systemClock,
  after: (ms: number, callback: () => void) => systemClock.after(ms < 5_000 ? 20 : ms, callback),
}
const maxHeldEvents = 4_000

class Filling {
  readonly taken: string[] = []
  readonly durable: string[] = []
  readonly journal: Journal
  readonly #small: SmallDisk
  #changed: () => void = () => {}
  #count = 0

  constructor(small: SmallDisk, reserve: number) {
    this.#small = small
    this.journal = new Journal(
      {
        directory: join(small.root, 'journal'),
        disk: small.disk,
        clock,
        reserve,
        maxHeldEvents,
        lock: small.lock,
      },
      {
        durable: (entries) => {
          this.durable.push(...entries.map(({ text }) => text))
          this.#changed()
        },
        failure: () => this.#changed(),
      },
    )
  }

  /** False where it was dropped. */
  log(): boolean {
    const text = `${this.#count++} ${'x'.repeat(100)}`
    const taken = this.journal.append({ kind: 'L', received: Date.UTC(2026, 10, 21), source: 'tty', text })
    if (taken) this.taken.push(text)
    return taken
  }

  /** Resolves when all is durable, or the disk does not take it. */
  async settled(): Promise<void> {
    const flushed = this.journal.flush()
    await Promise.race([flushed, this.until(() => this.journal.statistics.failure !== undefined)])
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.#changed = resolve))
  }

  async read(): Promise<{ texts: string[]; gaps: unknown[] }> {
    const texts: string[] = []
    const gaps: unknown[] = []
    for await (const reading of readJournal(this.#small.disk, this.journal.directory, 1)) {
      assert.equal(reading.kind, 'batch', JSON.stringify(reading))
      if (reading.kind !== 'batch') continue
      for (const item of reading.items) {
        if (isEntry(item)) texts.push(item.text)
        else if (item.kind === 'N' && item.notice === 'gap') gaps.push(JSON.parse(item.json))
      }
    }
    return { texts, gaps }
  }
}

/** Declares the tests; `make` gives an empty file system for each. */
export function describeSmallDisk(name: string, make: () => SmallDisk | Promise<SmallDisk>): void {
  describe(`journal: a file system of 2 MB (${name})`, () => {
    let small: SmallDisk
    beforeEach(async () => {
      small = await make()
    })
    afterEach(() => small.remove())

    for (const reserve of [200_000, 0]) {
      it(`is filled, holds, gets room and goes on, with ${reserve} bytes in reserve`, async () => {
        await ballast(small, 1_200_000)
        const filling = new Filling(small, reserve)
        const { journal } = filling
        await journal.start()
        while (journal.statistics.failure === undefined) {
          // not faster than a busy disk takes them: memory is to be filled by the full disk alone
          if (journal.statistics.held < maxHeldEvents / 2) {
            for (let i = 0; i < 50; i++) assert.ok(filling.log())
          }
          await filling.settled()
        }
        assert.match(journal.statistics.failure, /disk is full/)
        assert.ok((await small.disk.freeSpace(small.root)) >= reserve - 8_192)
        while (filling.log()) {
          // memory fills up
        }
        for (let i = 0; i < 776; i++) assert.equal(filling.log(), false)
        assert.equal(journal.statistics.held, maxHeldEvents)
        assert.ok(filling.taken.length - filling.durable.length <= maxHeldEvents)
        await makeRoom(small)
        await filling.until(() => filling.durable.length === filling.taken.length)
        assert.ok(filling.log())
        await journal.flush()
        const { texts, gaps } = await filling.read()
        assert.deepEqual(texts, filling.taken)
        const at = Date.UTC(2026, 10, 21)
        assert.deepEqual(gaps, [{ dropped: 777, from: at, to: at }])
        assert.equal(journal.statistics.dropped, 777)
        assert.equal(journal.statistics.failure, undefined)
        await journal.stop()
      })
    }

    it('is full at the start: the journal opens as soon as there is room, with what was logged meanwhile', async () => {
      const first = new Filling(small, 0)
      await first.journal.start()
      first.log()
      await first.journal.stop()
      await ballast(small, 4 << 20)
      const second = new Filling(small, 0)
      second.log()
      // it opens (a lock needs no room), and holds
      await second.journal.start()
      assert.match(second.journal.statistics.failure!, /disk is full/)
      second.log()
      await makeRoom(small)
      await second.journal.flush()
      assert.deepEqual((await second.read()).texts, [...first.taken, ...second.taken])
      await second.journal.stop()
    })
  })
}
