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

export class FloodLimit {
  readonly #bucket: TokenBucket | undefined
  #dropped = new Map<string, number>()

  /** @param rate events a second; 0: no limit */
  constructor(rate: number, clock: Clock) {
    this.#bucket = rate > 0 ? new TokenBucket(perSecond(rate, burst), clock) : undefined
  }

  /** Whether one more may go on; if not, it is counted. */
  allows(source: string): boolean {
    if (!this.#bucket || this.#bucket.tryTake()) return true
    const name = this.#dropped.has(source) || this.#dropped.size < mostNames ? source : others
    this.#dropped.set(name, (this.#dropped.get(name) ?? 0) + 1)
    return false
  }

  /** What was dropped since the last time; undefined where nothing was. */
  takeDropped(): Dropped | undefined {
    if (this.#dropped.size === 0) return undefined
    const sources = Object.fromEntries(this.#dropped)
    this.#dropped = new Map()
    return { count: Object.values(sources).reduce((sum, count) => sum + count, 0), sources }
  }
}
