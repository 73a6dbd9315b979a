import type { FieldlogEvent, Flag } from '../../event.ts'
import { isMissing } from '../model/operators.ts'
import type { PredicateRow } from '../model/row.ts'
import type { StatefulName } from '../model/stateful-names.ts'
import type { AheadJudge, Point, waiting } from '../stateful/operator.ts'
import { completeSettings, levelsOf, looksAhead, statefulOperators } from '../stateful/operators.ts'
import { type Criterion, fieldValue, flagsOf } from './criterion.ts'

/** A comparison with the readings before. */
export function statefulCriterion(row: PredicateRow): Criterion {
  const operator = statefulOperators[row.operator as StatefulName]
  if (looksAhead(operator)) throw new Error(`${row.operator} cannot stand in a group`)
  const judge = operator.create(levelsOf(row), completeSettings(operator, row.settings))
  const { absent } = flagsOf(row)
  const read = reader(row)
  return {
    start: judge.start,
    judge(event, memory) {
      const point = read(event)
      if (typeof point === 'object') return judge.judge(point, memory)
      judge.missing?.(memory, event)
      return point === 'missing' ? absent : 2
    },
    reason: () => judge.reason(),
    size: judge.size ?? (() => 1),
  }
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
}

/** Undefined for a row whose operator needs no next reading. */
export function aheadCriterion(row: PredicateRow): AheadCriterion | undefined {
  const operator = statefulOperators[row.operator as StatefulName]
  if (operator === undefined || !looksAhead(operator)) return undefined
  const judge: AheadJudge = operator.createAhead(levelsOf(row), completeSettings(operator, row.settings))
  const { absent } = flagsOf(row)
  const read = reader(row)
  return {
    limit: judge.limit,
    start: () => judge.start(),
    settle(next, memory) {
      const point = read(next)
      return judge.settle(typeof point === 'object' ? point : undefined, next, memory)
    },
    judge(event, memory) {
      const point = read(event)
      if (typeof point === 'object') return judge.judge(point, memory)
      judge.missing(memory, event)
      return point === 'missing' ? absent : 2
    },
    giveUp: (memory) => judge.giveUp(memory),
    waitsSince: (memory) => judge.waitsSince(memory),
    reason: () => judge.reason(),
  }
}

/** How a row sees an event: as a point of its series, or why there is none. */
function reader(row: PredicateRow): (event: FieldlogEvent) => Point | 'missing' | 'unusable' {
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
