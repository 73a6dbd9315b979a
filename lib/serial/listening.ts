// Looks at what a port says for a while, before anything is deployed: nothing of it is logged.
import { inBackground } from '../kit/background.ts'
import type { Clock } from '../kit/clock.ts'
import { LinePort } from './line-port.ts'
import type { PortSetup } from './port-interface.ts'
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
}

export class Listening {
  readonly #port: LinePort
  readonly #unsubscribe: () => void
  readonly #stopTimer: () => void
  #message = ''
  #isOver = false

  /** Opens the port, and closes it after a minute at the latest. */
  constructor(setup: Omit<PortSetup, 'key' | 'report'>, clock: Clock) {
    this.#port = new LinePort(clock)
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
    const port = this.#port
    const status = statusOf(port)
    return { isOver: this.#isOver, status, message: this.#message, lines: port.live.after(after) }
  }

  async close(): Promise<void> {
    this.#isOver = true
    this.#stopTimer()
    this.#unsubscribe()
    await this.#port.detach(true)
  }
}
