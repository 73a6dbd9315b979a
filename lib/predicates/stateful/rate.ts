import { type Judge, type Levels, limitOf, number, over, type StatefulOperator } from './operator.ts'

/** The reading before: [time, value]; null: none, or one without a value. */
type Memory = { before: [time: number, value: number] | null }

const secondsIn: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600 }

/**
 * QARTOD rate of change: |v[i] − v[i−1]| ÷ time, by the second, minute or hour, strictly over the threshold. The first reading, and one after a
 * missing one, pass. Between readings of one time any change is infinitely fast; a time that goes back counts as
 * its distance.
 */
export const rateOfChange: StatefulOperator = {
  threshold: 'rate',
  parameters: [{ name: 'per', kind: 'choice', default: 'second', choices: ['second', 'minute', 'hour'] }],
  numeric: true,
  create: (levels, { per }) => rate(levels, String(per)) as Judge<unknown>,
}

function rate(levels: Levels, per: string): Judge<Memory> {
  const unit = secondsIn[per] as number
  const article = per === 'hour' ? 'an' : 'a'
  let reason = ''
  return {
    start: () => ({ before: null }),
    judge({ time, value }, memory) {
      const current = value as number
      if (memory.before === null) {
        memory.before = [time, current]
        return 1
      }
      const [timeBefore, valueBefore] = memory.before
      memory.before[0] = time
      memory.before[1] = current
      const change = Math.abs(current - valueBefore)
      const seconds = Math.abs(time - timeBefore) / 1000
      const flag = over(change === 0 ? 0 : change / (seconds / unit), levels)
      if (flag !== 1) {
        reason =
          `found ${number(current)} ${number(seconds)} s after ${number(valueBefore)}, ` +
          `expected a change of at most ${number(limitOf(flag, levels))} ${article} ${per}`
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
