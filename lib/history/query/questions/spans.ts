// How long spans of time events took, by category and subject.
import type { SlowSpan, SpansAnswer } from '../read/answers.ts'
import { mostRows } from '../read/limits.ts'
import { allSeries, fieldsOf, jsonOf, tableOf } from '../read/lookup.ts'
import { rangeOf } from '../read/parameters.ts'
import { type Store, tooLong } from '../read/store-file.ts'
import type { Asked } from './question.ts'

const spanType = 'span'
const mostSlow = 5
/** Those whose duration is that of the thing itself, as the timing node counts them. */
const measured: ReadonlySet<unknown> = new Set(['done', 'late'])

interface Group {
  cat: string
  subject: string | null
  spans: SlowSpan[]
}

export function spansOf(store: Store, { given, now }: Asked): SpansAnswer[] {
  const { from, to } = rangeOf(given, now, '-24h')
  const groups = new Map<string, Group>()
  let left = mostRows
  for (const series of allSeries(store).filter(({ type }) => type === spanType)) {
    const duration = fieldsOf(store, series.typeId).find(({ name }) => name === 'duration')?.column
    if (duration === undefined) continue
    const rows = store.all(
      `SELECT time, ${duration}, extra FROM ${tableOf(series)} WHERE series = ? AND time >= ? AND time < ? LIMIT ?`,
      ...[series.id, from, to, left + 1],
    )
    left -= rows.length
    if (left < 0) throw tooLong(`there are more than ${mostRows} spans in this range`)
    for (const [time, ms, extra] of rows) addSpan(groups, time as number, ms, extra)
  }
  return [...groups.values()].map(answerOf).sort((a, b) => b.count - a.count)
}

function addSpan(groups: Map<string, Group>, time: number, duration: unknown, extra: unknown): void {
  const texts = (jsonOf(extra) ?? {}) as Record<string, unknown>
  const outcome = textOrNull(texts.outcome)
  if (typeof duration !== 'number' || !measured.has(outcome)) return
  const [cat, subject] = [textOrNull(texts.cat) ?? '', textOrNull(texts.subject)]
  const id = JSON.stringify([cat, subject])
  const group = groups.get(id) ?? { cat, subject, spans: [] }
  groups.set(id, group)
  group.spans.push({ time, duration, source: textOrNull(texts.source), subject, outcome })
}

function answerOf({ cat, subject, spans }: Group): SpansAnswer {
  spans.sort((a, b) => a.duration - b.duration)
  const count = spans.length
  const at = (part: number) => spans[Math.ceil(part * count) - 1]?.duration ?? null
  const mean = spans.reduce((sum, { duration }) => sum + duration, 0) / count
  const slowest = spans.slice(-mostSlow).reverse()
  const quantiles = { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
  return {
    cat,
    subject,
    count,
    open: null,
    min: spans[0]?.duration ?? null,
    mean,
    ...quantiles,
    max: at(1),
    slowest,
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
