// Which events have been dealt with and how; the checkpoint follows from that (docs/delivery.md, promise 3).
import { type Checkpoint, type Counters, topOf } from './checkpoint.ts'
import { Epochs } from './epochs.ts'
import { SeqRanges } from './ranges.ts'

/** What an event was noted as when the checkpoint passed it although it is not complete. */
export type Noted = 'incomplete' | 'damaged'

/** Each seq is dealt with once: the first outcome reported wins. */
export class Progress {
  #checkpoint: number
  /** up to the checkpoint */
  readonly #counters: Counters
  /** dealt with, above the checkpoint */
  readonly #done = new SeqRanges()
  /** of those, by kind */
  readonly #above = { failed: new SeqRanges(), incomplete: new SeqRanges(), damaged: new SeqRanges() }
  /** no event below is noted as the one, or the other */
  readonly #notedFrom: Record<Noted, number | undefined>
  /** sent again since the start, and complete: each counts once, however often it was asked for */
  readonly #redelivered = new SeqRanges()
  readonly #journal: string | undefined
  readonly #epochs: Epochs
  #pacedUpTo: number | undefined
  #lost: Checkpoint['lost']
  #version = 0

  constructor(stored: Checkpoint) {
    this.#checkpoint = stored.seq
    this.#counters = { ...stored.counters }
    const { incompleteFrom, damagedFrom = stored.counters.damaged > 0 ? 1 : undefined } = stored
    this.#notedFrom = { incomplete: incompleteFrom, damaged: damagedFrom }
    this.#journal = stored.journal
    this.#epochs = new Epochs(stored.epochs)
    this.#lost = stored.lost
    this.#pacedUpTo = stored.pacedUpTo
    let seq = stored.seq
    const { above = [] } = stored
    for (let i = 0; i + 1 < above.length; i += 2) {
      const from = seq + above[i]! + 1
      seq = from + above[i + 1]! - 1
      this.#done.addRange(from, seq)
    }
  }

  /** Every event up to it has been dealt with. */
  get checkpoint(): number {
    return this.#checkpoint
  }

  /** Grows with each change. */
  get version(): number {
    return this.#version
  }

  /** Up to this seq events are sent at the set pace; 0: none. */
  get pacedUpTo(): number {
    return this.#pacedUpTo ?? 0
  }

  /** No event below it is noted as this; undefined where none is. */
  notedFrom(kind: Noted): number | undefined {
    return this.#notedFrom[kind]
  }

  /** An entry was read: it says which epoch holds from there on. */
  saw(seq: number, epoch: string): void {
    this.#epochs.saw(seq, epoch)
  }

  /** The journal has a durable note of what the last stop lost. */
  lostIsNoted(): void {
    this.#lost = undefined
    this.#version++
  }

  has(seq: number): boolean {
    return seq <= this.#checkpoint || this.#done.has(seq)
  }

  /** The whole flow is done with it. */
  complete(seq: number, failed: boolean): void {
    if (this.has(seq)) return
    if (failed) this.#above.failed.add(seq)
    this.#pass(seq, seq)
  }

  /** A node still held it at the time limit, and the journal has a durable note of that. */
  incomplete(seq: number): void {
    if (this.has(seq)) return
    this.#above.incomplete.add(seq)
    this.#isNoted('incomplete', seq)
    this.#pass(seq, seq)
  }

  /** These cannot be read back, and the journal has a durable note of that; what was dealt with before stays what it is. */
  damaged(from: number, to: number): void {
    for (const [first, last] of [...this.open(from, to)]) {
      this.#above.damaged.addRange(first, last)
      this.#isNoted('damaged', first)
      this.#pass(first, last)
    }
  }

  /** Those of a stretch that have not been dealt with. */
  *open(from: number, to: number): Generator<readonly [from: number, to: number]> {
    for (let seq = Math.max(from, this.#checkpoint + 1); seq <= to; ) {
      const done = this.#done.next(seq) ?? to + 1
      if (done > seq) yield [seq, Math.min(to, done - 1)]
      seq = done + 1
    }
  }

  /** An event that was noted as this was sent again, the flow completed it, and the journal has a note of that. */
  redelivered(seq: number, kind: Noted): void {
    if (seq > this.#checkpoint || this.#counters[kind] === 0 || this.#redelivered.has(seq)) return
    this.#redelivered.add(seq)
    this.#counters[kind]--
    this.#counters.complete++
    if (this.#counters[kind] === 0 && this.#above[kind].size === 0) this.#notedFrom[kind] = undefined
    this.#version++
  }

  /** Dealt with above `seq`, which is at the checkpoint or above. */
  doneAbove(seq: number): number {
    return this.#done.countAbove(seq)
  }

  /** Counters of all that has been dealt with, above the checkpoint too. */
  get totals(): Counters {
    const { complete, failed, incomplete, damaged } = this.#counters
    const above = {
      failed: this.#above.failed.countAbove(0),
      incomplete: this.#above.incomplete.countAbove(0),
      damaged: this.#above.damaged.countAbove(0),
    }
    return {
      complete: complete + this.#done.countAbove(0) - above.incomplete - above.damaged,
      failed: failed + above.failed,
      incomplete: incomplete + above.incomplete,
      damaged: damaged + above.damaged,
    }
  }

  /** What is to be stored now. */
  get stored(): Checkpoint {
    const stored: Checkpoint = { seq: this.#checkpoint, counters: { ...this.#counters } }
    const above = this.#completeAbove()
    if (above.length > 0) stored.above = above
    const epochs = this.#epochs.upTo(topOf(stored))
    if (this.#journal !== undefined) stored.journal = this.#journal
    if (epochs.length > 0) stored.epochs = epochs
    const { incomplete, damaged } = this.#notedFrom
    if (incomplete !== undefined) stored.incompleteFrom = incomplete
    if (damaged !== undefined) stored.damagedFrom = damaged
    if (this.pacedUpTo > this.#checkpoint) stored.pacedUpTo = this.pacedUpTo
    if (this.#lost) stored.lost = this.#lost
    return stored
  }

  #isNoted(kind: Noted, seq: number): void {
    this.#notedFrom[kind] = Math.min(this.#notedFrom[kind] ?? seq, seq)
  }

  #pass(from: number, to: number): void {
    this.#version++
    const before = this.#checkpoint
    if (from === before + 1 && this.#done.size === 0) this.#checkpoint = to
    else {
      this.#done.addRange(from, to)
      this.#checkpoint = this.#done.advance(before)
    }
    if (this.#checkpoint === before) return
    const counters = this.#counters
    const incomplete = this.#above.incomplete.takeUpTo(this.#checkpoint)
    const damaged = this.#above.damaged.takeUpTo(this.#checkpoint)
    counters.failed += this.#above.failed.takeUpTo(this.#checkpoint)
    counters.incomplete += incomplete
    counters.damaged += damaged
    counters.complete += this.#checkpoint - before - incomplete - damaged
  }

  /** Gaps and lengths of the complete stretches; incomplete and damaged ones are found out again. */
  #completeAbove(): number[] {
    if (this.#done.size === 0) return []
    const complete = new SeqRanges()
    for (const [from, to] of this.#done) complete.addRange(from, to)
    for (const kind of [this.#above.incomplete, this.#above.damaged]) {
      for (const [from, to] of kind) complete.removeRange(from, to)
    }
    const lengths: number[] = []
    let seq = this.#checkpoint
    for (const [from, to] of complete) {
      lengths.push(from - seq - 1, to - from + 1)
      seq = to
    }
    return lengths
  }
}
