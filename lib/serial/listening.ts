// Looks at what a port says for a while, before anything is deployed: nothing of it is logged.
import { inBackground } from '../kit/background.ts'
import type { Clock } from '../kit/clock.ts'
import { LinePort } from './line-port.ts'
import type { Loan, PortSetup } from './port-interface.ts'
import { type Status, statusOf } from './status.ts'
import type { LiveLine } from './watch/live-lines.ts'

/** ms */
const listenFor = 60_000

export interface ListeningReport {
  isOver: boolean
  status: Status
  /** the last sentence that the port said; empty before */
  message: string
  lines: LiveLine[]
  /** what comes looks as if it had been sent at another speed */
  isNotText: boolean
  /** The lines are those of this running port, which logs them as ever. */
  running?: RunningPort
}

export interface RunningPort {
  /** as the log names it */
  source: string
  /** as `LineSource.speed` */
  speed?: string
}

export class Listening {
  readonly #port: LinePort
  readonly #loan: Loan | undefined
  readonly #unsubscribe: () => void
  readonly #stopTimer: () => void
  #message = ''
  #closing: Promise<void> | undefined

  /**
   * Opens the port, and closes it after a minute at the latest.
   * @param loan of the running port that has the device open; given back when this one is closed, whatever ended it
   */
  constructor(setup: Omit<PortSetup, 'key' | 'report'>, clock: Clock, loan?: Loan) {
    this.#port = new LinePort(clock)
    this.#loan = loan
    const report: PortSetup['report'] = (_level, text) => {
      this.#message = text
    }
    this.#port.attach({ ...setup, key: '', report })
    this.#unsubscribe = this.#port.subscribe({ line: () => undefined, changed: () => undefined })
    this.#port.release()
    this.#stopTimer = clock.after(listenFor, () => inBackground(this.close()))
  }

  /** @param after the number of the last line that is known */
  report(after: number): ListeningReport {
    const isOver = this.#closing !== undefined
    return { isOver, message: this.#message, ...facesOf(this.#port, after) }
  }

  /** Resolves when the device is free, and a running port was given it back. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#stopTimer()
    this.#unsubscribe()
    try {
      await this.#port.detach(true)
    } finally {
      this.#loan?.giveBack()
    }
  }
}

/** Looks at the lines of a port that is open already: nothing is opened, and nothing interrupted. */
export class Overhearing {
  readonly #port: LinePort
  readonly #running: RunningPort
  readonly #stopTimer: () => void
  #isOver = false

  constructor(port: LinePort, running: RunningPort, clock: Clock) {
    this.#port = port
    this.#running = running
    this.#stopTimer = clock.after(listenFor, () => {
      this.#isOver = true
    })
  }

  /** @param after the number of the last line that is known */
  report(after: number): ListeningReport {
    return { isOver: this.#isOver, message: '', running: this.#running, ...facesOf(this.#port, after) }
  }

  close(): void {
    this.#stopTimer()
  }
}

function facesOf(port: LinePort, after: number): Pick<ListeningReport, 'status' | 'lines' | 'isNotText'> {
  return { status: statusOf(port), lines: port.live.after(after), isNotText: port.isSpeedWrong }
}
