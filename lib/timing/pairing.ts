// Pairs the steps of time events into spans: a state machine without clock, disk or flow.
//
// - A key (category, sender, process id, subject) has at most one open span.
// - Durations come from the sender's monotonic clock alone. Where that has begun anew (the sender's machine was started
//   again) a span is known to have lasted until the last that was heard of it.
// - A beginning gives exactly one span, whatever comes: so its id can name the span.
// - Memory is bounded: open spans, steps of a span, and spans that were given up and may still end.
import { placeOf, type Span, type SpanStep } from './span.ts'
import { keyOf, type TimeEvent } from './time-event.ts'
import type { StepWords } from './words.ts'

/** open spans; the oldest are given up beyond it */
const mostOpen = 10_000
/** spans that were given up, whose end would be told as late; the oldest are forgotten beyond it */
const mostGivenUp = 10_000
/** steps that a span keeps; what comes beyond them is counted */
const mostSteps = 100

/** A span that has begun. Plain JSON. */
export interface OpenSpan extends Omit<Span, 'outcome' | 'duration'> {
  /** its beginning by the sender's clock, ms */
  msec: number
  /** ms after the beginning: the last that was heard of it */
  last: number
  /** by the listening clock: when its beginning came here, ms */
  heard: number
}

/** A span that was given up. Plain JSON. */
export type GivenUp = Pick<OpenSpan, 'msec' | 'start'>

/** Plain JSON; `heard` counts from the moment of saving. */
export interface StoredPairing {
  open: OpenSpan[]
  givenUp: Array<[key: string, span: GivenUp]>
}

/** The open spans of one sender. */
interface SenderSpans {
  readonly open: Map<string, OpenSpan>
  /** in the order in which they began; those that have ended meanwhile are cleared away now and then */
  stack: OpenSpan[]
  /** of the process that they are of; empty: not known */
  pid: string
  /** by the sender's clock: no limit is over before it, ms */
  deadline: number
}

export class Pairing {
  #words: StepWords
  readonly #ended: (span: Span) => void
  /** by key, in the order in which they began here */
  readonly #open = new Map<string, OpenSpan>()
  readonly #senders = new Map<string, SenderSpans>()
  readonly #givenUp = new Map<string, GivenUp>()

  /** @param ended told of each span when its outcome is known */
  constructor(words: StepWords, ended: (span: Span) => void) {
    this.#words = words
    this.#ended = ended
  }

  get open(): Iterable<OpenSpan> {
    return this.#open.values()
  }

  get openCount(): number {
    return this.#open.size
  }

  /** From now on these words and limits hold; spans that are open stay open. */
  use(words: StepWords): void {
    this.#words = words
    for (const spans of this.#senders.values()) spans.deadline = Number.NEGATIVE_INFINITY
  }

  /**
   * The next event of its sender, by the sender's clock.
   * @param now by the listening clock, ms
   */
  take(event: TimeEvent, now: number): void {
    this.#endOverdue(event)
    this.#endDead(event)
    const key = keyOf(event)
    switch (this.#words.roleOf(event.category, event.step)) {
      case 'begin':
        this.#begin(key, event, now)
        break
      case 'end':
        this.#end(key, event)
        break
      case 'step':
        this.#step(key, event)
        break
      case 'point':
    }
  }

  /**
   * Gives up the spans of senders that have been quiet.
   * @param now by the listening clock, ms
   * @param grace what an end may be late by, ms: it is logged first
   */
  giveUp(now: number, grace: number): void {
    for (const [key, span] of this.#open) {
      if (now - span.heard > this.#limitOf(span) + grace) this.#timeOut(key, span, this.#limitOf(span))
    }
  }

  save(now: number): StoredPairing {
    const open = [...this.#open.values()].map((span) => ({ ...span, heard: span.heard - now }))
    return { open, givenUp: [...this.#givenUp] }
  }

  /** Before the first event. The time between saving and now does not count: nobody listened. */
  load({ open, givenUp }: StoredPairing, now: number): void {
    for (const span of open) this.#add(keyOf(span), { ...span, heard: span.heard + now })
    for (const [key, span] of givenUp) this.#givenUp.set(key, span)
  }

  /** Its sender's clock says that a limit is over. */
  #endOverdue({ sender, msec }: TimeEvent): void {
    const spans = this.#senders.get(sender)
    if (!spans || msec <= spans.deadline) return
    let deadline = Number.POSITIVE_INFINITY
    for (const [key, span] of spans.open) {
      const limit = this.#limitOf(span)
      if (msec - span.msec > limit) this.#timeOut(key, span, limit)
      else deadline = Math.min(deadline, span.msec + limit)
    }
    spans.deadline = deadline
  }

  /** Another process of the same name: the one before has ended. */
  #endDead({ sender, pid, msec }: TimeEvent): void {
    const spans = this.#senders.get(sender)
    if (!spans || pid === '' || pid === spans.pid) return
    spans.pid = pid
    for (const [key, span] of spans.open) {
      if (span.pid !== '' && span.pid !== pid) this.#close(key, span, 'died', lasted(span, msec))
    }
  }

  #begin(key: string, event: TimeEvent, now: number): void {
    const before = this.#open.get(key)
    if (before) this.#close(key, before, 'restarted', lasted(before, event.msec))
    this.#givenUp.delete(key)
    const { msec, time } = event
    const begun = { start: time, steps: [], moreSteps: 0, parent: this.#innermost(event.sender), msec }
    this.#add(key, { ...placeOf(event), ...begun, last: 0, heard: now })
    if (this.#open.size <= mostOpen) return
    const [oldest] = this.#open
    if (oldest) this.#timeOut(...oldest, oldest[1].last)
  }

  #end(key: string, event: TimeEvent): void {
    const span = this.#open.get(key)
    if (span && event.msec >= span.msec) {
      this.#close(key, span, 'done', event.msec - span.msec)
      return
    }
    const alone = { ...placeOf(event), steps: [], moreSteps: 0, parent: undefined }
    const early = this.#givenUp.get(key)
    if (early && event.msec >= early.msec) {
      this.#givenUp.delete(key)
      this.#ended({ ...alone, outcome: 'late', duration: event.msec - early.msec, start: early.start })
    } else this.#ended({ ...alone, outcome: 'orphan', duration: undefined, start: event.time })
  }

  #step(key: string, { step, message, msec }: TimeEvent): void {
    const span = this.#open.get(key)
    if (!span || msec < span.msec) return
    span.last = lasted(span, msec)
    const entry: SpanStep = { step, at: msec - span.msec, ...(message !== '' && { msg: message }) }
    if (span.steps.length < mostSteps) span.steps.push(entry)
    else span.moreSteps++
  }

  #timeOut(key: string, span: OpenSpan, duration: number): void {
    this.#close(key, span, 'timeout', duration)
    this.#givenUp.delete(key)
    this.#givenUp.set(key, { msec: span.msec, start: span.start })
    if (this.#givenUp.size > mostGivenUp) this.#givenUp.delete(this.#givenUp.keys().next().value as string)
  }

  #close(key: string, open: OpenSpan, outcome: Span['outcome'], duration: number): void {
    this.#open.delete(key)
    const spans = this.#senders.get(open.sender)
    spans?.open.delete(key)
    if (spans?.open.size === 0) this.#senders.delete(open.sender)
    const { msec: _msec, last: _last, heard: _heard, ...span } = open
    this.#ended({ ...span, outcome, duration })
  }

  #add(key: string, span: OpenSpan): void {
    this.#open.set(key, span)
    const { sender, pid, msec } = span
    const spans = this.#senders.get(sender) ?? noSpans()
    this.#senders.set(sender, spans)
    spans.open.set(key, span)
    spans.stack.push(span)
    if (pid !== '') spans.pid = pid
    spans.deadline = Math.min(spans.deadline, msec + this.#limitOf(span))
    const mostInStack = 2 * spans.open.size + 16
    if (spans.stack.length > mostInStack) spans.stack = [...spans.open.values()]
  }

  /** Id of the beginning of the last span of the sender that is open. */
  #innermost(sender: string): string | undefined {
    const spans = this.#senders.get(sender)
    if (!spans) return undefined
    for (let last = spans.stack.at(-1); last; last = spans.stack.at(-1)) {
      if (spans.open.get(keyOf(last)) === last) return last.id
      spans.stack.pop()
    }
    return undefined
  }

  #limitOf({ category }: OpenSpan): number {
    return this.#words.limitOf(category)
  }
}

/** How long a span has lasted at a moment of its sender's clock, ms. */
function lasted({ msec, last }: OpenSpan, now: number): number {
  return Math.max(last, now - msec)
}

function noSpans(): SenderSpans {
  return { open: new Map(), stack: [], pid: '', deadline: Number.POSITIVE_INFINITY }
}
