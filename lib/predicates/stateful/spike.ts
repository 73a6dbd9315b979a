import type { Flag } from '../../event.ts'
import {
  type AheadJudge,
  type AheadOperator,
  type Levels,
  limitOf,
  number,
  over,
  type Point,
  waiting,
} from './operator.ts'

/**
 * QARTOD spike, strictly over the threshold. Average: |v[i] − (v[i−1] + v[i+1]) / 2|. Differential:
 * min(|v[i] − v[i−1]|, |v[i] − v[i+1]|) where both steps have opposite signs. The first and the last reading, and one
 * beside a missing one, are not evaluated (flag 2). Readings more than `limit` seconds apart (by their times or by
 * when they were received) are no neighbours: the one is a last, the other a first one.
 */
export const spike: AheadOperator = {
  threshold: 'value',
  parameters: [
    { name: 'method', kind: 'choice', default: 'average', choices: ['average', 'differential'] },
    { name: 'limit', kind: 'number', default: 60, above: 0, max: 86_400, unit: 'seconds' },
  ],
  numeric: true,
  createAhead: (levels, { method, limit }) =>
    new SpikeJudge(levels, method === 'differential', Number(limit) * 1000),
}

/** A reading of the series; without a value where the event had none. */
interface Neighbour {
  time: number
  received: number
  value: number | null
}

interface Memory {
  /** the one before the one that waits, or the last one where none waits */
  before: Neighbour | null
  waits: Neighbour | null
}

class SpikeJudge implements AheadJudge {
  readonly limit: number
  readonly #levels: Levels
  readonly #isDifferential: boolean
  #reason = ''

  constructor(levels: Levels, isDifferential: boolean, limit: number) {
    this.#levels = levels
    this.#isDifferential = isDifferential
    this.limit = limit
  }

  start(): Memory {
    return { before: null, waits: null }
  }

  settle(
    next: Point | undefined,
    event: { time: number; received: number },
    memory: unknown,
  ): Flag | undefined {
    const held = memory as Memory
    const { before, waits } = held
    if (waits === null) return undefined
    held.before = waits
    held.waits = null
    if (next === undefined || !this.#areNeighbours(waits, event)) return 2
    return this.#evaluate(before?.value as number, waits.value as number, next.value as number)
  }

  judge(point: Point, memory: unknown): Flag | typeof waiting {
    const held = memory as Memory
    const { time, received, value } = point
    const current = { time, received, value: value as number }
    const { before } = held
    if (before === null || before.value === null || !this.#areNeighbours(before, current)) {
      held.before = current
      return 2
    }
    held.waits = current
    return waiting
  }

  missing(memory: unknown, { time, received }: { time: number; received: number }): void {
    ;(memory as Memory).before = { time, received, value: null }
  }

  giveUp(memory: unknown): void {
    const held = memory as Memory
    held.before = null
    held.waits = null
  }

  waitsSince(memory: unknown): number | undefined {
    return (memory as Memory).waits?.received
  }

  reason(): string {
    return this.#reason
  }

  #areNeighbours(one: { time: number; received: number }, next: { time: number; received: number }): boolean {
    return next.time - one.time <= this.limit && next.received - one.received <= this.limit
  }

  #evaluate(before: number, value: number, next: number): Flag {
    const measure = this.#isDifferential
      ? Math.sign(value - before) * Math.sign(next - value) < 0
        ? Math.min(Math.abs(value - before), Math.abs(value - next))
        : 0
      : // halves first: the sum of two great numbers overflows
        Math.abs(value - (before / 2 + next / 2))
    const flag = over(measure, this.#levels)
    if (flag !== 1) {
      const most = number(limitOf(flag, this.#levels))
      this.#reason =
        `found ${number(value)} between ${number(before)} and ${number(next)}, ` +
        `expected at most ${most} from ${this.#isDifferential ? 'both' : 'their mean'}`
    }
    return flag
  }
}
