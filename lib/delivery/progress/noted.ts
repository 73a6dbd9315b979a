// Which events the checkpoint has passed although they are not complete, as the journal notes them.
import { noticeValue } from '../../journal/format/notices.ts'
import type { Reading } from '../../journal/read/reader.ts'
import { SeqRanges } from './ranges.ts'

/** A stretch that could not be read when it was its turn, and where. */
export interface DamagedRange {
  from: number
  to: number
  /** null where no file had it */
  file: string | null
  offset: number | null
}

/** What is noted and was not completed since. */
export class NotedEvents {
  readonly incomplete = new SeqRanges()
  readonly damaged = new SeqRanges()
  #places: DamagedRange[] = []

  /** The damaged ones with their places, those of one note in one. */
  get places(): DamagedRange[] {
    return this.#places.flatMap(({ from, to, file, offset }) => {
      const left: DamagedRange[] = []
      for (let seq = this.damaged.next(from); seq !== undefined && seq <= to; ) {
        const end = this.#endOf(seq, to)
        left.push({ from: seq, to: end, file, offset })
        seq = this.damaged.next(end + 1)
      }
      return left
    })
  }

  /**
   * `incomplete {"seq":…}` and `damaged {"from":…,"to":…}` add, `completed {"seq":…}` takes away, and
   * `resume {"after":…}` takes away all above (they were sent again after a start).
   */
  note(notice: string, json: string): void {
    const { seq, from, to, file, offset, after } = noticeValue(json)
    if (notice === 'incomplete' && isSeq(seq)) this.incomplete.add(seq)
    else if (notice === 'completed' && isSeq(seq)) this.#remove(seq, seq)
    else if (notice === 'resume' && isSeq(after)) this.#remove(after + 1, Number.POSITIVE_INFINITY)
    else if (notice === 'damaged' && isSeq(from) && isSeq(to)) {
      this.damaged.addRange(from, to)
      const place = {
        file: typeof file === 'string' ? file : null,
        offset: typeof offset === 'number' ? offset : null,
      }
      this.#places.push({ from, to, ...place })
    }
  }

  #remove(from: number, to: number): void {
    this.incomplete.removeRange(from, to)
    this.damaged.removeRange(from, to)
    // what is noted again has a place of its own
    this.#places = this.#places
      .filter((place) => place.from < from || place.to > to)
      .map((place) => (to >= place.to && from <= place.to ? { ...place, to: from - 1 } : place))
  }

  #endOf(seq: number, most: number): number {
    for (const [from, to] of this.damaged) if (seq >= from && seq <= to) return Math.min(to, most)
    return seq
  }
}

/** Reads the notices. Begin at or before the first event that is noted. */
export async function findNoted(readings: AsyncIterable<Reading>): Promise<NotedEvents> {
  const noted = new NotedEvents()
  for await (const reading of readings) {
    if (reading.kind === 'damage') continue
    for (const item of reading.items) if (item.kind === 'N') noted.note(item.notice, item.json)
  }
  return noted
}

function isSeq(value: unknown): value is number {
  return typeof value === 'number'
}
