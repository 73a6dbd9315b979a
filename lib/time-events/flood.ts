// Keeps a flood of events from taking the gateway away from everything else: so many a second go on, and the rest is counted by source.
import type { Clock } from '../kit/clock.ts'
import { perSecond, TokenBucket } from '../kit/token-bucket.ts'

/** ms of events that may come at once */
const burst = 1_000
/** sources that are counted by name at a time */
const mostNames = 100
/** what all others are counted as */
const others = '…'

export interface Dropped {
  count: number
  /** by source, without its process */
  sources: Record<string, number>
}

/** What was dropped since it was told last, by source. */
export class DropCount {
  #counts = new Map<string, number>()

  add(source: string, count: number): void {
    const name = this.#counts.has(source) || this.#counts.size < mostNames ? source : others
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count)
  }

  /** Undefined where nothing was. */
  take(): Dropped | undefined {
    if (this.#counts.size === 0) return undefined
    const sources = Object.fromEntries(this.#counts)
    this.#counts = new Map()
    return { count: Object.values(sources).reduce((sum, count) => sum + count, 0), sources }
  }
}

export class FloodLimit {
  readonly #bucket: TokenBucket | undefined
  readonly #dropped = new DropCount()

  /** @param rate events a second; 0: no limit */
  constructor(rate: number, clock: Clock) {
    this.#bucket = rate > 0 ? new TokenBucket(perSecond(rate, burst), clock) : undefined
  }

  /** Whether one more may go on; if not, it is counted. */
  allows(source: string): boolean {
    if (!this.#bucket || this.#bucket.tryTake()) return true
    this.#dropped.add(source, 1)
    return false
  }

  /** What was dropped since the last time; undefined where nothing was. */
  takeDropped(): Dropped | undefined {
    return this.#dropped.take()
  }
}
