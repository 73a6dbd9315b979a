import { type Judge, type Levels, limitOf, number, type StatefulOperator, under } from './operator.ts'
import { meanAndDeviation } from './window.ts'

/** at most this many readings of a period count, the latest ones */
const mostInPeriod = 10_000

/**
 * QARTOD attenuated signal: the standard deviation (of the population), or the range, of the readings of the test
 * period, those less than `period` seconds before this one and itself, is strictly under the threshold. Not evaluated
 * before the series has lasted for a period, nor with fewer than two readings in it. A reading whose time is a period or
 * more away from that of a later one counts no more, so that one of a wrong clock does no harm afterwards.
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

/** the earliest and the latest time of readings, ms; null: of none */
type Span = [first: number, last: number] | null

interface Memory {
  /** of all readings */
  whole: Span
  /** of those since what came before is certain */
  certain: Span
  times: number[]
  values: number[]
}

function attenuated(levels: Levels, period: number, isRange: boolean): Judge<Memory> {
  let reason = ''
  return {
    start: () => ({ whole: null, certain: null, times: [], values: [] }),
    judge({ time, value }, memory) {
      forget(memory, time, period)
      const { times, values } = memory
      times.push(time)
      values.push(value as number)
      memory.whole = widened(memory.whole, time)
      memory.certain = widened(memory.certain, time)
      const [first, last] = memory.whole as [number, number]
      if (last - first < period || values.length < 2) return 2
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
    // whatever came before is then a period or more away from one of these, and counts no more
    settled: ({ certain }) => certain !== null && certain[1] - certain[0] >= 2 * period,
    doubt(memory) {
      memory.certain = null
    },
  }
}

function widened(span: Span, time: number): Span {
  return span === null ? [time, time] : [Math.min(span[0], time), Math.max(span[1], time)]
}

/** Keeps the readings that count beside one of this time, and makes room for it. */
function forget(memory: Memory, time: number, period: number): void {
  const { times, values } = memory
  const counts = (each: number) => Math.abs(time - each) < period
  let old = 0
  while (old < times.length && (!counts(times[old] as number) || times.length - old >= mostInPeriod)) old++
  if (old > 0) {
    times.splice(0, old)
    values.splice(0, old)
  }
  // clocks that go back leave others that do not count, behind those that do
  if (times.every(counts)) return
  memory.values = values.filter((_, i) => counts(times[i] as number))
  memory.times = times.filter(counts)
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
