// How messages come into a journal: what becomes of each, and when a source should wait.
import type { NewEntry } from '../journal/format/batch.ts'
import type { DurableEntry } from '../journal/journal.ts'
import type { Held } from '../journal/write/buffer.ts'
import { inBackground } from '../kit/background.ts'
import type { Clock } from '../kit/clock.ts'
import { asError } from '../kit/errors.ts'
import { entryOf, type LoggableMessage } from './intake.ts'
import { type Receipt, Receipts, receiptOf } from './once/receipts.ts'
import type { CarryingTag } from './send/live-tail.ts'
import { PropertyStore } from './send/properties.ts'

/** Called once for each logged message: when it is durable, or with why it never will be. */
export type Done = (error?: Error) => void

/** What takes the entries: a journal, or what waits for one. See `Journal`. */
export interface EntrySink {
  append(entry: NewEntry, tag: unknown, kept: number): boolean
  notice(kind: string, value: unknown): void
  flush(): Promise<void>
  readonly fill: number
}

/** What it needs of the service. */
export interface ReceptionParts {
  clock: Clock
  /** why the journal does not take events now */
  problem(): string | undefined
  /** an event is sent without the other properties of its message */
  leftOut(): void
}

/** An event that will never be in the journal. */
class DroppedError extends Error {
  override name = 'DroppedError'
  readonly code = 'EVENT_DROPPED'
}

/** Sources that can wait do so from here on, and go on below the other: parts of the memory for what is held. */
const waitAt = 0.5
const goOnAt = 0.25

/** The kinds of notice that come with a line: of its port, and of what a collector kept, or had overwritten. */
const lineNotices = ['long-line', 'lent', 'renamed', 'catchup', 'gap'] as const

interface Tag extends CarryingTag {
  /** undefined when it was called: it keeps the whole message in memory */
  done: Done | undefined
  /** whose sender waits until it is durable */
  receipt?: Receipt
}

export class Reception {
  readonly #journal: EntrySink
  readonly #parts: ReceptionParts
  readonly #properties: PropertyStore
  /** who waits for messages to be durable */
  readonly receipts = new Receipts()
  #isFull = false
  readonly #waiting: Array<() => void> = []

  constructor(journal: EntrySink, parts: ReceptionParts) {
    this.#journal = journal
    this.#parts = parts
    this.#properties = new PropertyStore(() => parts.leftOut())
  }

  /** See LogService.log. */
  log(message: LoggableMessage, fallbackSource: string, done: Done): void {
    const isFlushOnly = message.flush === true && message.payload === undefined
    if (!isFlushOnly) this.#append(message, fallbackSource, done)
    if (message.flush !== true && message.res === undefined) return
    const flushed = this.#journal.flush()
    // where the journal closes first, the entry's own `done` tells it
    if (isFlushOnly) inBackground(flushed.then(() => done(), done))
    else inBackground(flushed, () => {})
  }

  /** These are in the journal. */
  durable(entries: readonly DurableEntry[]): void {
    for (const { tag } of entries) this.#settle(tag)
    this.look()
  }

  /** These will never be there: the journal was closed before. */
  lost(tags: readonly unknown[], error: Error): void {
    for (const tag of tags) this.#settle(tag, new DroppedError(error.message))
  }

  /** False while a source that can wait should. */
  get canTake(): boolean {
    return !this.#isFull
  }

  /** Resolves when `canTake` is true again. */
  whenReady(): Promise<void> {
    if (!this.#isFull) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Events that were sent without the other properties of their messages. */
  get withoutProperties(): number {
    return this.#properties.leftOut
  }

  leaveOut(count: number): void {
    for (let i = 0; i < count; i++) this.#properties.leaveOut()
  }

  /** Whether there is room may have changed. */
  look(): void {
    const { fill } = this.#journal
    if (!this.#isFull && fill >= waitAt) this.#isFull = true
    else if (this.#isFull && fill <= goOnAt) this.open()
  }

  /** Nobody waits any longer: there is room, or the journal closes. */
  open(): void {
    this.#isFull = false
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  #append(message: LoggableMessage, fallbackSource: string, done: Done): void {
    const receipt = receiptOf(message)
    if (receipt) this.receipts.taken(receipt)
    let entry: NewEntry
    try {
      entry = entryOf(message, this.#parts.clock.wall(), fallbackSource)
    } catch (error) {
      if (receipt) this.receipts.ended(receipt, asError(error))
      done(asError(error))
      return
    }
    if (receipt?.once !== undefined) entry.once = receipt.once
    const { notice } = message as { notice?: { kind?: unknown } }
    const kind = lineNotices.find((one) => one === notice?.kind)
    if (kind) this.#journal.notice(kind, { ...notice, kind: undefined })
    const tag: Tag = { done, carried: this.#properties.take(message) }
    if (receipt) tag.receipt = receipt
    this.#add(entry, tag, payloadBytes(message.payload, entry.text))
  }

  /** What waited elsewhere for this journal to come. */
  takeOver(record: Held): void {
    if (record.kind === 'N') {
      this.#journal.notice(record.notice, JSON.parse(record.json))
      return
    }
    const { tag, kept } = record
    this.#properties.adopt((tag as Tag).carried)
    this.#add(record, tag as Tag, kept)
  }

  #add(entry: NewEntry, tag: Tag, kept: number): void {
    try {
      if (this.#journal.append(entry, tag, kept)) {
        this.look()
        return
      }
    } catch (error) {
      // an entry that the format cannot hold, or that is too long
      this.#settle(tag, asError(error))
      return
    }
    const why = this.#parts.problem() ?? 'the journal is closed, or memory is full'
    this.#settle(tag, new DroppedError(`log: the event was dropped: ${why}`))
  }

  #settle(tag: unknown, error?: Error): void {
    const { done, carried, receipt } = (tag as Tag | undefined) ?? {}
    if (!done) return
    ;(tag as Tag).done = undefined
    this.#properties.release(carried)
    if (receipt) this.receipts.ended(receipt, error)
    done(error)
  }
}

/** What the payload keeps in memory beside its text, as long as `done` keeps the message. */
function payloadBytes(payload: unknown, text: string): number {
  if (typeof payload === 'string') return payload.length === text.length ? 0 : payload.length
  if (payload instanceof Uint8Array) return payload.byteLength
  // an object takes about twice its JSON
  return text.length * 2
}
