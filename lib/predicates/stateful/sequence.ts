// Operators that look at the last reading that had a value: repeats, counters, times.
import { digest } from '../../kit/digest.ts'
import { show } from '../model/text.ts'
import { type Judge, type Levels, limitOf, number, over, type StatefulOperator } from './operator.ts'

/** The same value as the reading before, not more than `within` seconds apart (0: of the same time). */
export const duplicate: StatefulOperator = {
  threshold: 'none',
  parameters: [{ name: 'within', kind: 'number', default: 0, min: 0, max: 1e9, unit: 'seconds' }],
  fieldOptional: true,
  numeric: false,
  create: ({ flag }, { within }) => duplicateJudge(flag, Number(within)) as Judge<unknown>,
}

type Last = { last: [time: number, value: number | string | boolean] | null }

function duplicateJudge(broken: 3 | 4, within: number): Judge<Last> {
  let reason = ''
  return {
    start: () => ({ last: null }),
    judge({ time, value }, memory) {
      const { last } = memory
      const kept = typeof value === 'string' ? digest(value) : value
      memory.last = [time, kept]
      if (last === null || last[1] !== kept || Math.abs(time - last[0]) > within * 1000) return 1
      const seconds = number(Math.abs(time - last[0]) / 1000)
      reason = `found ${show(value)} again after ${seconds} s, expected no repeat within ${number(within)} s`
      return broken
    },
    reason: () => reason,
  }
}

/** A counter that does not count up: the value is not over the last one (with `equal`: below it). */
export const notIncreasing: StatefulOperator = {
  threshold: 'none',
  parameters: [{ name: 'equal', kind: 'flag', default: false }],
  numeric: true,
  create: ({ flag }, { equal }) => increasing(flag, equal === true) as Judge<unknown>,
}

function increasing(broken: 3 | 4, mayBeEqual: boolean): Judge<{ last: number | null }> {
  let reason = ''
  return {
    start: () => ({ last: null }),
    judge({ value }, memory) {
      const { last } = memory
      const current = value as number
      memory.last = current
      if (last === null || current > last || (mayBeEqual && current === last)) return 1
      const least = mayBeEqual ? 'at least' : 'above'
      reason = `found ${number(current)} after ${number(last)}, expected ${least} ${number(last)}`
      return broken
    },
    reason: () => reason,
  }
}

/** QARTOD time gap: longer than the limit since the previous point. The first one passes. */
export const gapInTime: StatefulOperator = {
  threshold: 'seconds',
  parameters: [],
  fieldOptional: true,
  numeric: false,
  create: (levels) => gap(levels) as Judge<unknown>,
}

function gap(levels: Levels): Judge<{ last: number | null }> {
  let reason = ''
  return {
    start: () => ({ last: null }),
    judge({ time }, memory) {
      const { last } = memory
      memory.last = time
      if (last === null) return 1
      const seconds = (time - last) / 1000
      const flag = over(seconds, levels)
      if (flag !== 1) {
        const most = number(limitOf(flag, levels))
        reason = `found ${number(seconds)} s since the one before, expected at most ${most} s`
      }
      return flag
    },
    reason: () => reason,
  }
}

/** The device's own time lies more than the limit before the gateway received the reading. */
export const tooOld: StatefulOperator = {
  threshold: 'seconds',
  parameters: [],
  fieldOptional: true,
  numeric: false,
  create: (levels) => age(levels) as Judge<unknown>,
}

function age(levels: Levels): Judge<null> {
  let reason = ''
  return {
    start: () => null,
    judge({ time, received }) {
      const seconds = (received - time) / 1000
      const flag = over(seconds, levels)
      if (flag !== 1) {
        const most = number(limitOf(flag, levels))
        reason = `found a reading that was ${number(seconds)} s old, expected at most ${most} s`
      }
      return flag
    },
    reason: () => reason,
    size: () => 0,
    settled: () => true,
  }
}

/** The device's own time lies more than the limit after the gateway received the reading: its clock is ahead. */
export const fromTheFuture: StatefulOperator = {
  threshold: 'seconds',
  parameters: [],
  fieldOptional: true,
  numeric: false,
  create: (levels) => ahead(levels) as Judge<unknown>,
}

function ahead(levels: Levels): Judge<null> {
  let reason = ''
  return {
    start: () => null,
    judge({ time, received }) {
      const seconds = (time - received) / 1000
      const flag = over(seconds, levels)
      if (flag !== 1) {
        const most = number(limitOf(flag, levels))
        reason = `found a reading from ${number(seconds)} s after it was received, expected at most ${most} s`
      }
      return flag
    },
    reason: () => reason,
    size: () => 0,
    settled: () => true,
  }
}
