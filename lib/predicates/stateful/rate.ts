import { type Judge, type Levels, limitOf, number, over, type StatefulOperator } from './operator.ts'

/** The reading before: [time, value]; null: none, or one without a value. */
type Memory = { before: [time: number, value: number] | null }

/**
 * QARTOD rate of change: |v[i] − v[i−1]| ÷ seconds strictly over the threshold. The first reading, and one after a
 * missing one, pass. Between readings of one time any change is infinitely fast; a time that goes back counts as
 * its distance.
 */
export const rateOfChange: StatefulOperator = {
  threshold: 'perSecond',
  parameters: [],
  numeric: true,
  create: (levels) => rate(levels) as Judge<unknown>,
}

function rate(levels: Levels): Judge<Memory> {
  let reason = ''
  return {
    start: () => ({ before: null }),
    judge({ time, value }, memory) {
      const { before } = memory
      const current = value as number
      memory.before = [time, current]
      if (before === null) return 1
      const change = Math.abs(current - before[1])
      const measure = change === 0 ? 0 : change / (Math.abs(time - before[0]) / 1000)
      const flag = over(measure, levels)
      if (flag !== 1) {
        const seconds = number(Math.abs(time - before[0]) / 1000)
        reason =
          `found ${number(current)} ${seconds} s after ${number(before[1])}, ` +
          `expected a change of at most ${number(limitOf(flag, levels))} a second`
      }
      return flag
    },
    missing(memory) {
      memory.before = null
    },
    reason: () => reason,
  }
}

/** |v[i] − v[i−1]| strictly over the threshold, however long ago that was; first and after missing: passes. */
export const changeLargerThan: StatefulOperator = {
  threshold: 'value',
  parameters: [],
  numeric: true,
  create: (levels) => change(levels) as Judge<unknown>,
}

function change(levels: Levels): Judge<{ before: number | null }> {
  let reason = ''
  return {
    start: () => ({ before: null }),
    judge({ value }, memory) {
      const { before } = memory
      const current = value as number
      memory.before = current
      if (before === null) return 1
      const flag = over(Math.abs(current - before), levels)
      if (flag !== 1) {
        const most = number(limitOf(flag, levels))
        reason = `found ${number(current)} after ${number(before)}, expected a change of at most ${most}`
      }
      return flag
    },
    missing(memory) {
      memory.before = null
    },
    reason: () => reason,
  }
}
