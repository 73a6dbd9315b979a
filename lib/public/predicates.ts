// What is public of the predicates: `@fieldlog/node-red-gateway/predicates`. They judge decoded events by rules, and
// know nothing of Node-RED or of the journal. What is not named here may change in any version.

export { compileNames, type DeviceNames, type DeviceRow } from '../devices/names.ts'
export type { FieldlogEvent, Flag, Scalar } from '../event.ts'
export { cleanEvents } from '../predicates/clean-events.ts'
export { re2Engine } from '../predicates/criteria/regex.ts'
export type { LabellerParts, LabelSettings } from '../predicates/judge/compile.ts'
export { Draft } from '../predicates/judge/draft.ts'
export type { Labeller, Release, StoredMemory } from '../predicates/judge/labeller.ts'
export type { LabelResult } from '../predicates/judge/result.ts'
export type { RuleProblem } from '../predicates/judge/rule.ts'
export type { RegexEngine } from '../predicates/model/operators.ts'
export {
  type Condition,
  type MissingPolicy,
  newRow,
  type Operand,
  type PredicateRow,
  type RowOperator,
  type Says,
  type Severity,
} from '../predicates/model/row.ts'
export { type Trial, tryRules } from '../predicates/trial.ts'
export {
  type AnyRow,
  compilePredicates,
  completeRow,
  type OldRow,
  type RowProblem,
  rowProblems,
} from './rows.ts'
