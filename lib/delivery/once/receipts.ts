// Tells who sent messages to a log node when they are durable. A message carries a receipt of plain data, which outlives
// being copied by Node-RED and by other nodes on the way.
import type { Once } from '../../journal/format/notices.ts'

/** What a message carries whose sender waits until it is durable: `msg.receipt`. */
export interface Receipt {
  /** the sender's name for all that it waits for at once */
  request: string
  /** which of the request's messages it is, 0 the first */
  part: number
  /** by what a repeat of the event is known */
  once?: Once
}

/** What a sender waits for. */
export interface Awaited {
  /** Resolves when every message is durable; rejects with why one of them never will be. */
  readonly durable: Promise<void>
  /** Resolves when nothing is on its way to the disk any more. */
  readonly settled: Promise<void>
  /** Messages that have not reached the journal are not waited for any longer. */
  giveUp(): void
}

class Request implements Awaited {
  readonly #durable = Promise.withResolvers<void>()
  readonly #settled = Promise.withResolvers<void>()
  readonly #count: number
  readonly #forget: () => void
  readonly #arrived = new Set<number>()
  readonly #stored = new Set<number>()
  #onTheirWay = 0
  #isGivenUp = false

  constructor(count: number, forget: () => void) {
    this.#count = count
    this.#forget = forget
    // a sender may have stopped waiting by then
    this.#durable.promise.catch(() => {})
  }

  get durable(): Promise<void> {
    return this.#durable.promise
  }

  get settled(): Promise<void> {
    return this.#settled.promise
  }

  giveUp(): void {
    this.#isGivenUp = true
    this.#look()
  }

  taken(part: number): void {
    this.#arrived.add(part)
    this.#onTheirWay++
  }

  ended(part: number, error: Error | undefined): void {
    this.#onTheirWay--
    if (error) this.#durable.reject(error)
    else this.#stored.add(part)
    this.#look()
  }

  #look(): void {
    if (this.#stored.size === this.#count) this.#durable.resolve()
    const isComplete = this.#isGivenUp || this.#arrived.size === this.#count
    if (this.#onTheirWay > 0 || !isComplete) return
    this.#settled.resolve()
    this.#forget()
  }
}

/** Those of one journal. */
export class Receipts {
  readonly #requests = new Map<string, Request>()

  /** From now on messages with receipts of this request are waited for: `count` of them. */
  expect(name: string, count: number): Awaited {
    const request = new Request(count, () => this.#requests.delete(name))
    this.#requests.set(name, request)
    return request
  }

  /** A message has reached the journal. */
  taken({ request, part }: Receipt): void {
    this.#requests.get(request)?.taken(part)
  }

  /** It is durable, or never will be. */
  ended({ request, part }: Receipt, error?: Error): void {
    this.#requests.get(request)?.ended(part, error)
  }
}

/** The receipt that a message carries; undefined where it has none. */
export function receiptOf({ receipt }: { receipt?: unknown }): Receipt | undefined {
  if (typeof receipt !== 'object' || receipt === null) return undefined
  const { request, part } = receipt as Partial<Receipt>
  return typeof request === 'string' && Number.isInteger(part) ? (receipt as Receipt) : undefined
}
