// Reads entries back from the journal in order, a batch at a time, and reports those that are missing.
import type { Entry } from '../../journal/format/entry.ts'
import type { DamageReport } from '../../journal/read/reader.ts'

/** The journal from a seq on: entries in order (the first ones may be lower), and what is damaged between them. */
export type ReadJournal = (fromSeq: number) => AsyncIterable<Entry[] | DamageReport>

/** Seqs that the journal does not have, or cannot read. */
export interface Missing {
  from: number
  to: number
  /** where and why, in words */
  reason: string
  /** undefined where no file has them */
  place: { file: string; offset: number } | undefined
}

/** A reader that is farther behind what is wanted is opened anew. */
const longestReadThrough = 5_000

export class ReadAhead {
  readonly #read: ReadJournal
  #source: AsyncIterator<Entry[] | DamageReport> | undefined
  /** what the source cannot leave out: the last seq that was durable when it was opened */
  #sourceUpTo = 0
  /** how far the source has read */
  #position = 0
  /** read and not taken, the next one last */
  #entries: Entry[] = []
  #damage: DamageReport | undefined

  constructor(read: ReadJournal) {
    this.#read = read
  }

  /** The entry where it has been read already; forgets those before it. */
  take(seq: number): Entry | undefined {
    while ((this.#entries.at(-1)?.seq ?? seq) < seq) this.#entries.pop()
    return this.#entries.at(-1)?.seq === seq ? this.#entries.pop() : undefined
  }

  /**
   * Reads on. `take` may then have the entry; what is returned is missing, from `seq` on. Neither: call again.
   * `upTo` is the last seq that is known to be durable. Rejects with what the disk says.
   */
  async advance(seq: number, upTo: number): Promise<Missing | undefined> {
    const following = this.#entries.at(-1)
    if (following) return following.seq > seq ? this.#missing(seq, following.seq - 1) : undefined
    if (seq - this.#position > longestReadThrough) await this.close()
    if (!this.#source) {
      this.#source = this.#read(seq)[Symbol.asyncIterator]()
      this.#sourceUpTo = upTo
      this.#position = seq
    }
    const source = this.#source
    const next = await source.next().catch((error: unknown) => {
      if (source === this.#source) this.#source = undefined
      throw error
    })
    if (source !== this.#source) return undefined
    if (next.done) {
      this.#source = undefined
      return seq <= this.#sourceUpTo ? this.#missing(seq, this.#sourceUpTo) : undefined
    }
    if (!Array.isArray(next.value)) {
      if (next.value.to >= seq) this.#damage = next.value
      return undefined
    }
    this.#position = Math.max(this.#position, next.value.at(-1)?.seq ?? 0)
    this.#entries = next.value.filter((entry) => entry.seq >= seq).reverse()
    return undefined
  }

  /** Gives up what was read, and the reader; resolves when its files are closed. */
  async close(): Promise<void> {
    const source = this.#source
    this.#source = undefined
    this.#entries = []
    this.#damage = undefined
    await source?.return?.()
  }

  #missing(from: number, to: number): Missing {
    const damage = this.#damage
    this.#damage = undefined
    if (!damage) return { from, to, reason: 'no file of the journal has them', place: undefined }
    return { from, to, reason: whyMissing(damage), place: { file: damage.file, offset: damage.offset } }
  }
}

/** Of a whole file, or of an entry in a sound batch, no bytes are damaged. */
function whyMissing({ file, offset, end, reason }: DamageReport): string {
  return end > offset ? `${file} is damaged at byte ${offset}: ${reason}` : `${file}: ${reason}`
}
