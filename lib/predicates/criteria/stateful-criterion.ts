import type { FieldlogEvent, Flag } from '../../event.ts'
import { isMissing } from '../model/operators.ts'
import type { Condition } from '../model/row.ts'
import type { StatefulName } from '../model/stateful-names.ts'
import type { AheadJudge, Point, waiting } from '../stateful/operator.ts'
import { completeSettings, levelsOf, looksAhead, statefulOperators } from '../stateful/operators.ts'
import { absentFlag, type Criterion, fieldValue, type Tools } from './criterion.ts'

/** What an operator remembers of a series. */
interface Memory {
  judge: unknown
  /** how many events it has seen since what came before was in doubt */
  seen: number
}

/** A comparison with the readings before. */
export function statefulCriterion(row: Condition, { broken }: Tools): Criterion {
  const operator = statefulOperators[row.operator as StatefulName]
  if (looksAhead(operator)) throw new Error(`${row.operator} cannot stand in a group`)
  const judge = operator.create(levelsOf(row, broken), completeSettings(operator, row.settings))
  const absent = absentFlag(row, broken)
  const read = reader(row)
  const settled = judge.settled ?? hasSeenOne
  return {
    start: (): Memory => ({ judge: judge.start(), seen: 0 }),
    judge(event, given) {
      const memory = given as Memory
      const point = read(event)
      if (typeof point === 'object') {
        memory.seen++
        return judge.judge(point, memory.judge)
      }
      if (judge.missing) {
        memory.seen++
        judge.missing(memory.judge, event)
      }
      return point === 'missing' ? absent : 2
    },
    reason: () => judge.reason(),
    size: (memory) => judge.size?.((memory as Memory).judge) ?? 1,
    isSettled: (memory) => settled((memory as Memory).judge, (memory as Memory).seen),
    doubt(memory) {
      ;(memory as Memory).seen = 0
      judge.doubt?.((memory as Memory).judge)
    },
  }
}

function hasSeenOne(_memory: unknown, seen: number): boolean {
  return seen >= 1
}

/** A comparison that needs the next reading, too. */
export interface AheadCriterion {
  /** how long it waits for the next reading, ms */
  limit: number
  start(): unknown
  /** The flag of the event that waits, now that the next one is here; undefined: none waits. Before `judge`. */
  settle(next: FieldlogEvent, memory: unknown): Flag | undefined
  judge(event: FieldlogEvent, memory: unknown): Flag | typeof waiting
  giveUp(memory: unknown): void
  /** when the event that waits was received; undefined: none waits */
  waitsSince(memory: unknown): number | undefined
  reason(): string
  /** as a Criterion's: for the next event's flag */
  isSettled(memory: unknown): boolean
  /** for the flag of the event that waits */
  isWaitSettled(memory: unknown): boolean
  doubt(memory: unknown): void
}

/** Undefined for a row whose operator needs no next reading. */
export function aheadCriterion(row: Condition, { broken }: Tools): AheadCriterion | undefined {
  const operator = statefulOperators[row.operator as StatefulName]
  if (operator === undefined || !looksAhead(operator)) return undefined
  const levels = levelsOf(row, broken)
  const judge: AheadJudge = operator.createAhead(levels, completeSettings(operator, row.settings))
  const absent = absentFlag(row, broken)
  const read = reader(row)
  return {
    limit: judge.limit,
    start: (): Memory => ({ judge: judge.start(), seen: 0 }),
    settle(next, memory) {
      const point = read(next)
      return judge.settle(typeof point === 'object' ? point : undefined, next, (memory as Memory).judge)
    },
    judge(event, given) {
      const memory = given as Memory
      memory.seen++
      const point = read(event)
      if (typeof point === 'object') return judge.judge(point, memory.judge)
      judge.missing(memory.judge, event)
      return point === 'missing' ? absent : 2
    },
    giveUp: (memory) => judge.giveUp((memory as Memory).judge),
    waitsSince: (memory) => judge.waitsSince((memory as Memory).judge),
    reason: () => judge.reason(),
    isSettled: (memory) => (memory as Memory).seen >= 1,
    // the one that waits, and the one before it
    isWaitSettled: (memory) => (memory as Memory).seen >= 2,
    doubt(memory) {
      ;(memory as Memory).seen = 0
    },
  }
}

/** How a row sees an event: as a point of its series, or why there is none. */
function reader(row: Condition): (event: FieldlogEvent) => Point | 'missing' | 'unusable' {
  const { numeric } = statefulOperators[row.operator as StatefulName]
  const field = row.field.trim()
  const needsData = row.operator === 'duplicate'
  // used again for each event: judges keep its parts, never itself
  const point: Point = { time: 0, received: 0, value: 0 }
  return (event) => {
    point.time = event.time
    point.received = event.received
    if (field === '') {
      point.value = needsData ? JSON.stringify(event.data) : true
      return point
    }
    const value = fieldValue(event, field)
    if (isMissing(value)) return 'missing'
    if (numeric ? !Number.isFinite(value) : typeof value === 'object') return 'unusable'
    point.value = value as Point['value']
    return point
  }
}
