import { durationProblem } from '../model/duration.ts'
import type { Condition } from '../model/row.ts'
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
      text: `${row.operator} needs the next reading: it cannot be joined with others`,
    })
  }
  if (operator.threshold !== 'none') problems.push(...thresholdProblems(row, operator.threshold))
  const settings: unknown = row.settings ?? {}
  if (typeof settings !== 'object' || Array.isArray(settings)) {
    problems.push({ at: 'settings', text: 'must be an object' })
    return problems
  }
  for (const parameter of operator.parameters) {
    const text = parameterProblem(parameter, (settings as Record<string, unknown>)[parameter.name])
    if (text !== undefined) problems.push({ at: 'settings', text })
  }
  return problems
}

function thresholdProblems(
  { operator, values, suspectValues }: Condition,
  counts: StatefulOperator['threshold'],
): RowProblem[] {
  const problems: RowProblem[] = []
  const text = counts === 'seconds' ? durationProblem : 'needs a number that is not negative'
  const only = (list: unknown) =>
    Array.isArray(list) && list.length === 1 ? thresholdIn(counts, list[0]) : undefined
  const fail = only(values)
  if (fail === undefined) problems.push({ at: 'values', text })
  if (suspectValues === undefined) return problems
  const suspect = only(suspectValues)
  if (suspect === undefined) {
    problems.push({ at: 'suspectValues', text })
  } else if (fail !== undefined) {
    const isUnder = operator === 'attenuated signal'
    if (isUnder ? suspect <= fail : suspect >= fail) {
      const side = isUnder ? 'greater' : 'smaller'
      problems.push({ at: 'suspectValues', text: `must be ${side} than ${values[0]}, or it never counts` })
    }
  }
  return problems
}
