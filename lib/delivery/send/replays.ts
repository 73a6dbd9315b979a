// The replays that were asked for: one runs at a time, so that no event is on its way twice.

import { withCode } from '../../kit/errors.ts'
import { SeqRanges } from '../progress/ranges.ts'
import type { DeliveryLimits } from './options.ts'
import {
  Replay,
  type ReplayParts,
  type ReplayProgress,
  type ReplayRequest,
  type ReplayResult,
} from './replay.ts'

/** What it asks of delivery. */
export interface ReplaysHost {
  warn(kind: string, message: string): void
  /** seqs up to it may be sent again: delivery is through with them */
  dealtWithUpTo(): number
}

interface Waiting {
  replay: Replay
  name: string | undefined
  resolve(result: ReplayResult): void
}

interface RangeOptions {
  /** called for each event that the flow completes */
  completed(seq: number): void
  /** id of the one sink that they are for */
  target?: string | undefined
  /** by which it can be cancelled */
  name?: string | undefined
  progressed?: ReplayRequest['progressed'] | undefined
}

/** A replay's own window: live events must not wait for it. */
const largestWindow = 100

export class Replays {
  readonly #parts: ReplayParts
  readonly #host: ReplaysHost
  /** the first one runs */
  readonly #queue: Waiting[] = []
  #limits: DeliveryLimits | undefined
  #stopped = false

  constructor(parts: ReplayParts, host: ReplaysHost) {
    this.#parts = parts
    this.#host = host
  }

  /** Rejects with a RangeError where the range is none. */
  async add({ from, to, for: target, name, progressed }: ReplayRequest): Promise<ReplayResult> {
    if (!Number.isSafeInteger(from) || from < 1)
      throw withCode('REPLAY_RANGE', new RangeError(`replay: from is ${from}, not a seq`))
    if (!Number.isSafeInteger(to))
      throw withCode('REPLAY_RANGE', new RangeError(`replay: to is ${to}, not a seq`))
    if (to < from)
      throw withCode('REPLAY_RANGE', new RangeError(`replay: there are no events from ${from} to ${to}`))
    return this.addRanges([[from, to]], { completed() {}, target, name, progressed })
  }

  addRanges(
    ranges: Iterable<readonly [number, number]>,
    { completed, target, name, progressed }: RangeOptions,
  ): Promise<ReplayResult> {
    const todo = new SeqRanges()
    for (const [from, to] of ranges) todo.addRange(from, to)
    return new Promise((resolve) => {
      const replay: Replay = new Replay(this.#parts, todo, target, {
        dealtWithUpTo: () => this.#host.dealtWithUpTo(),
        complete: completed,
        ...(progressed && { progressed }),
        warn: (message) => this.#host.warn('replay', message),
        ended: () => this.#end(replay),
      })
      if (todo.size === 0 || this.#stopped) return resolve(replay.result)
      this.#queue.push({ replay, name, resolve })
      if (this.#queue.length === 1) this.#startFirst()
    })
  }

  release(limits: DeliveryLimits): void {
    this.#limits = { ...limits, window: Math.min(limits.window, largestWindow) }
    this.#startFirst()
  }

  hold(): void {
    this.#limits = undefined
    this.#queue[0]?.replay.hold()
  }

  tick(): void {
    this.#queue[0]?.replay.tick()
  }

  /** Ends the one with this name, or all: those that run and those that wait. Returns how many these were. */
  cancel(name: string | undefined): number {
    const chosen = this.#queue.filter((waiting) => name === undefined || waiting.name === name)
    const [running] = this.#queue
    for (const waiting of chosen) {
      this.#queue.splice(this.#queue.indexOf(waiting), 1)
      waiting.replay.hold()
      waiting.resolve({ ...waiting.replay.result, stopped: false, cancelled: true })
    }
    if (running !== this.#queue[0]) this.#startFirst()
    return chosen.length
  }

  /** Ends all of them: what was not sent must be asked for again. */
  stop(): void {
    this.#stopped = true
    for (const { replay, resolve } of this.#queue.splice(0)) resolve(replay.result)
  }

  /** Where the running one stands. */
  get state(): ReplayProgress | undefined {
    return this.#queue[0]?.replay.progress
  }

  #startFirst(): void {
    if (this.#limits) this.#queue[0]?.replay.release(this.#limits)
  }

  #end(replay: Replay): void {
    if (this.#queue[0]?.replay !== replay) return
    const { resolve } = this.#queue.shift()!
    resolve(replay.result)
    this.#startFirst()
  }
}
