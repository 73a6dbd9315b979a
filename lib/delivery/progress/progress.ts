// Which events have been dealt with and how; the checkpoint follows from that (docs/delivery.md, promise 3).
import type { Checkpoint, Counters } from './checkpoint.ts'
import { SeqRanges } from './ranges.ts'

/** Each seq is dealt with once: the first outcome reported wins. */
export class Progress {
  #checkpoint: number
  /** up to the checkpoint */
  readonly #counters: Counters
  /** dealt with, above the checkpoint */
  readonly #done = new SeqRanges()
  /** of those, by kind */
  readonly #above = { failed: new SeqRanges(), incomplete: new SeqRanges(), damaged: new SeqRanges() }
  #incompleteFrom: number | undefined
  #pacedUpTo: number | undefined
  #version = 0

  constructor(stored: Checkpoint) {
    this.#checkpoint = stored.seq
    this.#counters = { ...stored.counters }
    this.#incompleteFrom = stored.incompleteFrom
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

  /** No event below it is incomplete; undefined where none is. */
  get incompleteFrom(): number | undefined {
    return this.#incompleteFrom
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
    this.#incompleteFrom = Math.min(this.#incompleteFrom ?? seq, seq)
    this.#pass(seq, seq)
  }

  /** These cannot be read back; those among them that were dealt with before stay what they are. */
  damaged(from: number, to: number): void {
    for (let seq = Math.max(from, this.#checkpoint + 1); seq <= to; ) {
      if (this.#done.has(seq)) {
        seq++
        continue
      }
      const end = Math.min(to, (this.#done.next(seq) ?? to + 1) - 1)
      this.#above.damaged.addRange(seq, end)
      this.#pass(seq, end)
      seq = end + 1
    }
  }

  /** An incomplete event was sent again, and the flow completed it. */
  redelivered(seq: number): void {
    if (seq > this.#checkpoint || this.#counters.incomplete === 0) return
    this.#counters.incomplete--
    this.#counters.complete++
    if (this.#counters.incomplete === 0 && this.#above.incomplete.size === 0) this.#incompleteFrom = undefined
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
    if (this.#incompleteFrom !== undefined) stored.incompleteFrom = this.#incompleteFrom
    if (this.pacedUpTo > this.#checkpoint) stored.pacedUpTo = this.pacedUpTo
    return stored
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
