// A journal in memory, with holes where a test wants them.
import type { DurableEntry } from '../../../../lib/journal/journal.ts'
import type { DamageReport } from '../../../../lib/journal/read/reader.ts'

/** Entries `line <seq>` from seq to seq. */
export function entries(from: number, to: number, tag?: unknown): DurableEntry[] {
  return Array.from({ length: to - from + 1 }, (_, i) => ({
    kind: 'L',
    seq: from + i,
    epoch: 'ep',
    received: 1_000_000 + from + i,
    time: 1_000_000 + from + i,
    source: 's',
    text: `line ${from + i}`,
    tag,
  }))
}

export class MemoryJournal {
  lastSeq = 0
  readonly batchSize: number
  /** these are damaged */
  readonly damaged = new Set<number>()
  /** what reading it throws, once for each */
  failures: Error[] = []
  /** how often it was opened for reading, and from where */
  readonly opened: number[] = []
  readonly notices: Array<{ seq: number; nodes: string[] }> = []

  constructor(batchSize = 10) {
    this.batchSize = batchSize
  }

  /** As the reader of a real one: whole batches, from the one before on, to the end as it was at the opening. */
  async *read(fromSeq: number): AsyncGenerator<DurableEntry[] | DamageReport> {
    this.opened.push(fromSeq)
    const end = this.lastSeq
    const first = Math.floor((fromSeq - 1) / this.batchSize) * this.batchSize + 1
    for (let from = Math.max(1, first - this.batchSize); from <= end; from += this.batchSize) {
      await Promise.resolve()
      const failure = this.failures.shift()
      if (failure) throw failure
      yield* this.#withDamage(entries(from, Math.min(end, from + this.batchSize - 1)))
    }
  }

  *#withDamage(batch: DurableEntry[]): Generator<DurableEntry[] | DamageReport> {
    while (batch.length > 0) {
      const isBad = this.damaged.has(batch[0]!.seq)
      const end = batch.findIndex(({ seq }) => this.damaged.has(seq) !== isBad)
      const run = batch.splice(0, end === -1 ? batch.length : end)
      const [from, to] = [run[0]!.seq, run.at(-1)!.seq]
      if (isBad) yield { kind: 'damage', file: 'day.txt', offset: 7, end: 9, from, to, reason: 'bad' }
      else yield run
    }
  }
}
