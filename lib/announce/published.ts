// What the broker may have of us, over restarts: a topic is written down before it is published, so that it is taken back even if
// the process dies.
import { inBackground } from '../kit/background.ts'
import type { Clock } from '../kit/clock.ts'
import { asError } from '../kit/errors.ts'
import type { RetainedPayload, RetainedTopics } from '../mqtt/session/retained.ts'
import type { KnownTopic } from './announced-file.ts'

/** Of events: no such value comes before the message of its event. */
export const latestKind = 'the latest values'

/** ms from one write for new topics to the next: each writes the whole file, and a card wears out */
const writeInterval = 1_000

export interface PublishedParts {
  clock: Clock
  topics: RetainedTopics
  /** Writes down what is known now. Rejects where that fails. @param isLast the process is about to end */
  write(known: KnownTopic[], isLast: boolean): Promise<void>
  warn(text: string): void
}

export class Published {
  readonly #parts: PublishedParts
  /** topic to kind */
  readonly #known = new Map<string, string>()
  /** topics of processes before this one: the broker may have them, whatever this one has sent */
  readonly #earlier = new Set<string>()
  /** topics that are written down, or are published although that failed */
  readonly #filed = new Set<string>()
  /** what waits until its topic is written down */
  readonly #waiting = new Map<string, RetainedPayload>()
  /** topics that the broker is to forget */
  readonly #removing = new Set<string>()
  #saving: Promise<void> = Promise.resolve()
  /** by the monotonic clock: when new topics may be written down again */
  #nextWrite = Number.NEGATIVE_INFINITY
  #stopGathering: (() => void) | undefined
  #isClosed = false
  #isWarned = false

  constructor(parts: PublishedParts) {
    this.#parts = parts
  }

  /** All that the broker may have. */
  get known(): ReadonlyMap<string, string> {
    return this.#known
  }

  restore(known: readonly KnownTopic[]): void {
    for (const [topic, kind] of known) {
      this.#known.set(topic, kind)
      this.#filed.add(topic)
      this.#earlier.add(topic)
    }
  }

  put(topic: string, payload: RetainedPayload, kind: string): void {
    this.#known.set(topic, kind)
    this.#removing.delete(topic)
    if (this.#filed.has(topic)) {
      this.#parts.topics.put(topic, payload, kind, kind === latestKind)
      return
    }
    this.#waiting.set(topic, payload)
    if (this.#waiting.size === 1) this.#saveSoon()
  }

  remove(topic: string, kind: string): void {
    this.#waiting.delete(topic)
    if (this.#removing.has(topic)) return
    this.#removing.add(topic)
    const gone = () => {
      for (const topics of [this.#removing, this.#known, this.#filed, this.#earlier]) topics.delete(topic)
    }
    this.#parts.topics.remove(topic, kind, gone, this.#earlier.has(topic))
  }

  /** One write after the other; each has all that is known when it begins. */
  save(isLast = false): Promise<void> {
    this.#isClosed ||= isLast
    this.#stopGathering?.()
    this.#stopGathering = undefined
    this.#saving = this.#saving.then(() => this.#write(isLast))
    return this.#saving
  }

  /** For what waits: at once after a pause, else together with what comes until then. */
  #saveSoon(): void {
    if (this.#isClosed) return
    const early = this.#nextWrite - this.#parts.clock.monotonic()
    if (early <= 0) inBackground(this.save())
    else this.#stopGathering ??= this.#parts.clock.after(early, () => inBackground(this.save()))
  }

  async #write(isLast: boolean): Promise<void> {
    if (this.#isClosed && !isLast) return
    const topics = [...this.#waiting.keys()]
    if (topics.length > 0) this.#nextWrite = this.#parts.clock.monotonic() + writeInterval
    try {
      await this.#parts.write([...this.#known], isLast)
      this.#isWarned = false
    } catch (error) {
      this.#warn(asError(error))
    }
    for (const topic of topics) this.#release(topic)
    if (this.#waiting.size > 0) this.#saveSoon()
  }

  #release(topic: string): void {
    const payload = this.#waiting.get(topic)
    const kind = this.#known.get(topic)
    if (payload === undefined || kind === undefined) return
    this.#waiting.delete(topic)
    this.#filed.add(topic)
    this.#parts.topics.put(topic, payload, kind, kind === latestKind)
  }

  #warn({ message }: Error): void {
    if (this.#isWarned) return
    this.#isWarned = true
    const then = 'what no longer exists may stay at the broker after a crash'
    this.#parts.warn(`what was announced at the broker cannot be written: ${message}; ${then}`)
  }
}
