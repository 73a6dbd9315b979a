// How long the spans of each category have lasted, and what became of them.
import { RunningStatistics, type StoredStatistics } from '../statistics/running.ts'
import type { Outcome, Span } from './span.ts'

/** rows, at most: those that come first are kept */
const mostRows = 1_000

/** What is told of one category, or of one subject of it. Durations in ms; null where no span has ended. */
export interface StatisticsRow {
  cat: string
  /** absent where the statistics are not told apart by it, and of spans without one */
  subject?: string
  /** spans whose end came, late ones too: those that the durations are of */
  count: number
  /** spans that are open now */
  open: number
  min: number | null
  mean: number | null
  p50: number | null
  p95: number | null
  p99: number | null
  max: number | null
  /** how many ended in each way; ways that none has ended in are absent */
  outcomes: Partial<Record<Outcome, number>>
}

interface Row {
  durations: RunningStatistics
  count: number
  outcomes: Partial<Record<Outcome, number>>
}

/** Plain JSON. */
export type StoredRows = Array<
  [category: string, subject: string, outcomes: Row['outcomes'], durations: StoredStatistics | null]
>

type Placed = Pick<Span, 'category' | 'subject'>

export class SpanStatistics {
  /** by category, then by subject */
  readonly #rows = new Map<string, Map<string, Row>>()
  #count = 0
  #leftOut = 0

  /** Spans that had no room. */
  get leftOut(): number {
    return this.#leftOut
  }

  add(span: Span): void {
    const row = this.#of(span)
    if (!row) {
      this.#leftOut++
      return
    }
    const { outcome, duration } = span
    row.outcomes[outcome] = (row.outcomes[outcome] ?? 0) + 1
    if (duration === undefined || (outcome !== 'done' && outcome !== 'late')) return
    row.durations.add(duration)
    row.count++
  }

  /** @param open the spans that are open; @param bySubject false: a row for each category */
  rows(open: Iterable<Placed>, bySubject: boolean): StatisticsRow[] {
    const source = bySubject ? this : this.#byCategory()
    const opened = new Map<Row, number>()
    for (const { category, subject } of open) {
      const row = source.#of({ category, subject: bySubject ? subject : '' })
      if (row) opened.set(row, (opened.get(row) ?? 0) + 1)
    }
    return [...source.#rows].flatMap(([cat, rows]) =>
      [...rows].map(([subject, row]) => rowOf(cat, subject, row, opened.get(row) ?? 0)),
    )
  }

  save(): StoredRows {
    return [...this.#rows].flatMap(([category, rows]) =>
      [...rows].map(([subject, { durations, count, outcomes }]): StoredRows[number] => [
        ...([category, subject, outcomes] as const),
        count > 0 ? durations.save() : null,
      ]),
    )
  }

  load(stored: StoredRows): void {
    for (const [category, subject, outcomes, durations] of stored) {
      const row = this.#of({ category, subject })
      if (!row) continue
      for (const [outcome, count] of Object.entries(outcomes) as Array<[Outcome, number]>) {
        row.outcomes[outcome] = (row.outcomes[outcome] ?? 0) + count
      }
      if (!durations) continue
      row.durations.merge(durations)
      row.count += durations.count
    }
  }

  #byCategory(): SpanStatistics {
    const sums = new SpanStatistics()
    sums.load(this.save().map(([category, , ...rest]) => [category, '', ...rest]))
    return sums
  }

  #of({ category, subject }: Placed): Row | undefined {
    const rows = this.#rows.get(category) ?? new Map<string, Row>()
    const known = rows.get(subject)
    if (known || this.#count >= mostRows) return known
    this.#count++
    const made: Row = { durations: new RunningStatistics(), count: 0, outcomes: {} }
    this.#rows.set(category, rows.set(subject, made))
    return made
  }
}

function rowOf(
  cat: string,
  subject: string,
  { durations, count, outcomes }: Row,
  open: number,
): StatisticsRow {
  const {
    min = null,
    mean = null,
    p50 = null,
    p95 = null,
    p99 = null,
    max = null,
  } = durations.summary() ?? {}
  const place = { cat, ...(subject !== '' && { subject }) }
  return { ...place, count, open, min, mean, p50, p95, p99, max, outcomes }
}
