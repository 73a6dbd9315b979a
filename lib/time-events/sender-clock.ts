// When an event was, in UTC. It says so in milliseconds of the monotonic clock of its sender's machine, which begins anew at each boot.

/** Now, by both clocks of this machine. */
export interface Now {
  /** ms since 1970, UTC */
  wall: number
  /** ms of the clock by which events of this machine are timed */
  monotonic: number
}

/** Why the time of an event is not certain: its clock is none that we know, or ours was stepped since. */
export type ClockMark = 'foreign' | 'step'

export interface EventTime {
  /** ms since 1970 */
  utc: number
  clock?: ClockMark
}

/** ms that an event may be ahead of us: clocks are read at different moments */
const mostAhead = 1_000
/** An event is no older, ms: it is one of another boot. */
const mostAge = 7 * 24 * 3_600_000
/** ms by which both clocks may move apart in a second without having been stepped: slewing is a thousandth at most */
const mostDrift = 100
/** ms by which the clock of another machine falls where it has booted */
const bootFall = 1_000
/** other machines that are known at a time */
const mostSenders = 1_000

interface Remote {
  /** UTC of the moment at which its clock began, as the fastest datagram says: all others took longer */
  offset: number
  /** the last that was seen of its clock */
  time: number
}

export class SenderClocks {
  /** by address; the one that was silent longest first */
  readonly #remotes = new Map<string, Remote>()
  /** of our own clocks */
  #offset: number | undefined
  /** the moment of the last step */
  #stepped = Number.NEGATIVE_INFINITY

  /**
   * Compares both clocks, as is to be done each second: a suspend and a step of the wall clock move them apart. Returns the ms, or
   * 0 where there was none.
   */
  compare({ wall, monotonic }: Now): number {
    const offset = wall - monotonic
    const step = offset - (this.#offset ?? offset)
    this.#offset = offset
    if (Math.abs(step) <= mostDrift) return 0
    this.#stepped = monotonic
    this.#remotes.clear()
    return step
  }

  /** @param sender the address of another machine; undefined of this one */
  timeOf(time: number, sender: string | undefined, now: Now): EventTime {
    return sender === undefined ? this.#own(time, now) : this.#remote(time, sender, now)
  }

  #own(time: number, { wall, monotonic }: Now): EventTime {
    const age = monotonic - time
    if (age < -mostAhead || age > mostAge) return { utc: wall, clock: 'foreign' }
    return time < this.#stepped ? { utc: wall - age, clock: 'step' } : { utc: wall - age }
  }

  #remote(time: number, sender: string, { wall }: Now): EventTime {
    const offset = wall - time
    const known = this.#remotes.get(sender)
    this.#remotes.delete(sender)
    const isNew = !known || time < known.time - bootFall || offset - known.offset > mostAge
    const best = isNew ? offset : Math.min(offset, known.offset)
    this.#remotes.set(sender, { offset: best, time })
    if (this.#remotes.size > mostSenders) this.#remotes.delete(this.#remotes.keys().next().value!)
    return { utc: time + best }
  }
}
