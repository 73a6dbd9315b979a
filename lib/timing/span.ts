// A span: what came of a step that begins one, or of a step that ends one which nobody has seen begin.
import type { FieldlogEvent } from '../event.ts'
import type { TimeEvent } from './time-event.ts'

/**
 * - `done`: its end came
 * - `restarted`: it began again before its end
 * - `timeout`: no end came within the limit
 * - `died`: its sender goes on as another process
 * - `orphan`: an end without a beginning
 * - `late`: an end after the limit
 */
export type Outcome = 'done' | 'restarted' | 'timeout' | 'died' | 'orphan' | 'late'

/** A step within a span. */
export interface SpanStep {
  step: string
  /** ms after the beginning */
  at: number
  msg?: string
}

export interface Span {
  /** id of the event that the span is named after: the beginning; of an orphan and a late one the end */
  id: string
  origin: string
  category: string
  sender: string
  pid: string
  subject: string
  outcome: Outcome
  /** ms; undefined of an orphan */
  duration: number | undefined
  /** when it began, ms since 1970 UTC; of an orphan when it ended */
  start: number
  steps: SpanStep[]
  /** steps beyond the most that are kept */
  moreSteps: number
  /** id of the beginning of the innermost span of the same sender that was open then */
  parent: string | undefined
}

/** `event.data` of a span. */
export interface SpanData {
  cat: string
  source: string
  pid?: string
  subject?: string
  outcome: Outcome
  duration: number | null
  start: number
  steps: SpanStep[]
  moreSteps?: number
  parent?: string
}

export const spanType = 'span'

/** The event that a span goes on as. It is derived and never logged: working it out again gives the same id. */
export type SpanEvent = Omit<FieldlogEvent, 'data'> & { data: SpanData }

/** What becomes of a message. */
export interface Reply {
  /** a span that ended with it */
  span(event: SpanEvent): void
  /** called once */
  done(error?: Error): void
}

/** @param seq of the last event that was known then: spans come in this order; @param received ms since 1970 UTC */
export function spanEvent(span: Span, seq: number, received: number, replayed: boolean): SpanEvent {
  const { category, sender, subject, duration, start } = span
  const key = [category, subject].filter((part) => part !== '').join('.')
  return {
    id: spanId(span.id),
    seq,
    received,
    time: Math.round(start + (duration ?? 0)),
    source: span.origin,
    raw: '',
    replayed,
    type: spanType,
    eventId: spanType,
    key,
    device: sender || span.origin,
    data: dataOf(span),
  }
}

function spanId(id: string): string {
  return `${id}-span`
}

/** What is the same of a span and of the event that it is named after. */
export function placeOf(
  event: TimeEvent,
): Pick<Span, 'id' | 'origin' | 'category' | 'sender' | 'pid' | 'subject'> {
  const { id, origin, category, sender, pid, subject } = event
  return { id, origin, category, sender, pid, subject }
}

function dataOf(span: Span): SpanData {
  const { category, sender, pid, subject, outcome, duration, start, steps, moreSteps, parent } = span
  return {
    cat: category,
    source: sender,
    ...(pid !== '' && { pid }),
    ...(subject !== '' && { subject }),
    outcome,
    duration: duration ?? null,
    start,
    steps,
    ...(moreSteps > 0 && { moreSteps }),
    ...(parent !== undefined && { parent: spanId(parent) }),
  }
}
