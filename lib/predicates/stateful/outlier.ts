import { type Judge, type Levels, limitOf, number, over, type StatefulOperator } from './operator.ts'
import { insertSorted, meanAndDeviation, median, removeSorted } from './window.ts'

/**
 * Strictly further than the threshold from the median of the `window` readings before it; or, measure `deviation`,
 * further than threshold × standard deviation (of the population) from their mean. Not evaluated as long as there
 * are fewer than half of the window (3 at least) before it.
 */
export const outlier: StatefulOperator = {
  threshold: 'measured',
  parameters: [
    { name: 'measure', kind: 'choice', default: 'median', choices: ['median', 'deviation'] },
    { name: 'window', kind: 'number', default: 25, min: 3, max: 1000, whole: true, unit: 'readings' },
  ],
  numeric: true,
  create: (levels, { measure, window }) =>
    (measure === 'deviation' ? byDeviation : byMedian)(levels, Number(window)) as Judge<unknown>,
}

/** How many readings must be there. */
function leastBefore(window: number): number {
  return Math.max(3, Math.ceil(window / 2))
}

interface Sorted {
  values: number[]
  sorted: number[]
}

function byMedian(levels: Levels, window: number): Judge<Sorted> {
  const least = leastBefore(window)
  let reason = ''
  return {
    start: () => ({ values: [], sorted: [] }),
    judge({ value }, { values, sorted }) {
      const current = value as number
      const isReady = values.length >= least
      const middle = isReady ? median(sorted) : Number.NaN
      values.push(current)
      insertSorted(sorted, current)
      if (values.length > window) removeSorted(sorted, values.shift() as number)
      if (!isReady) return 2
      const flag = over(Math.abs(current - middle), levels)
      if (flag !== 1) {
        const most = number(limitOf(flag, levels))
        reason = `found ${number(current)}, expected within ${most} of the median ${number(middle)}`
      }
      return flag
    },
    reason: () => reason,
    size: ({ values }) => 2 * values.length,
    settled: (_memory, seen) => seen >= window,
  }
}

function byDeviation(levels: Levels, window: number): Judge<{ values: number[] }> {
  const least = leastBefore(window)
  let reason = ''
  return {
    start: () => ({ values: [] }),
    judge({ value }, { values }) {
      const current = value as number
      const isReady = values.length >= least
      const { mean, deviation } = isReady ? meanAndDeviation(values) : { mean: 0, deviation: 0 }
      values.push(current)
      if (values.length > window) values.shift()
      if (!isReady) return 2
      const distance = Math.abs(current - mean)
      const flag = over(distance, scaled(levels, deviation))
      if (flag !== 1) {
        const most = number(limitOf(flag, levels))
        reason = `found ${number(current)}, expected within ${most} standard deviations (${number(deviation)}) of ${number(mean)}`
      }
      return flag
    },
    reason: () => reason,
    size: ({ values }) => values.length,
    settled: (_memory, seen) => seen >= window,
  }
}

function scaled({ threshold, flag, suspect }: Levels, deviation: number): Levels {
  return {
    threshold: threshold * deviation,
    flag,
    suspect: suspect === undefined ? undefined : suspect * deviation,
  }
}
