// The server of a gateway, with those who take its events. It outlives a deploy: meanwhile its sockets stay open, and what comes waits.
import { inBackground } from '../kit/background.ts'
import type { EventEntry } from './entry.ts'
import {
  EventServer,
  type Reject,
  type ServerListener,
  type ServerParts,
  type TransportState,
} from './server.ts'
import type { ServerSettings } from './settings.ts'
import type { TimeEvent } from './wire/time-event.ts'

/** Who takes the events of a hub. */
export interface Subscriber {
  event(entry: EventEntry): void
  rejected(reject: Reject): void
  /** There is something new in `transports`. */
  changed(): void
  /** False while it can take no more. */
  canTake(): boolean
  /** Resolves when it can. */
  whenReady(): Promise<void>
}

/** Who is told what happens to all of them. */
export interface HubListener {
  logged(event: TimeEvent): void
  warn(text: string): void
}

export class EventHub implements ServerListener {
  readonly #parts: ServerParts
  readonly #subscribers = new Set<Subscriber>()
  #listener: HubListener | undefined
  #server: EventServer | undefined
  /** of the settings of the server that runs */
  #key: string | undefined
  /** one server is closed before another opens the same names */
  #work: Promise<void> = Promise.resolve()
  #isHeld = true
  #isWaiting = false

  constructor(parts: ServerParts) {
    this.#parts = parts
  }

  /** Whether a node of the flows has it. */
  get isAttached(): boolean {
    return this.#listener !== undefined
  }

  get transports(): ReadonlyMap<string, TransportState> {
    return this.#server?.transports ?? new Map()
  }

  /** A node has it from now on. Where the settings are the same, what is open stays open. */
  attach(settings: ServerSettings, listener: HubListener): void {
    this.#listener = listener
    const key = JSON.stringify({ ...settings, known: [...settings.known] })
    if (key === this.#key) return
    this.#key = key
    const old = this.#server
    const server = new EventServer(settings, this, this.#parts)
    this.#server = server
    const opened = this.#next(async () => {
      try {
        await old?.close()
      } finally {
        await server.open()
      }
    })
    inBackground(opened, (error) => this.warn(error.message))
    this.#update()
  }

  /** No node has it any more; another one may come in the same deploy. */
  detach(): void {
    this.#listener = undefined
  }

  async close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    this.#key = undefined
    await this.#next(async () => server?.close())
  }

  subscribe(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber)
    this.#update()
    return () => {
      this.#subscribers.delete(subscriber)
      this.#update()
    }
  }

  /** The flows stop: nothing is taken until `release`. */
  hold(): void {
    this.#isHeld = true
    this.#update()
  }

  release(): void {
    this.#isHeld = false
    this.#update()
  }

  event(entry: EventEntry, event: TimeEvent): void {
    this.#listener?.logged(event)
    let isFirst = true
    for (const subscriber of this.#subscribers) {
      // each has one of its own, which its flow may change
      subscriber.event(isFirst ? entry : structuredClone(entry))
      isFirst = false
    }
    for (const subscriber of this.#subscribers) {
      if (!subscriber.canTake() && !this.#isWaiting) inBackground(this.#wait())
    }
  }

  rejected(reject: Reject): void {
    for (const subscriber of this.#subscribers) subscriber.rejected(reject)
  }

  warn(text: string): void {
    this.#listener?.warn(text)
  }

  changed(): void {
    for (const subscriber of this.#subscribers) subscriber.changed()
  }

  /** What fails does not keep the rest from its turn. */
  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work)
    this.#work = done.catch(() => {})
    return done
  }

  async #wait(): Promise<void> {
    this.#isWaiting = true
    this.#update()
    await Promise.all([...this.#subscribers].map((subscriber) => subscriber.whenReady()))
    this.#isWaiting = false
    this.#update()
  }

  /** With nobody to take them, events wait too. */
  #update(): void {
    if (this.#isHeld || this.#isWaiting || this.#subscribers.size === 0) this.#server?.hold()
    else this.#server?.release()
  }
}
