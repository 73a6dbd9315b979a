import { inBackground } from '../../kit/background.ts'
import type { Clock } from '../../kit/clock.ts'
import { asError, errorCode } from '../../kit/errors.ts'
import type { HeardLine } from './answer.ts'
import type { PendingOrder } from './pending.ts'
import type { SendError, SendErrorCode } from './send-error.ts'

/** ms: the system may say that it has taken the bytes so much later than the device answers */
const takenLag = 20
/** ms for the system to take bytes: a margin, and for each byte the time that it needs at 300 baud */
const takingLimit = { margin: 30_000, perByte: 40 }

/** Makes an error of the port from a code, what happened and what to do. */
export type MakeError = (code: SendErrorCode, what: string, todo: string, cause?: Error) => SendError

export interface FlightListener {
  /** The order has ended and the system has let go of its bytes: the next one may be sent. Nothing follows it. */
  landed(): void
  /** The order has failed, for the system does not take its bytes; the next one must wait until it lets go of them. */
  stuck(): void
  /** The connection had ended before: not a byte was given to it. Nothing follows it. */
  notOpen(): void
}

/** One order on its way: its bytes are given to the system, then its answer is waited for. */
export class Flight {
  readonly pending: PendingOrder
  readonly #clock: Clock
  readonly #error: MakeError
  readonly #listener: FlightListener
  #stage: 'taking' | 'stuck' | 'answering' | 'over' = 'taking'
  #stopTimer: () => void = () => undefined
  /** lines that came while the system took the bytes, with the moment of the monotonic clock */
  #early: Array<{ line: HeardLine; at: number }> = []

  constructor(pending: PendingOrder, clock: Clock, error: MakeError, listener: FlightListener) {
    this.pending = pending
    this.#clock = clock
    this.#error = error
    this.#listener = listener
  }

  get isStuck(): boolean {
    return this.#stage === 'stuck'
  }

  /** @param write see SendPort */
  start(bytes: Buffer, write: (bytes: Buffer) => Promise<void>): void {
    const limit = takingLimit.margin + bytes.length * takingLimit.perByte
    this.#stopTimer = this.#clock.after(limit, () => this.#isNotTaken())
    inBackground(this.#give(bytes, write))
  }

  /** A line came from the device. */
  heard(line: HeardLine): void {
    if (!this.pending.order.answer) return
    if (this.#stage === 'answering') this.#compare(line)
    else this.#keepEarly(line)
  }

  /** The order fails. The flight lands when the system has let go of the bytes, perhaps at once. */
  cancel(error: SendError): void {
    this.pending.fail(error)
    if (this.#stage === 'answering') this.#land()
  }

  /** The connection was lost: it is over, and nobody is told but who asked. */
  lost(): void {
    const when = this.#stage === 'answering' ? 'before the answer came' : 'while it was sent'
    this.#end()
    this.pending.fail(this.#error('SEND_BROKEN', `the connection was lost ${when}`, 'send the message again'))
  }

  async #give(bytes: Buffer, write: (bytes: Buffer) => Promise<void>): Promise<void> {
    try {
      await write(bytes)
    } catch (error) {
      if (this.#stage !== 'over') this.#refused(asError(error))
      return
    }
    if (this.#stage !== 'over') this.#taken()
  }

  #refused(cause: Error): void {
    if (errorCode(cause) === 'PORT_NOT_OPEN') {
      this.#end()
      this.#listener.notOpen()
      return
    }
    const what = `the system did not take the bytes (${cause.message})`
    const todo = 'see the status of the port, and send the message again'
    this.pending.fail(this.#error('SEND_BROKEN', what, todo, cause))
    this.#land()
  }

  #taken(): void {
    const { order, hasEnded } = this.pending
    if (!order.answer || hasEnded) {
      this.pending.done()
      this.#land()
      return
    }
    this.#stopTimer()
    this.#stage = 'answering'
    this.#stopTimer = this.#clock.after(order.timeout, () => this.#isNotAnswered(order.timeout))
    const since = this.#clock.monotonic() - takenLag
    for (const { line, at } of this.#early) if (at >= since) this.#compare(line)
  }

  #keepEarly(line: HeardLine): void {
    const at = this.#clock.monotonic()
    this.#early = this.#early.filter((earlier) => earlier.at >= at - takenLag)
    this.#early.push({ line, at })
  }

  #compare(line: HeardLine): void {
    const groups = this.pending.hasEnded ? undefined : this.pending.order.answer?.(line)
    if (!groups) return
    this.pending.done({ line, groups })
    this.#land()
  }

  #isNotAnswered(timeout: number): void {
    const what = `no answer came within ${timeout.toLocaleString('en')} ms`
    const todo = 'check msg.answer and the line end that the port sends, or give a longer msg.timeout'
    this.pending.fail(this.#error('SEND_UNANSWERED', what, todo))
    this.#land()
  }

  #isNotTaken(): void {
    this.#stage = 'stuck'
    const todo = "check the port's flow control, or whether the device is switched on"
    this.pending.fail(this.#error('SEND_BROKEN', 'the system does not take the bytes', todo))
    this.#listener.stuck()
  }

  #land(): void {
    this.#end()
    this.#listener.landed()
  }

  #end(): void {
    this.#stopTimer()
    this.#stage = 'over'
  }
}
