// What a journal is, in a few lines: entries in order, so many of them durable.
import assert from 'node:assert/strict'
import type { Found } from './machine.ts'

export class Model {
  /** all that were taken and not lost; the one with seq n stands at n - 1 */
  #entries: Found[] = []
  /** when each was given to the journal */
  #given: number[] = []
  /** so many are durable for certain */
  #durable = 0
  #epoch = ''

  get length(): number {
    return this.#entries.length
  }

  open(epoch: string): void {
    this.#epoch = epoch
  }

  append(entry: Omit<Found, 'id'>, given: number): void {
    this.#entries.push({ id: `${this.#epoch}-${this.#entries.length + 1}`, ...entry })
    this.#given.push(given)
  }

  /** Everything appended before is durable. */
  flush(): void {
    this.#durable = this.#entries.length
  }

  /** The process went: of what was not durable, some of the first may have survived. */
  crash(found: readonly Found[]): void {
    this.check(1, found)
    this.#entries.length = found.length
    this.#given.length = found.length
    this.flush()
  }

  /** What a reader may find from a seq on: the durable ones, and some of the first that follow. */
  check(from: number, found: readonly Found[]): void {
    const end = from - 1 + found.length
    this.#compare(found, from)
    assert.ok(end >= this.#durable, `entries from ${from} to ${end}, of ${this.#durable}`)
  }

  /**
   * Each is as it was given. In a file of another day it is an R that came when it was given, and belongs to the moment
   * that it had: then that is what it stays.
   */
  #compare(found: readonly Found[], from: number): void {
    for (const [index, entry] of found.entries()) {
      const place = from - 1 + index
      const expected = this.#entries[place]!
      if (entry.kind !== 'L' && expected.kind !== 'R' && entry.received === this.#given[place])
        this.#entries[place] = {
          ...expected,
          kind: expected.kind === 'E' ? 'E' : 'R',
          received: entry.received,
        }
    }
    assert.deepEqual(found, this.#entries.slice(from - 1, from - 1 + found.length))
  }

  /** What was told to be durable is, and nothing else was told. */
  told(entries: readonly Found[]): void {
    this.#compare(entries, 1)
    assert.ok(entries.length >= this.#durable)
  }
}
