import type { Flag } from '../../event.ts'
import type { GroupOperator } from '../model/compound.ts'
import type { PredicateRow } from '../model/row.ts'
import { type Criterion, flagsOf, type RowFlags } from './criterion.ts'

/**
 * All, any or none of its rules must hold. A rule without a value is left out (flag 9 where all are), as is one that
 * is not evaluated (flag 2 where that decides): what is known decides where it can.
 */
export function groupCriterion(row: PredicateRow, members: readonly Criterion[]): Criterion {
  const flags = flagsOf(row)
  const operator = row.operator as GroupOperator
  const remembers = members.some((member) => member.start)
  const found: Flag[] = members.map(() => 1)
  return {
    ...(remembers ? { start: () => members.map((member) => member.start?.() ?? null) } : {}),
    judge(event, memory) {
      const memories = memory as unknown[] | undefined
      members.forEach((member, i) => {
        found[i] = member.judge(event, memories?.[i])
      })
      return decide(operator, found, flags)
    },
    reason(event) {
      const isWanted = (flag: Flag) => (operator === 'none of' ? flag === 1 : flag === 3 || flag === 4)
      const parts = members.map((member, i) => {
        if (!isWanted(found[i] as Flag)) return undefined
        return operator === 'none of' ? `rule ${i + 1} holds` : `rule ${i + 1} ${member.reason(event)}`
      })
      return `expected ${operator} its rules to hold: ${parts.filter((part) => part !== undefined).join('; ')}`
    },
    isSettled: (memory) =>
      members.every(({ isSettled }, i) => isSettled === undefined || isSettled((memory as unknown[])[i])),
    doubt(memory) {
      members.forEach(({ doubt }, i) => {
        doubt?.((memory as unknown[])[i])
      })
    },
    size: (memory) =>
      members.reduce(
        (sum, { start, size }, i) => sum + (start ? (size?.((memory as unknown[])[i]) ?? 1) : 0),
        0,
      ),
  }
}

function decide(operator: GroupOperator, found: readonly Flag[], { broken, absent }: RowFlags): Flag {
  const holds = found.includes(1)
  const breaks = found.some((flag) => flag === 3 || flag === 4)
  if (!holds && !breaks) return found.includes(2) ? 2 : absent
  switch (operator) {
    case 'all of':
      return breaks ? broken : found.includes(2) ? 2 : 1
    case 'any of':
      return holds ? 1 : found.includes(2) ? 2 : broken
    case 'none of':
      return holds ? broken : found.includes(2) ? 2 : 1
  }
}
