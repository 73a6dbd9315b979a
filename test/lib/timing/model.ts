// What the pairing of spans has to be, said as simply as can be: a list of open spans that is searched, and no limits.
import type { Short } from './time-events.ts'

/** One thing that happens: an event, or time without one. */
export type Happening =
  | { kind: 'event'; key: number; pid: number; step: string; after: number }
  | { kind: 'quiet'; ms: number }
  | { kind: 'restart' }

export const limit = 1_000
export const grace = 500

interface OpenSpan extends Omit<Short, 'outcome' | 'duration'> {
  key: string
  pid: number
  begin: number
  heard: number
}

/** Of one sender; `now` is both its clock and the clock that listens. */
export class Model {
  readonly spans: Short[] = []
  #open: OpenSpan[] = []
  #givenUp: OpenSpan[] = []

  event(id: string, key: number, pid: number, step: string, now: number): void {
    this.#close('timeout', (span) => (now - span.begin > limit ? limit : undefined))
    this.#close('died', (span) => (span.pid === pid ? undefined : now - span.begin))
    const name = `${key} ${pid}`
    const isOurs = (span: OpenSpan) => span.key === name
    if (step === 'START') {
      this.#close('restarted', (span) => (isOurs(span) ? now - span.begin : undefined))
      this.#givenUp = this.#givenUp.filter((span) => !isOurs(span))
      this.#open.push({ id, key: name, pid, begin: now, heard: now })
    }
    if (step !== 'STOP') return
    if (this.#open.some(isOurs)) this.#close('done', (span) => (isOurs(span) ? now - span.begin : undefined))
    else if (this.#givenUp.some(isOurs)) {
      const early = this.#givenUp.find(isOurs) as OpenSpan
      this.#givenUp = this.#givenUp.filter((span) => span !== early)
      this.spans.push({ id, outcome: 'late', duration: now - early.begin })
    } else this.spans.push({ id, outcome: 'orphan', duration: undefined })
  }

  quiet(now: number): void {
    this.#close('timeout', ({ heard }) => (now - heard > limit + grace ? limit : undefined))
  }

  /** Ends the open spans for which the function gives a duration. */
  #close(outcome: string, durationOf: (span: OpenSpan) => number | undefined): void {
    this.#open = this.#open.filter((span) => {
      const duration = durationOf(span)
      if (duration === undefined) return true
      this.spans.push({ id: span.id, outcome, duration })
      if (outcome === 'timeout') this.#givenUp.push(span)
      return false
    })
  }
}
