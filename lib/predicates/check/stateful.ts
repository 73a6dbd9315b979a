import type { PredicateRow } from '../model/row.ts'
import type { StatefulName } from '../model/stateful-names.ts'
import { looksAhead, parameterProblem, statefulOperators } from '../stateful/operators.ts'
import type { RowProblem } from './problem.ts'

/** What is wrong with thresholds and parameters of a row that compares with the readings before. */
export function statefulProblems(row: PredicateRow, depth: number): RowProblem[] {
  const operator = statefulOperators[row.operator as StatefulName]
  const problems: RowProblem[] = []
  if (looksAhead(operator) && depth > 0) {
    problems.push({
      at: 'operator',
      text: `${row.operator} needs the next reading: it cannot stand in a group`,
    })
  }
  if (operator.threshold !== 'none') problems.push(...thresholdProblems(row))
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

function thresholdProblems({ operator, values, suspectValues }: PredicateRow): RowProblem[] {
  const problems: RowProblem[] = []
  const isThreshold = (list: unknown) =>
    Array.isArray(list) && list.length === 1 && Number.isFinite(list[0]) && list[0] >= 0
  if (!isThreshold(values)) problems.push({ at: 'values', text: 'needs a number that is not negative' })
  if (suspectValues === undefined) return problems
  if (!isThreshold(suspectValues)) {
    problems.push({ at: 'suspectValues', text: 'needs a number that is not negative' })
  } else if (problems.length === 0) {
    const [fail, suspect] = [values[0] as number, suspectValues[0] as number]
    const isUnder = operator === 'attenuated signal'
    if (isUnder ? suspect <= fail : suspect >= fail) {
      const side = isUnder ? 'greater' : 'smaller'
      problems.push({ at: 'suspectValues', text: `must be ${side} than ${fail}, or it never counts` })
    }
  }
  return problems
}
