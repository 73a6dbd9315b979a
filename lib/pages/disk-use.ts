// How full the disk is, how fast it fills, and how long that goes well.
import { stat, statfs } from 'node:fs/promises'
import type { Clock } from '../kit/clock.ts'
import type { DiskStatus } from './status.ts'
import { Trend } from './trend.ts'

/** What a file system says of itself. */
export interface DiskSpace {
  free: number
  /** 0: nothing is known of it now */
  total: number
  /** which file system it is, as `stat` tells it */
  device?: number
}

/** Of the file system that holds a path. */
export async function spaceOf(path: string): Promise<DiskSpace> {
  const [{ bavail, blocks, bsize }, { dev: device }] = await Promise.all([statfs(path), stat(path)])
  return { free: bavail * bsize, total: blocks * bsize, device }
}

const hour = 3_600_000
const day = 24 * hour
/** What is seen in a shorter time says nothing of a day. */
const shortest = hour
/** It is looked back so far: a day has its own course, and one more shows what archiving saves. */
const span = 2 * day

export class DiskUse {
  readonly #clock: Pick<Clock, 'monotonic'>
  #used: Trend
  #space: DiskSpace = { free: 0, total: 0 }
  /** of the samples */
  #device: number | undefined

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
    this.#used = this.#newTrend()
  }

  /** To be called every few minutes. */
  add(space: DiskSpace): void {
    this.#space = space
    if (space.total === 0) return
    // the journal was put on another one: what that has more is nothing that was written
    if (space.device !== this.#device) this.#used = this.#newTrend()
    this.#device = space.device
    this.#used.add(space.total - space.free, false)
  }

  #newTrend(): Trend {
    return new Trend({ span, step: span / 300, clock: this.#clock })
  }

  get status(): DiskStatus {
    const { free, total } = this.#space
    const perDay = this.#used.covers >= shortest ? Math.max(0, this.#used.per(day) ?? 0) : null
    const daysLeft = perDay === null || perDay === 0 ? null : free / perDay
    return { free, total, perDay: perDay === null ? null : Math.round(perDay), daysLeft }
  }
}
