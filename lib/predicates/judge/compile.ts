// Compiles the rows of a label node to a labeller, with RE2 for patterns and SHA-256 for the hash (the two parts that
// do not run in the browser).
import type { FormatDefinition } from '../../formats/model/definition.ts'
import { re2Engine } from '../criteria/regex.ts'
import { defaultRows } from '../model/defaults.ts'
import { completeRow, type PredicateRow, type Severity } from '../model/row.ts'
import { Labeller, type RuleSet } from './labeller.ts'
import { rulesHash } from './rules-hash.ts'
import type { SeriesLimits } from './series.ts'

export interface LabelSettings {
  /** the least severity that makes an event bad; default `fail` (suspect leaves it good, with flag 3) */
  badFrom?: Severity
  /** whether the formats' own min, max and allowed values are predicates; default true */
  formatRanges?: boolean
}

/** What a labeller may be given beside its rules. */
export interface LabellerParts {
  /** told once of each rule whose expression cannot be evaluated: its name, and why */
  warn?: (rule: string, text: string) => void
  limits?: SeriesLimits
  /** whether there are no events before the first that it will judge; default true */
  isWhole?: boolean
}

/** The rows that are in use: those that the formats declare, and the node's own. */
function rowsInUse(
  rows: ReadonlyArray<Partial<PredicateRow>>,
  formats: readonly FormatDefinition[],
  formatRanges = true,
): PredicateRow[] {
  const all = [...(formatRanges ? defaultRows(formats) : []), ...rows.map(completeRow)]
  return all.filter((row) => row.enabled)
}

/** The rule set of a node's rows and of what the formats declare. */
function ruleSet(
  rows: ReadonlyArray<Partial<PredicateRow>>,
  formats: readonly FormatDefinition[],
  { badFrom = 'fail', formatRanges = true }: LabelSettings = {},
): RuleSet {
  const used = rowsInUse(rows, formats, formatRanges)
  return { rows: used, formats, badFrom, hash: rulesHash({ badFrom, rows: used }) }
}

/**
 * The labeller for a node's rows and for what the formats declare.
 * @param rows as they stand in the flow file; absent properties are default, a wrong row is never evaluated
 * @param formats the formats of the flows: their ranges are predicates, and a row for all types concerns
 *   those types that declare its field
 */
export function compilePredicates(
  rows: ReadonlyArray<Partial<PredicateRow>>,
  formats: readonly FormatDefinition[],
  settings: LabelSettings = {},
  { warn = () => {}, limits, isWhole }: LabellerParts = {},
): Labeller {
  return new Labeller(ruleSet(rows, formats, settings), { regex: re2Engine, warn }, limits, isWhole)
}
