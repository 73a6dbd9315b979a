// One timer for several deadlines that are set and called off again with each batch, hundreds of times a second: the
// clock's timer is left as it is, and when it fires it is looked what is due by then. To start and stop a timer for each
// batch took a tenth of the batch's time.
import type { Clock } from '../../kit/clock.ts'

/** A moment at which something is to be done, unless it is called off before. */
export class Deadline {
  readonly callback: () => void
  /** monotonic, ms; infinite: not set */
  due = Number.POSITIVE_INFINITY
  readonly #changed: (deadline: Deadline) => void
  readonly #clock: Clock

  constructor(clock: Clock, callback: () => void, changed: (deadline: Deadline) => void) {
    this.#clock = clock
    this.callback = callback
    this.#changed = changed
  }

  get isSet(): boolean {
    return this.due !== Number.POSITIVE_INFINITY
  }

  /** Calls back once, so many ms from now. */
  set(ms: number): void {
    this.due = this.#clock.monotonic() + ms
    this.#changed(this)
  }

  callOff(): void {
    this.due = Number.POSITIVE_INFINITY
  }
}

export class Deadlines {
  readonly #clock: Clock
  readonly #all: Deadline[] = []
  /** when the clock's timer fires: never later than the first deadline */
  #fires = Number.POSITIVE_INFINITY
  #stopTimer: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Another deadline, which is not set yet. */
  add(callback: () => void): Deadline {
    const deadline = new Deadline(this.#clock, callback, ({ due }) => {
      if (due < this.#fires) this.#arm(due)
    })
    this.#all.push(deadline)
    return deadline
  }

  /** Calls all of them off, and leaves no timer that would keep the process alive. */
  end(): void {
    for (const deadline of this.#all) deadline.callOff()
    this.#disarm()
  }

  #arm(due: number): void {
    this.#disarm()
    this.#fires = due
    this.#stopTimer = this.#clock.after(Math.max(0, due - this.#clock.monotonic()), () => this.#fire())
  }

  #disarm(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#fires = Number.POSITIVE_INFINITY
  }

  #fire(): void {
    this.#disarm()
    const now = this.#clock.monotonic()
    const due = this.#all.filter((deadline) => deadline.due <= now)
    for (const deadline of due) {
      deadline.callOff()
      deadline.callback()
    }
    const next = Math.min(...this.#all.map((deadline) => deadline.due))
    if (next < this.#fires) this.#arm(next)
  }
}
