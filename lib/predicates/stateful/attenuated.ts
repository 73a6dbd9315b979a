import { type Judge, type Levels, limitOf, number, type StatefulOperator, under } from './operator.ts'
import { meanAndDeviation } from './window.ts'

/** at most this many readings of a period count, the latest ones */
const mostInPeriod = 10_000

/**
 * QARTOD attenuated signal: the standard deviation (of the population), or the range, of the readings of the test
 * period, those less than `period` seconds before this one and itself, is strictly under the threshold. Not evaluated
 * before the first reading is a period old, nor with fewer than two readings in it.
 */
export const attenuatedSignal: StatefulOperator = {
  threshold: 'value',
  parameters: [
    { name: 'period', kind: 'number', default: 3600, above: 0, max: 1e9, unit: 'seconds' },
    { name: 'measure', kind: 'choice', default: 'deviation', choices: ['deviation', 'range'] },
  ],
  numeric: true,
  create: (levels, { period, measure }) =>
    attenuated(levels, Number(period) * 1000, measure === 'range') as Judge<unknown>,
}

interface Memory {
  /** time of the first reading, ms */
  since: number | null
  times: number[]
  values: number[]
}

function attenuated(levels: Levels, period: number, isRange: boolean): Judge<Memory> {
  let reason = ''
  return {
    start: () => ({ since: null, times: [], values: [] }),
    judge({ time, value }, memory) {
      const { times, values } = memory
      memory.since ??= time
      times.push(time)
      values.push(value as number)
      forget(memory, time - period)
      if (time - memory.since < period || values.length < 2) return 2
      const measure = isRange ? spanOf(values) : meanAndDeviation(values).deviation
      const flag = under(measure, levels)
      if (flag !== 1) {
        const what = isRange ? 'a range' : 'a standard deviation'
        const least = number(limitOf(flag, levels))
        reason = `found ${what} of ${number(measure)} over ${number(period / 1000)} s, expected at least ${least}`
      }
      return flag
    },
    reason: () => reason,
    size: ({ times }) => 2 * times.length,
  }
}

function forget({ times, values }: Memory, upTo: number): void {
  let old = 0
  while (old < times.length && ((times[old] as number) <= upTo || times.length - old > mostInPeriod)) old++
  if (old === 0) return
  times.splice(0, old)
  values.splice(0, old)
}

function spanOf(values: readonly number[]): number {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return high - low
}
