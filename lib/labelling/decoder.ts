// Formats with what they remember: of earlier events, and of the records that are open.
import type { Formats, Settled } from '../formats/compile.ts'
import type { Outcome } from '../formats/format.ts'
import type { EventMemory } from '../formats/model/memory.ts'
import { seqOf } from '../journal/format/entry.ts'
import type { PlacedReading } from './history.ts'

export type SettledReading = Settled<PlacedReading>

export class Decoder {
  readonly memory: EventMemory
  /** of the entry that they were given last; infinite where nobody knows what came before the first */
  lastSeq: number
  /** entries between the last one and the next may be complete, and not be given */
  mayLack = true
  readonly #formats: Formats
  #newest: { seq: number; id: string } | undefined

  /** @param stored up to where the memory goes, and the id of the newest entry that it knows of */
  constructor(formats: Formats, memory: EventMemory, stored?: { seq: number; id?: string }) {
    this.#formats = formats
    this.memory = memory
    this.lastSeq = stored?.seq ?? Number.POSITIVE_INFINITY
    if (stored?.id !== undefined) this.#newest = { seq: seqOf(stored.id), id: stored.id }
  }

  /** The newest entry that they were given. */
  get newest(): { seq: number; id: string } | undefined {
    return this.#newest
  }

  /** What becomes of a reading by itself. */
  decode(reading: PlacedReading): Outcome {
    this.#given(reading)
    return this.#formats.decode(reading)
  }

  /** What is certain with this reading, the next one in order. */
  take(reading: PlacedReading): SettledReading[] {
    this.#given(reading)
    return this.#formats.take(reading)
  }

  /** Entries before the next one are missing. @param isForgotten the memory did not know of them, either */
  gap(isForgotten = true): SettledReading[] {
    if (isForgotten) this.memory.gap()
    return this.#formats.gap()
  }

  expire(first: PlacedReading): SettledReading | undefined {
    return this.#formats.expire(first)
  }

  limitOf(first: PlacedReading): number | undefined {
    return this.#formats.limitOf(first)
  }

  #given({ seq, id }: PlacedReading): void {
    this.lastSeq = seq
    if (seq > (this.#newest?.seq ?? 0)) this.#newest = { seq, id }
  }
}
