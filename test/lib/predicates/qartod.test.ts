// Vectors made by hand from the rules of QARTOD's tests, flag by flag.
import assert from 'node:assert/strict'
import type { Flag } from '../../../lib/event.ts'
import type { AnyRow } from '../../../lib/public/predicates.ts'
import { flagsFor, readings } from './helper.ts'

interface Vector {
  about: string
  values: unknown[]
  /** seconds; default one a second */
  times?: number[]
  flags: Flag[]
}

function vectors(name: string, row: AnyRow, list: Vector[]): void {
  for (const { about, values, times, flags } of list) {
    it(`${name}: ${about}`, () => {
      const events = readings(values, times)
      assert.deepEqual(flagsFor(row, events), flags)
    })
  }
}

describe('predicates: QARTOD', () => {
  const range = { operator: 'is between', values: [-50, 50], suspectValues: [-20, 40] } as const
  vectors('gross range', { ...range, values: [...range.values], suspectValues: [...range.suspectValues] }, [
    { about: 'the bounds themselves pass', values: [-20, 40, 0, -0], flags: [1, 1, 1, 1] },
    {
      about: 'outside the suspect bounds is suspect, outside the fail bounds fails',
      values: [-20.1, 40.1, -50, 50, -50.1, 50.1],
      flags: [3, 3, 3, 3, 4, 4],
    },
    { about: 'no value is missing', values: [undefined, null, Number.NaN, 1], flags: [9, 9, 9, 1] },
  ])

  const average: AnyRow = {
    operator: 'spike',
    values: [10],
    suspectValues: [5],
    settings: { limit: 60 },
  }
  vectors('spike, average', average, [
    { about: 'first and last are not evaluated', values: [0, 0, 0], flags: [2, 1, 2] },
    { about: 'a single one is not evaluated', values: [7], flags: [2] },
    { about: 'neither of two is', values: [7, 90], flags: [2, 2] },
    {
      about: 'over the fail threshold fails; its neighbours deviate from their means, too',
      values: [0, 0, 11, 0, 0],
      flags: [2, 3, 4, 3, 2],
    },
    { about: 'the threshold itself is not over it', values: [0, 10, 0], flags: [2, 3, 2] },
    { about: 'nor is the suspect threshold', values: [0, 5, 0], flags: [2, 1, 2] },
    { about: 'just over the suspect threshold', values: [0, 5.000001, 0], flags: [2, 3, 2] },
    { about: 'downwards as upwards', values: [20, 9, 20], flags: [2, 4, 2] },
    { about: 'a ramp is no spike', values: [0, 20, 40, 60], flags: [2, 1, 1, 2] },
    {
      about: 'a missing neighbour: not evaluated',
      values: [0, 50, undefined, 50, 0],
      flags: [2, 2, 9, 2, 2],
    },
    {
      about: 'evaluated again two after a missing one',
      values: [undefined, 0, 50, 0, 0],
      flags: [9, 2, 4, 4, 2],
    },
    {
      about: 'a text is not evaluated, and no neighbour',
      values: [0, 50, 'x', 0, 50, 0],
      flags: [2, 2, 2, 2, 4, 2],
    },
    {
      about: 'no next one within the limit',
      values: [0, 50, 0, 0],
      times: [0, 1, 62, 63],
      flags: [2, 2, 2, 2],
    },
    { about: 'a next one at the limit is one', values: [0, 50, 0], times: [0, 1, 61], flags: [2, 4, 2] },
  ])

  const differential: AnyRow = { ...average, settings: { limit: 60, method: 'differential' } }
  vectors('spike, differential', differential, [
    { about: 'the smaller of both steps counts', values: [0, 20, 9, 9, 9], flags: [2, 4, 1, 1, 2] },
    { about: 'suspect between the thresholds', values: [0, 10, 4, 4], flags: [2, 3, 1, 2] },
    { about: 'the threshold itself is not over it', values: [0, 5, 0, 0], flags: [2, 1, 1, 2] },
    { about: 'steps of one sign are none, however great', values: [0, 100, 200, 300], flags: [2, 1, 1, 2] },
    { about: 'a step and rest is none', values: [0, 100, 100, 100], flags: [2, 1, 1, 2] },
    { about: 'downwards', values: [0, -11, 0, 0], flags: [2, 4, 1, 2] },
  ])

  vectors('rate of change', { operator: 'rate of change', values: [3], suspectValues: [1] }, [
    { about: 'first passes', values: [1000], flags: [1] },
    { about: 'per second, strictly over', values: [0, 3, 6.001, 7, 8.5], flags: [1, 3, 4, 1, 3] },
    {
      about: 'the time between counts',
      values: [0, 30, 30, 61],
      times: [0, 10, 20, 30],
      flags: [1, 3, 1, 4],
    },
    { about: 'one after a missing one passes', values: [0, undefined, 100, 100], flags: [1, 9, 1, 1] },
    { about: 'downwards as upwards', values: [0, -2, -20], flags: [1, 3, 4] },
    {
      about: 'a change in no time is over any threshold, no change is not',
      values: [1, 1, 2],
      times: [5, 5, 5],
      flags: [1, 1, 4],
    },
  ])

  // interval 10 s: suspect n = 20/10 + 1 = 3, fail n = floor(45/10) + 1 = 5
  const flat: AnyRow = {
    operator: 'flat line',
    values: [45],
    suspectValues: [20],
    settings: { tolerance: 0.5 },
  }
  const every10 = [0, 10, 20, 30, 40, 50, 60, 70]
  vectors('flat line', flat, [
    {
      about: 'n readings within less than the tolerance',
      values: [1, 1, 1, 1, 1, 1],
      times: every10,
      flags: [1, 1, 3, 3, 4, 4],
    },
    {
      about: 'a span of the tolerance is not less',
      values: [1, 1.5, 1, 1.5, 1, 1.5],
      times: every10,
      flags: [1, 1, 1, 1, 1, 1],
    },
    {
      about: 'a span just below it is',
      values: [1, 1.4, 1.2, 1, 1.4],
      times: every10,
      flags: [1, 1, 3, 3, 4],
    },
    {
      about: 'a change begins anew',
      values: [1, 1, 1, 9, 9, 9, 9, 9],
      times: every10,
      flags: [1, 1, 3, 1, 1, 3, 3, 4],
    },
    {
      about: 'a slow drift is no flat line',
      values: [1, 1.3, 1.6, 1.9, 2.2, 2.5],
      times: every10,
      flags: [1, 1, 1, 1, 1, 1],
    },
    {
      about: 'missing ones are no readings',
      values: [1, undefined, 1, 1],
      times: [0, 5, 10, 20],
      flags: [1, 9, 1, 3],
    },
  ])

  const attenuated: AnyRow = {
    operator: 'attenuated signal',
    values: [1],
    suspectValues: [2],
    settings: { period: 30, measure: 'deviation' },
  }
  vectors('attenuated signal', attenuated, [
    // the period (t - 30 s, t] holds three readings; of a, -a, a the deviation is a * sqrt(8) / 3 = 0.9428 a
    {
      about: 'not evaluated before the period is over, then by its deviation',
      values: [1, -1, 1, -1, 2, -2, 9],
      times: every10,
      flags: [2, 2, 2, 4, 3, 3, 1],
    },
    { about: 'a constant signal', values: [5, 5, 5, 5, 5], times: every10, flags: [2, 2, 2, 4, 4] },
    {
      about: 'one reading alone in its period is not evaluated',
      values: [5, 5, 5],
      times: [0, 100, 200],
      flags: [2, 2, 2],
    },
    { about: 'missing', values: [5, 5, 5, null, 5], times: every10, flags: [2, 2, 2, 9, 4] },
  ])
  vectors('attenuated signal, range', { ...attenuated, settings: { period: 30, measure: 'range' } }, [
    {
      about: 'the greatest less the least, strictly under',
      values: [0, 0, 1, 0, 0, 2, 0, 0.9],
      times: every10,
      flags: [2, 2, 2, 3, 3, 1, 1, 1],
    },
    { about: 'under the fail threshold', values: [0, 0.9, 0, 0.9], times: every10, flags: [2, 2, 2, 4] },
  ])

  vectors('time gap', { operator: 'gap in time', values: [60], field: '' }, [
    {
      about: 'longer than the limit',
      values: [1, 1, 1, 1],
      times: [0, 60, 120.001, 121],
      flags: [1, 1, 4, 1],
    },
  ])
  vectors('time gap of a field', { operator: 'gap in time', values: [60], suspectValues: [30] }, [
    {
      about: 'readings without the field are none',
      values: [1, undefined, 1, 1],
      times: [0, 40, 61, 92],
      flags: [1, 9, 4, 3],
    },
  ])
})
