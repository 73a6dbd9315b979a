// The local log of a server: each event as a line, or what came in so many seconds as a printed report.
import type { Clock } from '../kit/clock.ts'
import { Fifo } from '../kit/fifo.ts'
import { logLine } from './wire/log-line.ts'
import { machineMonotonic } from './wire/monotonic.ts'
import { printedReport } from './wire/printed-report.ts'
import type { Identity } from './wire/report.ts'
import type { TimeEvent } from './wire/time-event.ts'

export interface LocalLogSettings {
  form: 'lines' | 'reports'
  /** of reports, ms */
  interval: number
  identity: Partial<Identity>
}

export interface LocalLogParts {
  /** receives a line, or a report of several lines */
  write(text: string): void
  clock: Clock
  /** the clock by which senders of this machine time their events */
  monotonic?: () => number
}

/** Events in a report, at most: the newest. */
const mostEvents = 512

export class LocalLog {
  readonly #settings: LocalLogSettings
  readonly #parts: LocalLogParts
  readonly #events = new Fifo<TimeEvent>()
  #leftOut = 0
  #reports = 0
  #stopTimer: (() => void) | undefined

  constructor(settings: LocalLogSettings, parts: LocalLogParts) {
    this.#settings = settings
    this.#parts = parts
  }

  take(event: TimeEvent): void {
    if (this.#settings.form === 'lines') {
      this.#parts.write(logLine(event))
      return
    }
    if (this.#events.length >= mostEvents) {
      this.#events.shift()
      this.#leftOut++
    }
    this.#events.push(event)
    this.#stopTimer ??= this.#parts.clock.after(this.#settings.interval, () => this.#report())
  }

  /** Writes what has no report yet. */
  close(): void {
    this.#stopTimer?.()
    if (this.#events.length > 0) this.#report()
  }

  #report(): void {
    this.#stopTimer = undefined
    const { clock, monotonic = machineMonotonic, write } = this.#parts
    const text = printedReport({
      identity: this.#settings.identity,
      seqNo: ++this.#reports,
      realTime: clock.wall(),
      monoTime: monotonic(),
      events: this.#events.takeAll(),
    })
    const leftOut = this.#leftOut.toLocaleString('en')
    write(this.#leftOut === 0 ? text : `${text}\n (${leftOut} older events are left out)`)
    this.#leftOut = 0
  }
}
