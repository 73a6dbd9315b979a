// What a journal is, in a few lines: entries in order, so many of them durable.
import assert from 'node:assert/strict'
import type { Found } from './machine.ts'

export class Model {
  /** all that were taken and not lost; the one with seq n stands at n - 1 */
  #entries: Found[] = []
  /** so many are durable for certain */
  #durable = 0
  #epoch = ''

  get length(): number {
    return this.#entries.length
  }

  open(epoch: string): void {
    this.#epoch = epoch
  }

  append(entry: Omit<Found, 'id'>): void {
    this.#entries.push({ id: `${this.#epoch}-${this.#entries.length + 1}`, ...entry })
  }

  /** Everything appended before is durable. */
  flush(): void {
    this.#durable = this.#entries.length
  }

  /** The process went: of what was not durable, some of the first may have survived. */
  crash(found: readonly Found[]): void {
    this.check(1, found)
    this.#entries.length = found.length
    this.flush()
  }

  /** What a reader may find from a seq on: the durable ones, and some of the first that follow. */
  check(from: number, found: readonly Found[]): void {
    const end = from - 1 + found.length
    assert.deepEqual(found, this.#entries.slice(from - 1, end))
    assert.ok(end >= this.#durable, `entries from ${from} to ${end}, of ${this.#durable}`)
  }

  /** What was told to be durable is, and nothing else was told. */
  told(entries: readonly Found[]): void {
    assert.deepEqual(entries, this.#entries.slice(0, entries.length))
    assert.ok(entries.length >= this.#durable)
  }
}
