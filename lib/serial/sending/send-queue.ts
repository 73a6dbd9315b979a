// What a port is asked to send, one order after the other.
//
// What holds:
// - Each order ends exactly once: it was taken by the system, was answered, or failed with a SendError.
// - One is in flight at most, from the moment when its bytes are given to the system until it has ended and the
//   system has let go of its bytes. All others wait in the order in which they came, behind the startup lines.
// - An order of which a byte may have gone out is never sent again.
import type { Clock } from '../../kit/clock.ts'
import type { HeardLine } from './answer.ts'
import { harmIn } from './commands.ts'
import { Flight } from './flight.ts'
import { defaultTimeout, type Order } from './order.ts'
import { type Answered, PendingOrder, type Sender } from './pending.ts'
import { SendError, type SendErrorCode } from './send-error.ts'
import { defaultSendSettings, type SendSettings, startLinesOf } from './settings.ts'

/** Orders that wait at most. */
export const mostWaiting = 100
/** ms that an order waits for a connection */
export const connectionLimit = 30_000
/** ms for the first line after a connection, behind which the startup lines are sent */
const bannerLimit = 2_000
/** ms between two looks whether a replay has ended for which the startup lines wait */
const busyLook = 1_000

/** What the queue needs of its port. */
export interface SendPort {
  /**
   * Gives bytes to the device, and resolves when the system has taken them. Rejects with the code PORT_NOT_OPEN where
   * not one of them was given.
   */
  write(data: Buffer): Promise<void>
  /** Why nothing may be sent for now, in words: a replay of the collector runs. */
  busy(): string | undefined
  /** What is added to a text that is sent. */
  lineEnd(settings: SendSettings, isJeelink: boolean): string
  /** Whether the device is known to be one, so that its harmful commands are refused. */
  isJeelink(settings: SendSettings): boolean
  /** A startup line failed. */
  failed(error: SendError): void
}

export class SendQueue {
  readonly #clock: Clock
  readonly #port: SendPort
  #settings = defaultSendSettings
  /** the device's address, for messages */
  #where = 'the port'
  #startup: PendingOrder[] = []
  #waiting: PendingOrder[] = []
  #flight: Flight | undefined
  #isOpen = false
  /** the startup lines wait for the first line that comes */
  #awaitsBanner = false
  /** of what the startup lines wait for */
  #stopTimer: () => void = () => undefined
  #closedBy: string | undefined

  constructor(clock: Clock, port: SendPort) {
    this.#clock = clock
    this.#port = port
  }

  /** Orders that wait, without startup lines and what is in flight. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** @param where the device's address, for messages */
  configure(settings: SendSettings, where: string): void {
    this.#settings = settings
    this.#where = where
  }

  /**
   * Resolves with the answer, or without one when the system has taken the bytes of an order that asks for none.
   * Rejects with a SendError.
   */
  send(order: Order, sender?: Sender): Promise<Answered | undefined> {
    return new Promise((done, failed) => {
      const problem = this.#refusal(order) ?? this.#noRoom()
      if (problem) {
        failed(problem)
        return
      }
      this.#waiting.push(new PendingOrder(order, sender, { done, failed }))
      this.#goOn()
    })
  }

  /** A sender has gone: all of its orders fail. Gives their number. */
  leave(sender: Sender): number {
    const error = this.#error('SEND_CLOSED', 'the node was removed or changed', 'send the message again')
    return this.#failAll(error, (pending) => pending.sender === sender)
  }

  /** The port is connected. */
  opened(): void {
    this.#isOpen = true
    this.#startup = startLinesOf(this.#settings).map((line) => this.#startupLine(line))
    if (this.#startup.length > 0) {
      this.#awaitsBanner = true
      this.#stopTimer = this.#clock.after(bannerLimit, () => this.#bannerCame())
    }
    this.#goOn()
  }

  /** The connection has ended. What was given to it has failed; what waits, waits for the next one. */
  lost(): void {
    this.#flight?.lost()
    this.#disconnected()
  }

  /** All that waits or is in flight fails. */
  drop(reason: string): void {
    this.#failAll(this.#closed(reason), () => true)
  }

  /** The port writes no more: all fails, and so does what is sent later. */
  close(reason: string): void {
    this.#closedBy = reason
    this.#startup = []
    this.drop(reason)
    this.lost()
  }

  /** A line came from the device. */
  heard(line: HeardLine): void {
    if (this.#awaitsBanner) this.#bannerCame()
    this.#flight?.heard(line)
  }

  #bannerCame(): void {
    this.#stopTimer()
    this.#awaitsBanner = false
    this.#goOn()
  }

  /** Sends what is next where that can be; else what waits for it has a limit. */
  #goOn(): void {
    const canSend = this.#isOpen && this.#flight?.isStuck !== true
    for (const pending of this.#waiting) {
      if (canSend) pending.unlimit()
      else pending.limit(connectionLimit, this.#clock, () => this.#expired(pending))
    }
    while (canSend && !this.#flight && !this.#awaitsBanner) {
      const pending = this.#nextStartupLine() ?? this.#waiting.shift()
      if (!pending) return
      const refusal = this.#refusal(pending.order)
      if (refusal) pending.fail(refusal)
      else this.#start(pending)
    }
  }

  /** A startup line waits for the end of a replay; what may abort the replay goes before it. */
  #nextStartupLine(): PendingOrder | undefined {
    if (this.#startup.length === 0) return undefined
    if (this.#port.busy() === undefined) return this.#startup.shift()
    this.#stopTimer()
    this.#stopTimer = this.#clock.after(busyLook, () => this.#goOn())
    return undefined
  }

  #start(pending: PendingOrder): void {
    const { data } = pending.order
    const bytes = typeof data === 'string' ? Buffer.from(data + this.#lineEnd) : data
    const makeError = this.#error.bind(this)
    this.#flight = new Flight(pending, this.#clock, makeError, {
      landed: () => {
        this.#flight = undefined
        this.#goOn()
      },
      stuck: () => this.#goOn(),
      notOpen: () => {
        // that the connection has ended was not told yet; startup lines are made anew for the next one
        if (!pending.hasEnded && pending.sender !== startup) this.#waiting.unshift(pending)
        this.#disconnected()
      },
    })
    this.#flight.start(bytes, (bytes) => this.#port.write(bytes))
  }

  #disconnected(): void {
    this.#flight = undefined
    this.#isOpen = false
    this.#stopTimer()
    this.#awaitsBanner = false
    this.#startup = []
    this.#goOn()
  }

  #expired(pending: PendingOrder): void {
    this.#waiting = this.#waiting.filter((each) => each !== pending)
    const seconds = connectionLimit / 1000
    const what = `it could not be sent for ${seconds} seconds, as there was no connection that takes bytes`
    pending.fail(this.#error('SEND_EXPIRED', what, 'see the status of the port'))
  }

  /** Gives the number of those that failed. */
  #failAll(error: SendError, isMeant: (pending: PendingOrder) => boolean): number {
    const flight = this.#flight && isMeant(this.#flight.pending) ? this.#flight : undefined
    const failing = this.#waiting.filter(isMeant)
    this.#waiting = this.#waiting.filter((pending) => !isMeant(pending))
    const count = failing.length + (flight?.pending.hasEnded === false ? 1 : 0)
    flight?.cancel(error)
    for (const pending of failing) pending.fail(error)
    return count
  }

  get #isJeelink(): boolean {
    return this.#port.isJeelink(this.#settings)
  }

  get #lineEnd(): string {
    return this.#port.lineEnd(this.#settings, this.#isJeelink)
  }

  #refusal(order: Order): SendError | undefined {
    if (this.#closedBy !== undefined) return this.#closed(this.#closedBy)
    const busy = order.abort ? undefined : this.#port.busy()
    if (busy !== undefined) {
      return this.#error(
        'SEND_REFUSED',
        busy,
        'send it again afterwards, or set msg.abort to true to end that',
      )
    }
    const harm = order.force || !this.#isJeelink ? undefined : harmIn(order.data)
    if (harm !== undefined) {
      return this.#error('SEND_REFUSED', harm, 'it is sent only where msg.force is true')
    }
    const hasEnd = typeof order.data === 'string' && this.#lineEnd !== ''
    if (order.data.length > 0 || hasEnd) return undefined
    return this.#error('SEND_INVALID', 'there is nothing to send', 'give a payload that is not empty')
  }

  #noRoom(): SendError | undefined {
    if (this.#waiting.length < mostWaiting) return undefined
    const what = `${mostWaiting} messages wait already to be sent`
    return this.#error(
      'SEND_FULL',
      what,
      'send fewer, or give those that are not answered a shorter msg.timeout',
    )
  }

  #startupLine(line: string): PendingOrder {
    const order: Order = { data: line, timeout: defaultTimeout, abort: false, force: false }
    return new PendingOrder(order, startup, {
      done: () => undefined,
      failed: ({ code, message }) =>
        this.#port.failed(new SendError(code, `startup line ${JSON.stringify(line)}: ${message}`)),
    })
  }

  #closed(reason: string): SendError {
    return this.#error('SEND_CLOSED', reason, 'nothing more is sent')
  }

  #error(code: SendErrorCode, what: string, todo: string, cause?: Error): SendError {
    return new SendError(code, `${this.#where}: ${what}; ${todo}`, cause && { cause })
  }
}

/** Who sends the startup lines. */
const startup: Sender = Object.freeze({})
