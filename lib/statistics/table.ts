// Running statistics of each field of each type of event.
import { RunningStatistics, type StoredStatistics, type Summary } from './running.ts'

/** Plain JSON: `[type, field, statistics]`. */
export type StoredTable = Array<[type: string, field: string, statistics: StoredStatistics]>

/** type, then field; numbers that were left out as there were too many series */
export interface TableSummary {
  types: Record<string, Record<string, Summary>>
  leftOut: number
}

/** a value beyond it, of either sign, is no measurement: its square would be near the end of what numbers can hold */
export const largestValue = 1e100

export class StatisticsTable {
  readonly #mostSeries: number
  readonly #types = new Map<string, Map<string, RunningStatistics>>()
  #series = 0
  #leftOut = 0

  /** @param mostSeries of a type and field; those that come first are kept */
  constructor(mostSeries: number) {
    this.#mostSeries = mostSeries
  }

  /** Takes the finite numbers up to 1e100 of one event's data; all else it passes over. */
  add(type: string, data: Readonly<Record<string, unknown>>): void {
    for (const field in data) {
      const value = data[field]
      if (typeof value === 'number' && Math.abs(value) <= largestValue) this.#of(type, field)?.add(value)
    }
  }

  /** Adds what was stored. */
  merge(stored: StoredTable): void {
    for (const [type, field, statistics] of stored) this.#of(type, field)?.merge(statistics)
  }

  summary(): TableSummary {
    const types = [...this.#types].map(([type, fields]) => {
      const summaries = [...fields].flatMap(([field, statistics]) => {
        const summary = statistics.summary()
        return summary ? [[field, summary] as const] : []
      })
      return [type, Object.fromEntries(summaries)] as const
    })
    return { types: Object.fromEntries(types), leftOut: this.#leftOut }
  }

  save(): StoredTable {
    return [...this.#types].flatMap(([type, fields]) =>
      [...fields].map(([field, statistics]): StoredTable[number] => [type, field, statistics.save()]),
    )
  }

  #of(type: string, field: string): RunningStatistics | undefined {
    const fields = this.#types.get(type) ?? new Map<string, RunningStatistics>()
    const known = fields.get(field)
    if (known) return known
    if (this.#series >= this.#mostSeries) {
      this.#leftOut++
      return undefined
    }
    this.#series++
    const statistics = new RunningStatistics()
    fields.set(field, statistics)
    this.#types.set(type, fields)
    return statistics
  }
}
