// What a port is asked to send, one order after the other.
//
// What holds:
// - Each order ends exactly once: it was taken by the system, was answered, or failed with a SendError.
// - One is in flight at most, from the moment when its bytes are given to the system until it has ended and the
//   system has let go of its bytes. All others wait in the order in which they came, behind the startup lines.
// - An order of which a byte may have gone out is never sent again.
import { inBackground } from '../../kit/background.ts'
import type { Clock } from '../../kit/clock.ts'
import { asError, errorCode } from '../../kit/errors.ts'
import type { Groups, HeardLine } from './answer.ts'
import { harmIn } from './commands.ts'
import { defaultTimeout, type Order } from './order.ts'
import { SendError, type SendErrorCode } from './send-error.ts'
import { defaultSendSettings, type SendSettings, startLinesOf } from './settings.ts'

/** Orders that wait at most. */
export const mostWaiting = 100
/** ms that an order waits for a connection */
export const connectionLimit = 30_000
/** ms for the first line after a connection, behind which the startup lines are sent */
export const bannerLimit = 2_000
/** ms between two looks whether a replay has ended for which the startup lines wait */
const busyLook = 1_000
/** ms: the system may say that it has taken the bytes so much later than the device answers */
const takenLag = 20
/** ms for the system to take bytes: a margin, and for each byte the time that it needs at 300 baud */
const takingLimit = { margin: 30_000, perByte: 40 }

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
  lineEnd(settings: SendSettings): string
  /** A startup line failed. */
  failed(error: SendError): void
}

/** Whoever asks for something to be sent. Its orders end with it. */
export type Sender = object

export interface Answered {
  line: HeardLine
  groups: Groups
}

interface Item {
  order: Order
  sender: Sender | undefined
  isStartup: boolean
  hasEnded: boolean
  /** ends the limit of its waiting, where there is one */
  stopLimit: (() => void) | undefined
  resolve(answered: Answered | undefined): void
  reject(error: SendError): void
}

interface Flight {
  item: Item
  isTaken: boolean
  stopTimer: () => void
  /** lines that came while the system took the bytes, with the moment of the monotonic clock */
  early: Array<{ line: HeardLine; at: number }>
}

export class SendQueue {
  readonly #clock: Clock
  readonly #port: SendPort
  #settings = defaultSendSettings
  /** the device's address, for messages */
  #where = 'the port'
  #startup: Item[] = []
  #waiting: Item[] = []
  #flight: Flight | undefined
  #isOpen = false
  /** the system has not taken the bytes in flight in time */
  #isStuck = false
  #awaitsBanner = false
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
    return new Promise((resolve, reject) => {
      const problem = this.#refusal(order) ?? this.#noRoom()
      if (problem) {
        reject(problem)
        return
      }
      const item = newItem(order, sender, resolve, reject)
      this.#waiting.push(item)
      if (!this.#canSend) this.#limitWait(item)
      this.#next()
    })
  }

  /** A sender has gone: all of its orders fail. Gives their number. */
  leave(sender: Sender): number {
    const error = this.#error('SEND_CLOSED', 'the node was removed or changed', 'send the message again')
    const flight = this.#flight?.item.sender === sender ? this.#flight : undefined
    const inFlight = flight && !flight.item.hasEnded ? 1 : 0
    const waiting = this.#waiting.filter((item) => item.sender === sender)
    for (const item of waiting) this.#fail(item, error)
    if (flight) this.#failInFlight(flight, error)
    return waiting.length + inFlight
  }

  /** The port is connected. */
  opened(): void {
    this.#isOpen = true
    this.#startup = startLinesOf(this.#settings).map((line) => this.#startupItem(line))
    if (this.#startup.length > 0) {
      this.#awaitsBanner = true
      this.#stopTimer = this.#clock.after(bannerLimit, () => this.#bannerCame())
    }
    this.#sendingChanged()
  }

  /** The connection has ended. What was given to it has failed; what waits, waits for the next one. */
  lost(): void {
    const flight = this.#flight
    if (flight) {
      const doing = flight.isTaken ? 'before the answer came' : 'while it was sent'
      const error = this.#error('SEND_BROKEN', `the connection was lost ${doing}`, 'send the message again')
      this.#fail(flight.item, error)
      this.#land(flight)
    }
    this.#disconnected()
  }

  /** The port writes no more: all that waits fails, and so does what is sent later. */
  close(reason: string): void {
    this.#closedBy = reason
    this.#startup = []
    this.drop(reason)
    this.lost()
  }

  /** All that waits or is in flight fails. */
  drop(reason: string): void {
    const error = this.#closed(reason)
    for (const item of [...this.#waiting]) this.#fail(item, error)
    if (this.#flight) this.#failInFlight(this.#flight, error)
  }

  /** A line came from the device. */
  heard(line: HeardLine): void {
    if (this.#awaitsBanner) this.#bannerCame()
    const flight = this.#flight
    if (!flight?.item.order.answer) return
    if (flight.isTaken) this.#compare(flight, line)
    else this.#keepEarly(flight, line)
  }

  get #canSend(): boolean {
    return this.#isOpen && !this.#isStuck
  }

  #bannerCame(): void {
    this.#stopTimer()
    this.#awaitsBanner = false
    this.#next()
  }

  /** Sends what is next, where nothing is in flight. */
  #next(): void {
    while (!this.#flight && this.#canSend && !this.#awaitsBanner) {
      const item = this.#nextStartup() ?? this.#waiting.shift()
      if (!item) return
      const refusal = this.#refusal(item.order)
      if (refusal) this.#fail(item, refusal)
      else inBackground(this.#fly(item))
    }
  }

  /** A startup line waits for the end of a replay; what may abort the replay goes before it. */
  #nextStartup(): Item | undefined {
    if (this.#startup.length === 0) return undefined
    if (this.#port.busy() === undefined) return this.#startup.shift()
    this.#stopTimer()
    this.#stopTimer = this.#clock.after(busyLook, () => this.#next())
    return undefined
  }

  async #fly(item: Item): Promise<void> {
    stopLimit(item)
    const { data } = item.order
    const bytes = typeof data === 'string' ? Buffer.from(data + this.#port.lineEnd(this.#settings)) : data
    const flight: Flight = { item, isTaken: false, stopTimer: () => undefined, early: [] }
    this.#flight = flight
    const limit = takingLimit.margin + bytes.length * takingLimit.perByte
    flight.stopTimer = this.#clock.after(limit, () => this.#stuck(flight))
    try {
      await this.#port.write(bytes)
    } catch (error) {
      if (this.#flight === flight) this.#notTaken(flight, asError(error))
      return
    }
    if (this.#flight === flight) this.#taken(flight)
  }

  #notTaken(flight: Flight, cause: Error): void {
    const { item } = flight
    this.#land(flight)
    if (errorCode(cause) === 'PORT_NOT_OPEN') {
      // the connection has ended, and this was not told yet; startup lines are made anew for the next one
      if (!item.hasEnded && !item.isStartup) this.#waiting.unshift(item)
      this.#disconnected()
      return
    }
    const what = `the system did not take the bytes (${cause.message})`
    this.#fail(
      item,
      this.#error('SEND_BROKEN', what, 'see the status of the port, and send the message again'),
    )
    this.#sendingChanged()
  }

  #taken(flight: Flight): void {
    flight.isTaken = true
    flight.stopTimer()
    const { item } = flight
    if (!item.order.answer || item.hasEnded) {
      this.#end(item)
      item.resolve(undefined)
      this.#land(flight)
      this.#sendingChanged()
      return
    }
    flight.stopTimer = this.#clock.after(item.order.timeout, () => this.#unanswered(flight))
    const since = this.#clock.monotonic() - takenLag
    for (const { line, at } of flight.early) if (at >= since) this.#compare(flight, line)
  }

  #keepEarly(flight: Flight, line: HeardLine): void {
    const at = this.#clock.monotonic()
    flight.early = flight.early.filter((earlier) => earlier.at >= at - takenLag)
    flight.early.push({ line, at })
  }

  #compare(flight: Flight, line: HeardLine): void {
    const { item } = flight
    const groups = item.hasEnded ? undefined : item.order.answer?.(line)
    if (!groups) return
    this.#end(item)
    item.resolve({ line, groups })
    this.#land(flight)
    this.#next()
  }

  #unanswered(flight: Flight): void {
    const ms = flight.item.order.timeout.toLocaleString('en')
    const hint = 'check msg.answer and the line end that the port sends, or give a longer msg.timeout'
    this.#fail(flight.item, this.#error('SEND_UNANSWERED', `no answer came within ${ms} ms`, hint))
    this.#land(flight)
    this.#next()
  }

  /** The bytes are with the system, so the next order must wait until it has let go of them. */
  #stuck(flight: Flight): void {
    this.#isStuck = true
    const hint = "check the port's flow control, or whether the device is switched on"
    this.#fail(flight.item, this.#error('SEND_BROKEN', 'the system does not take the bytes', hint))
    this.#sendingChanged()
  }

  /** It ends with an error; the next one has its turn when the system has let go of the bytes. */
  #failInFlight(flight: Flight, error: SendError): void {
    this.#fail(flight.item, error)
    if (!flight.isTaken) return
    this.#land(flight)
    this.#next()
  }

  #land(flight: Flight): void {
    flight.stopTimer()
    this.#flight = undefined
    this.#isStuck = false
  }

  /** Goes on, or limits how long the others wait. */
  #sendingChanged(): void {
    for (const item of this.#waiting) {
      if (this.#canSend) stopLimit(item)
      else this.#limitWait(item)
    }
    this.#next()
  }

  #disconnected(): void {
    this.#isOpen = false
    this.#stopTimer()
    this.#awaitsBanner = false
    this.#startup = []
    this.#sendingChanged()
  }

  #limitWait(item: Item): void {
    item.stopLimit ??= this.#clock.after(connectionLimit, () => {
      const seconds = connectionLimit / 1000
      const what = `it could not be sent for ${seconds} seconds, as there was no connection that takes bytes`
      this.#fail(item, this.#error('SEND_EXPIRED', what, 'see the status of the port'))
    })
  }

  #fail(item: Item, error: SendError): void {
    if (item.hasEnded) return
    this.#end(item)
    item.reject(error)
  }

  #end(item: Item): void {
    item.hasEnded = true
    stopLimit(item)
    const place = this.#waiting.indexOf(item)
    if (place >= 0) this.#waiting.splice(place, 1)
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
    const harm = order.force ? undefined : harmIn(order.data, this.#settings.collector)
    if (harm !== undefined) {
      return this.#error('SEND_REFUSED', harm, 'it is sent only where msg.force is true')
    }
    if (
      order.data.length === 0 &&
      (typeof order.data !== 'string' || this.#port.lineEnd(this.#settings) === '')
    ) {
      return this.#error('SEND_INVALID', 'there is nothing to send', 'give a payload that is not empty')
    }
    return undefined
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

  #startupItem(line: string): Item {
    const failed = ({ code, message }: SendError) =>
      this.#port.failed(new SendError(code, `startup line ${JSON.stringify(line)}: ${message}`))
    const order: Order = { data: line, timeout: defaultTimeout, abort: false, force: false }
    return { ...newItem(order, undefined, () => undefined, failed), isStartup: true }
  }

  #closed(reason: string): SendError {
    return this.#error('SEND_CLOSED', reason, 'nothing more is sent')
  }

  #error(code: SendErrorCode, what: string, todo: string): SendError {
    return new SendError(code, `${this.#where}: ${what}; ${todo}`)
  }
}

function newItem(
  order: Order,
  sender: Sender | undefined,
  resolve: Item['resolve'],
  reject: Item['reject'],
): Item {
  return { order, sender, isStartup: false, hasEnded: false, stopLimit: undefined, resolve, reject }
}

function stopLimit(item: Item): void {
  item.stopLimit?.()
  item.stopLimit = undefined
}
