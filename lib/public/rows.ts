// Rules as programs give them, in today's form or in that of version 1.0.0-alpha.1, in which a row named what is right.
import type { Scalar } from '../event.ts'
import type { FormatDefinition } from '../formats/model/definition.ts'
import { faultRow } from '../migrate/label.ts'
import { rowProblems as problemsOf } from '../predicates/check/check.ts'
import type { RowProblem as Problem } from '../predicates/check/problem.ts'
import {
  compilePredicates as compile,
  type LabellerParts,
  type LabelSettings,
} from '../predicates/judge/compile.ts'
import type { Labeller } from '../predicates/judge/labeller.ts'
import type { RegexEngine } from '../predicates/model/operators.ts'
import {
  completeRow as complete,
  type MissingPolicy,
  type Operand,
  type PredicateRow,
  type Severity,
  type Votes,
} from '../predicates/model/row.ts'

/** A row of the older form: it states what must hold, and has no `says`. */
export interface OldRow {
  name: string
  field: string
  /** such as `>=`, `is between`, `all of` */
  operator: string
  values: Operand[]
  suspectValues?: Operand[]
  settings?: Record<string, Scalar>
  rows?: Array<Partial<OldRow>>
  when?: string | Partial<OldRow>
  votes?: Votes
  ignoreCase?: boolean
  types: string[]
  sources: string[]
  severity: Severity
  missing: MissingPolicy
  enabled: boolean
}

/** What is wrong with a row, and which of its properties. */
export type RowProblem = Pick<Problem, 'at' | 'text'>

export type AnyRow = Partial<PredicateRow> | Partial<OldRow>

/** A row of either form in today's, with all that is default. */
export function completeRow(row: AnyRow): PredicateRow {
  return complete(today(row))
}

/** What is wrong with a row of either form; see lib/predicates/check. */
export function rowProblems(row: AnyRow, regex: RegexEngine): RowProblem[] {
  return problemsOf(completeRow(row), regex).map(({ at, text }) => ({ at, text }))
}

/** The labeller for rows of either form; see lib/predicates/judge/compile.ts. */
export function compilePredicates(
  rows: readonly AnyRow[],
  formats: readonly FormatDefinition[],
  settings?: LabelSettings,
  parts?: LabellerParts,
): Labeller {
  return compile(rows.map(today), formats, settings, parts)
}

function today(row: AnyRow): Partial<PredicateRow> {
  return faultRow(row) as Partial<PredicateRow>
}
