// How full the disk is, how fast it fills, and how long that goes well.
import { statfs } from 'node:fs/promises'
import type { Clock } from '../kit/clock.ts'
import type { DiskStatus } from './status.ts'
import { Trend } from './trend.ts'

/** What a file system says of itself. */
export interface DiskSpace {
  free: number
  total: number
}

/** Of the file system that holds a path. */
export async function spaceOf(path: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(path)
  return { free: bavail * bsize, total: blocks * bsize }
}

const hour = 3_600_000
const day = 24 * hour
/** What is seen in a shorter time says nothing of a day. */
const shortest = hour
/** It is looked back so far: a day has its own course, and one more shows what archiving saves. */
const span = 2 * day

export class DiskUse {
  readonly #used: Trend
  #space: DiskSpace = { free: 0, total: 0 }

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#used = new Trend({ span, step: span / 300, clock })
  }

  /** To be called every few minutes. */
  add(space: DiskSpace): void {
    this.#space = space
    this.#used.add(space.total - space.free, false)
  }

  get status(): DiskStatus {
    const { free, total } = this.#space
    const perDay = this.#used.covers >= shortest ? Math.max(0, this.#used.per(day) ?? 0) : null
    const daysLeft = perDay === null || perDay === 0 ? null : free / perDay
    return { free, total, perDay: perDay === null ? null : Math.round(perDay), daysLeft }
  }
}
