// Rules from before they named the fault. Until version 1 of a label node a row said what is right, "battery >= 2.8",
// unless it compared with the readings before; since then each says what makes an event bad, "battery is below 2.8".
// A migrated rule gives every event the flag, and the event the verdict, that the old one gave.
import type { Config, Migration } from './migration.ts'

/** What an operator demanded, and the one that finds where it is not so. */
const faults: Readonly<Record<string, string>> = {
  '==': 'is not',
  '!=': 'is',
  '<': 'is at least',
  '<=': 'is above',
  '>': 'is at most',
  '>=': 'is below',
  'is between': 'is outside',
  contains: 'does not contain',
  'starts with': 'does not start with',
  'ends with': 'does not end with',
  'matches regex': 'does not match regex',
  'in set': 'is none of',
  'is true': 'is false',
  'is false': 'is true',
  'is null': 'has a value',
  'is not null': 'has no value',
  'is empty': 'is not empty',
  'is not empty': 'is empty',
  'is of type': 'is not of type',
  'length is between': 'length is outside',
  'has key': 'has no key',
}

/**
 * What `not` of an operator is in a word. Not of `is below` and its like: what cannot be compared is a fault for both.
 */
const opposites: Readonly<Record<string, string>> = {
  'is not': 'is',
  is: 'is not',
  'does not contain': 'contains',
  'does not start with': 'starts with',
  'does not end with': 'ends with',
  'does not match regex': 'matches regex',
  'is none of': 'is one of',
  'has a value': 'has no value',
  'has no value': 'has a value',
  'is not empty': 'is empty',
  'is empty': 'is not empty',
  'is not of type': 'is of type',
  'has no key': 'has key',
}

const groups: readonly unknown[] = ['all of', 'any of', 'none of']
const expression = 'expression'
/** so deep were groups compiled */
const deepest = 6
const longestName = 80

export const nameFaults: Migration = (config) => ({
  ...config,
  ...present({ predicates: faultRows(config.predicates) }),
})

/**
 * The rules of a label node of whatever version. Each row shows its form by itself, so those of a flow that was put
 * together by hand or by a program are read as well; what is no list is given back.
 */
export function faultRows(predicates: unknown): unknown {
  return Array.isArray(predicates) ? predicates.map(faultRow) : predicates
}

/** A row in today's form, which says `bad` or `suspect`; one that says so already is given back. */
export function faultRow(row: unknown): unknown {
  if (!isRecord(row) || row.says !== undefined) return row
  const { severity, when, rows: _, name, types, sources, enabled, votes, missing, ...rest } = given(row)
  return {
    says: severity === undefined || severity === 'fail' ? 'bad' : severity,
    // flags and reasons keep the name that was made of the old condition
    name: plain(name).trim() === '' ? shortened(oldText(row, 0)) : name,
    ...rest,
    ...faultOf(row, 0),
    ...(when === undefined ? {} : { onlyWhen: isRecord(when) ? opposite(faultOf(when, 0)) : when }),
    ...present({ votes, types, sources, missing, enabled }),
  }
}

/** What is found where the old condition does not hold. */
function faultOf(old: Config, depth: number): Config {
  const { operator = '<=', missing, rows, values, field, suspectValues, settings, ignoreCase } = given(old)
  const common = present({ field, missing: policyOf(missing) })
  if (groups.includes(operator) && depth < deepest) {
    const members = Array.isArray(rows)
      ? rows.map((each) => (isRecord(each) ? faultOf(each, depth + 1) : each))
      : rows
    const isNone = operator === 'none of' && Array.isArray(members)
    const conditions = isNone ? members.map((each) => (isRecord(each) ? opposite(each) : each)) : members
    return { ...common, operator: operator === 'any of' ? 'and' : 'or', ...present({ conditions }) }
  }
  const own = present({ ...common, values, suspectValues, settings, ignoreCase })
  if (operator === expression) return { ...own, operator, not: true }
  return { ...own, operator: typeof operator === 'string' ? (ownOf(faults, operator) ?? operator) : operator }
}

/** The condition that finds what this one does not; what a missing value means is then the other way round, too. */
function opposite(condition: Config): Config {
  const { not, missing, ...rest } = condition
  const policy = missing === 'keep' ? 'break' : missing === 'break' ? 'keep' : missing
  const common = { ...rest, ...present({ missing: policy }) }
  if (not === true) return common
  const other = isPlain(condition) ? ownOf(opposites, String(rest.operator)) : undefined
  return other === undefined ? { ...common, not: true } : { ...common, operator: other }
}

/** With one threshold, and no operand that is another field, of which the kind is not known. */
function isPlain({ suspectValues, values }: Config): boolean {
  const hasFields = Array.isArray(values) && values.some(isRecord)
  return suspectValues === undefined && !hasFields
}

function policyOf(missing: unknown): unknown {
  if (missing === undefined || missing === 'skip') return undefined
  return missing === 'keep' ? 'keep' : 'break'
}

/** The name that an old row without one had. */
function oldText(old: Config, depth: number): string {
  const { operator = '<=', values, rows, field } = given(old)
  if (operator === expression && Array.isArray(values)) return plain(values[0])
  if (groups.includes(operator) && Array.isArray(rows) && depth < 4) {
    const parts = rows.map((part) => oldText(isRecord(part) ? part : {}, depth + 1))
    return `${plain(operator)} (${parts.join('; ')})`
  }
  const between = operator === 'is between' || operator === 'length is between' ? ' and ' : ', '
  const operands = Array.isArray(values) ? values.map(operandText).join(between) : ''
  return `${plain(field).trim()} ${plain(operator)} ${operands}`.trim()
}

function operandText(operand: unknown): string {
  return isRecord(operand) && typeof operand.field === 'string' ? operand.field : plain(operand)
}

function shortened(text: string): string {
  return text.length > longestName ? `${text.slice(0, longestName - 1)}…` : text
}

function ownOf(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}

/** What is null was default, as what is absent. */
function given(part: Config): Config {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined && value !== null))
}

function present(part: Config): Config {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined))
}

function plain(value: unknown): string {
  const isPlainValue = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  return isPlainValue ? String(value) : ''
}

function isRecord(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
