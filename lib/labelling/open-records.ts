// The messages of lines that have begun a record, until it has ended.
import type { Clock } from '../kit/clock.ts'
import type { PlacedReading } from './history.ts'

/** ms between two looks at what is overdue */
const lookInterval = 1_000

interface OpenRecord<Held> {
  first: PlacedReading
  /** more than one where the line was sent again meanwhile */
  held: Held[]
  /** monotonic, ms */
  due: number
  isTold: boolean
}

export class OpenRecords<Held extends { reading: PlacedReading }> {
  readonly #clock: Clock
  readonly #overdue: (first: PlacedReading) => void
  readonly #records = new Map<string, OpenRecord<Held>>()
  #stopTimer: (() => void) | undefined

  /** @param overdue is told of a record that has not ended in time, once */
  constructor(clock: Clock, overdue: (first: PlacedReading) => void) {
    this.#clock = clock
    this.#overdue = overdue
  }

  /** @param limit ms after which it is overdue */
  add(held: Held, limit: number): void {
    const { reading } = held
    const known = this.#records.get(reading.id)
    if (known) known.held.push(held)
    else {
      const due = this.#clock.monotonic() + limit
      this.#records.set(reading.id, { first: reading, held: [held], due, isTold: false })
    }
    this.#watch()
  }

  has(id: string): boolean {
    return this.#records.has(id)
  }

  /** What was held for a record; it is not open any more. */
  remove(id: string): readonly Held[] {
    const record = this.#records.get(id)
    this.#records.delete(id)
    return record?.held ?? []
  }

  clear(): void {
    this.#records.clear()
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }

  #watch(): void {
    this.#stopTimer ??= this.#clock.after(lookInterval, () => {
      this.#stopTimer = undefined
      const now = this.#clock.monotonic()
      for (const record of [...this.#records.values()]) {
        if (record.isTold || record.due > now) continue
        record.isTold = true
        this.#overdue(record.first)
      }
      if (this.#records.size > 0) this.#watch()
    })
  }
}
