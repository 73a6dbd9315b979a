// Brings the events of a sender into the order of its clock: what comes by two transports may overtake. Each event waits
// for a while for those that happened before it.
import { Fifo } from '../kit/fifo.ts'
import type { TimeEvent } from './time-event.ts'

/** events that wait; the oldest go on beyond it */
const mostWaiting = 100_000
/** so many gaps at the front of a sender's list are tolerated before it is cut */
const tolerated = 1_024

/** Plain JSON. */
export interface Waiting {
  event: TimeEvent
  /** by the listening clock: when it came, ms */
  heard: number
}

interface Held extends Waiting {
  isReleased: boolean
}

/** Those of one sender, by its clock; from the place `from` on they still wait. */
interface SenderList {
  events: Held[]
  from: number
}

export class Reordering {
  #hold: number
  readonly #next: (event: TimeEvent) => void
  /** in the order of arrival */
  readonly #arrived = new Fifo<Held>()
  readonly #senders = new Map<string, SenderList>()
  #count = 0

  /** @param hold ms; @param next told of each event in turn */
  constructor(hold: number, next: (event: TimeEvent) => void) {
    this.#hold = hold
    this.#next = next
  }

  /** How many wait. */
  get count(): number {
    return this.#count
  }

  use(hold: number): void {
    this.#hold = hold
  }

  add(event: TimeEvent, now: number): void {
    this.#insert({ event, heard: now, isReleased: false })
    this.release(now)
  }

  /** Lets those go on that have waited long enough, and with each of them those of its sender that happened before it. */
  release(now: number): void {
    for (let first = this.#arrived.first; first; first = this.#arrived.first) {
      const isDue = first.isReleased || now - first.heard >= this.#hold || this.#count > mostWaiting
      if (!isDue) return
      this.#arrived.shift()
      if (!first.isReleased) this.#releaseUpTo(first)
    }
  }

  save(now: number): Waiting[] {
    const waiting = [...this.#senders.values()].flatMap(({ events, from }) => events.slice(from))
    waiting.sort((a, b) => a.heard - b.heard)
    return waiting.map(({ event, heard }) => ({ event, heard: heard - now }))
  }

  load(waiting: readonly Waiting[], now: number): void {
    for (const { event, heard } of waiting) this.#insert({ event, heard: heard + now, isReleased: false })
  }

  #insert(waiting: Held): void {
    this.#arrived.push(waiting)
    this.#count++
    const { sender } = waiting.event
    const list = this.#senders.get(sender) ?? { events: [], from: 0 }
    this.#senders.set(sender, list)
    let place = list.events.length
    while (place > list.from && isBefore(waiting.event, list.events[place - 1]!.event)) place--
    list.events.splice(place, 0, waiting)
  }

  #releaseUpTo(last: Held): void {
    const { sender } = last.event
    const list = this.#senders.get(sender)
    while (list && !last.isReleased) {
      const waiting = list.events[list.from++] as Held
      waiting.isReleased = true
      this.#count--
      this.#next(waiting.event)
    }
    if (!list) return
    if (list.from === list.events.length) this.#senders.delete(sender)
    else if (list.from >= tolerated)
      this.#senders.set(sender, { events: list.events.slice(list.from), from: 0 })
  }
}

/** By the sender's clock; at the same moment in the order in which they were logged. */
function isBefore(a: TimeEvent, b: TimeEvent): boolean {
  return a.msec < b.msec || (a.msec === b.msec && a.seq < b.seq)
}
