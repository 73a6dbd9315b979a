import { durationProblem } from '../model/duration.ts'
import type { Condition } from '../model/row.ts'
import { ruleSentence } from '../model/sentences.ts'
import type { StatefulName } from '../model/stateful-names.ts'
import type { StatefulOperator } from '../stateful/operator.ts'
import { looksAhead, parameterProblem, statefulOperators, thresholdIn } from '../stateful/operators.ts'
import type { RowProblem } from './problem.ts'

/** What is wrong with thresholds and parameters of a row that compares with the readings before. */
export function statefulProblems(row: Condition, depth: number): RowProblem[] {
  const operator = statefulOperators[row.operator as StatefulName]
  const problems: RowProblem[] = []
  if (looksAhead(operator) && depth > 0) {
    problems.push({
      at: 'operator',
      ...ruleSentence('joinsAhead', { operator: row.operator }),
    })
  }
  if (operator.threshold !== 'none') problems.push(...thresholdProblems(row, operator.threshold))
  const settings: unknown = row.settings ?? {}
  if (typeof settings !== 'object' || Array.isArray(settings)) {
    problems.push({ at: 'settings', ...ruleSentence('settings') })
    return problems
  }
  for (const parameter of operator.parameters) {
    const problem = parameterProblem(parameter, (settings as Record<string, unknown>)[parameter.name])
    if (problem !== undefined) problems.push({ at: 'settings', ...problem })
  }
  return problems
}

function thresholdProblems(
  { operator, values, suspectValues }: Condition,
  counts: StatefulOperator['threshold'],
): RowProblem[] {
  const problems: RowProblem[] = []
  const how = counts === 'seconds' ? durationProblem : ruleSentence('notNegative')
  const only = (list: unknown) =>
    Array.isArray(list) && list.length === 1 ? thresholdIn(counts, list[0]) : undefined
  const fail = only(values)
  if (fail === undefined) problems.push({ at: 'values', ...how })
  if (suspectValues === undefined) return problems
  const suspect = only(suspectValues)
  if (suspect === undefined) {
    problems.push({ at: 'suspectValues', ...how })
  } else if (fail !== undefined) {
    const isUnder = operator === 'attenuated signal'
    if (isUnder ? suspect <= fail : suspect >= fail) {
      const key = isUnder ? 'suspectGreater' : 'suspectSmaller'
      problems.push({ at: 'suspectValues', ...ruleSentence(key, { bound: String(values[0]) }) })
    }
  }
  return problems
}
