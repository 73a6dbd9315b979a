import type { Clock } from '../../kit/clock.ts'
import type { Groups, HeardLine } from './answer.ts'
import type { Order } from './order.ts'
import type { SendError } from './send-error.ts'

/** Whoever asks for something to be sent. Its orders end with it. */
export type Sender = object

export interface Answered {
  line: HeardLine
  groups: Groups
}

/** Where the end of an order is told. */
export interface OrderListener {
  /** the system has taken the bytes, or the answer came */
  done(answered: Answered | undefined): void
  failed(error: SendError): void
}

/** An order that has not ended; it ends once. */
export class PendingOrder {
  readonly order: Order
  readonly sender: Sender | undefined
  readonly #listener: OrderListener
  #hasEnded = false
  #stopLimit: (() => void) | undefined

  constructor(order: Order, sender: Sender | undefined, listener: OrderListener) {
    this.order = order
    this.sender = sender
    this.#listener = listener
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Calls back after `ms`, unless it has a limit already, or loses it before. */
  limit(ms: number, clock: Clock, expired: () => void): void {
    this.#stopLimit ??= clock.after(ms, expired)
  }

  unlimit(): void {
    this.#stopLimit?.()
    this.#stopLimit = undefined
  }

  done(answered?: Answered): void {
    if (this.#end()) this.#listener.done(answered)
  }

  fail(error: SendError): void {
    if (this.#end()) this.#listener.failed(error)
  }

  /** False where it had ended before. */
  #end(): boolean {
    const isFirst = !this.#hasEnded
    this.#hasEnded = true
    this.unlimit()
    return isFirst
  }
}
