import type { Flag } from '../../event.ts'
import type { GroupOperator } from '../model/compound.ts'
import type { Condition } from '../model/row.ts'
import { absentFlag, type Criterion, type Tools } from './criterion.ts'

/**
 * `or` finds what one of its conditions finds, `and` what all of them find. One without a value is left out (flag 9
 * where all are), as is one that is not evaluated (flag 2 where that decides): what is known decides where it can.
 */
export function groupCriterion(
  group: Condition,
  conditions: readonly Condition[],
  members: readonly Criterion[],
  { broken }: Tools,
): Criterion {
  const absent = absentFlag(group, broken)
  const operator = group.operator as GroupOperator
  const found: Flag[] = members.map(() => 1)
  return {
    ...(members.some((member) => member.start) ? memoryOf(members) : {}),
    judge(event, memory) {
      const memories = memory as unknown[] | undefined
      members.forEach((member, i) => {
        found[i] = member.judge(event, memories?.[i])
      })
      return decide(operator, found, broken, absent)
    },
    reason(event) {
      const parts = members.map((member, i) => {
        if (!isFound(found[i] as Flag)) return undefined
        const field = conditions[i]?.field ?? ''
        return `${field === '' ? '' : `${field}: `}${member.reason(event)}`
      })
      return parts.filter((part) => part !== undefined).join('; ')
    },
  }
}

/** What a group remembers is what its members do, null for one that remembers nothing. */
function memoryOf(members: readonly Criterion[]): Pick<Criterion, 'start' | 'isSettled' | 'doubt' | 'size'> {
  const own = (memory: unknown, i: number) => (memory as unknown[])[i]
  const remembering = [...members.entries()].filter(([, { start }]) => start !== undefined)
  return {
    start: () => members.map((member) => member.start?.() ?? null),
    isSettled: (memory) => remembering.every(([i, member]) => member.isSettled?.(own(memory, i)) ?? true),
    doubt(memory) {
      for (const [i, member] of remembering) member.doubt?.(own(memory, i))
    },
    size: (memory) => remembering.reduce((sum, [i, member]) => sum + (member.size?.(own(memory, i)) ?? 1), 0),
  }
}

function decide(operator: GroupOperator, found: readonly Flag[], broken: 3 | 4, absent: Flag): Flag {
  const isAny = found.some(isFound)
  const isAnyRight = found.includes(1)
  if (!isAny && !isAnyRight) return found.includes(2) ? 2 : absent
  const decides = operator === 'or' ? isAny : isAnyRight
  if (decides) return operator === 'or' ? broken : 1
  if (found.includes(2)) return 2
  return operator === 'or' ? 1 : broken
}

function isFound(flag: Flag): boolean {
  return flag === 3 || flag === 4
}
