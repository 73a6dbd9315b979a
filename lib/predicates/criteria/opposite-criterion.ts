import type { Flag } from '../../event.ts'
import { expressionOperator } from '../model/compound.ts'
import { conditionText } from '../model/name.ts'
import type { Condition, MissingPolicy } from '../model/row.ts'
import { show } from '../model/text.ts'
import { type Criterion, fieldValue, type Tools } from './criterion.ts'

const otherPolicy: Record<MissingPolicy, MissingPolicy> = { skip: 'skip', keep: 'break', break: 'keep' }

/** The condition behind `not`. What a missing value means is said of the whole, so it is turned round here. */
export function reversed(condition: Condition): Condition {
  return { ...condition, not: false, missing: otherPolicy[condition.missing] }
}

/** Finds what `criterion` does not find. */
export function oppositeCriterion(criterion: Criterion, condition: Condition, { broken }: Tools): Criterion {
  const wanted = conditionText({ ...condition, not: false })
  return {
    ...criterion,
    judge: (event, memory) => opposite(criterion.judge(event, memory), broken),
    reason(event) {
      if (condition.operator === expressionOperator) return `found false, expected ${wanted}`
      if (condition.field === '') return `expected that ${wanted}`
      return `found ${show(fieldValue(event, condition.field))}, expected that ${wanted}`
    },
  }
}

function opposite(flag: Flag, broken: 3 | 4): Flag {
  if (flag === 1) return broken
  return flag === 3 || flag === 4 ? 1 : flag
}
