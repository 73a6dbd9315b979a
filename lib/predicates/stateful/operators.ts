// The stateful operators by their names.

import type { Sentence } from '../../words/sentence.ts'
import { durationProblem, secondsOf } from '../model/duration.ts'
import type { Condition } from '../model/row.ts'
import { ruleSentence } from '../model/sentences.ts'
import type { StatefulName } from '../model/stateful-names.ts'
import { attenuatedSignal } from './attenuated.ts'
import { flatLine } from './flat-line.ts'
import type { AheadOperator, Levels, Parameter, Settings, StatefulOperator } from './operator.ts'
import { outlier } from './outlier.ts'
import { changeLargerThan, rateOfChange } from './rate.ts'
import { duplicate, fromTheFuture, gapInTime, notIncreasing, tooOld } from './sequence.ts'
import { spike } from './spike.ts'

export const statefulOperators: Readonly<Record<StatefulName, StatefulOperator | AheadOperator>> = {
  'rate of change': rateOfChange,
  spike,
  'flat line': flatLine,
  'attenuated signal': attenuatedSignal,
  outlier,
  'change larger than': changeLargerThan,
  duplicate,
  'not increasing': notIncreasing,
  'gap in time': gapInTime,
  'too old': tooOld,
  'from the future': fromTheFuture,
}

export function looksAhead(operator: StatefulOperator | AheadOperator): operator is AheadOperator {
  return 'createAhead' in operator
}

/** What is wrong with a parameter's value, in words; undefined where it is right, or absent. */
export function parameterProblem(parameter: Parameter, value: unknown): Sentence | undefined {
  const { name, kind, choices = [], min, above, max, whole } = parameter
  if (value === undefined || value === null) return undefined
  // what the panel calls it is in its locale
  const title = { key: `parameter-${name}`, values: {}, text: name }
  if (kind === 'flag')
    return typeof value === 'boolean' ? undefined : ruleSentence('parameterFlag', { name: title })
  if (kind === 'choice') {
    return choices.includes(String(value))
      ? undefined
      : ruleSentence('parameterChoice', { name: title, choices: choices.join(', ') })
  }
  if (parameter.unit === 'seconds') value = secondsOf(value)
  if (parameter.unit === 'seconds' && value === undefined) {
    return ruleSentence('parameterDuration', { name: title, problem: durationProblem })
  }
  if (typeof value !== 'number' || !Number.isFinite(value))
    return ruleSentence('parameterNumber', { name: title })
  if (whole && !Number.isInteger(value)) return ruleSentence('parameterWhole', { name: title })
  if (min !== undefined && value < min) return ruleSentence('parameterLeast', { name: title, bound: min })
  if (above !== undefined && value <= above)
    return ruleSentence('parameterAbove', { name: title, bound: above })
  if (max !== undefined && value > max)
    return ruleSentence('parameterMost', { name: title, bound: String(max) })
  return undefined
}

/** All parameters of an operator, with the defaults of those that are absent. */
export function completeSettings(
  { parameters }: Pick<StatefulOperator, 'parameters'>,
  settings: Readonly<Record<string, unknown>> = {},
): Settings {
  return Object.fromEntries(
    parameters.map(({ name, default: fallback, unit }) => {
      const given = Object.hasOwn(settings, name) ? settings[name] : undefined
      const value = (unit === 'seconds' ? secondsOf(given) : given) ?? fallback
      return [name, value as number | string | boolean]
    }),
  )
}

/** The thresholds of a condition that has no problems. @param broken the flag over the first of them */
export function levelsOf(
  { operator, values, suspectValues }: Pick<Condition, 'operator' | 'values' | 'suspectValues'>,
  broken: 3 | 4,
): Levels {
  const { threshold } = statefulOperators[operator as StatefulName]
  return {
    threshold: thresholdIn(threshold, values[0]) ?? 0,
    flag: broken,
    suspect: thresholdIn(threshold, suspectValues?.[0]),
  }
}

/** A threshold as a number, that of a time in seconds; undefined for what is none, or negative. */
export function thresholdIn(counts: StatefulOperator['threshold'], value: unknown): number | undefined {
  if (counts === 'seconds') return secondsOf(value)
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}
