// What is wrong with a value, and what it stands for: one rule for the panel, the runtime and the environment.
import { type Sentence, verbatim } from '../words/sentence.ts'
import {
  type Field,
  isChoice,
  isConfigNode,
  isFlag,
  isNumber,
  isOptional,
  type NumberField,
  type OptionalField,
} from './fields.ts'
import { isReference } from './reference.ts'
import { optionSentence } from './sentences.ts'

/** A number as people type it: `57600`, `0.5`, `1e6`; none of `0x10`, `Infinity`, `1,5`. */
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** Nothing was entered: the value stands for the default. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

/**
 * What is wrong with a field's value, in a sentence for the user; undefined where nothing is. Numbers and choices may
 * be texts, as inputs and the environment give them. Empty is right: it stands for the default.
 *
 * So is `${NAME}` in a field that takes its value from the environment. Node-RED puts the variable's value in its
 * place before a node sees it, and the node checks that value with this same function. A reference that is still
 * there at the runtime names a variable that is not set: it counts as empty.
 */
export function problemOf(field: Field, value: unknown): string | undefined {
  return problemIn(field, value)?.text
}

/** The same, to be said in another language: `title` and `unit` then have to be the reader's, too. */
export function problemIn(field: Field, value: unknown): Sentence | undefined {
  const { title } = field
  if (isEmpty(value)) {
    return isConfigNode(field) && !isOptional(field) ? optionSentence('notChosen', { title }) : undefined
  }
  if (field.env && isReference(value)) return undefined
  const found = { title, value: shown(value) }
  if (field.env && isReference(trimmed(value))) return optionSentence('notAlone', found)
  if (isNumber(field)) return numberProblem(field, value)
  if (isChoice(field)) {
    const choices = field.enum.join(', ')
    return chosen(field.enum, value) === undefined
      ? optionSentence('oneOf', { ...found, choices })
      : undefined
  }
  if (isFlag(field)) return flagOf(value) === undefined ? optionSentence('flag', found) : undefined
  if (isConfigNode(field)) return typeof value === 'string' ? undefined : optionSentence('configNode', found)
  if (typeof value !== 'string' && typeof value !== 'number') return optionSentence('text', found)
  const problem = field.problem?.(String(value).trim())
  return typeof problem === 'string' ? verbatim(problem) : problem
}

/** The range of a number: `a whole number of seconds from 1 to 60`. */
export function rangeOf({ type, unit, minimum, maximum }: NumberField): Sentence {
  const kind = type === 'integer' ? 'whole' : 'number'
  const bounds = { minimum: String(minimum), maximum: String(maximum) }
  return unit === undefined
    ? optionSentence(`${kind}Range`, bounds)
    : optionSentence(`${kind}RangeUnit`, { ...bounds, unit })
}

/** The range in words. */
export function rangeText(field: NumberField): string {
  return rangeOf(field).text
}

export type Setting = number | string | boolean | undefined

/**
 * The value as it is used, of a value that has no problem: a number is a number, a text is trimmed, and what is empty
 * or left to a variable that is not set is the default, or undefined where the field is optional.
 */
export function settingOf(field: OptionalField, value: unknown): Setting
export function settingOf(field: NumberField, value: unknown): number
export function settingOf(field: Field, value: unknown): Setting
export function settingOf(field: Field, value: unknown): Setting {
  if (isEmpty(value) || (field.env && isReference(value))) {
    return isOptional(field) ? undefined : field.default
  }
  if (isNumber(field)) return numberOf(value)
  if (isChoice(field)) return chosen(field.enum, value)
  if (isFlag(field)) return flagOf(value)
  return String(value).trim()
}

function numberProblem(field: NumberField, value: unknown): Sentence | undefined {
  const given = numberOf(value)
  const isRight =
    given !== undefined &&
    given >= field.minimum &&
    given <= field.maximum &&
    (field.type === 'number' || Number.isInteger(given))
  if (isRight) return undefined
  const { title } = field
  return optionSentence('outside', { title, value: shown(value), range: rangeText(field) })
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  const text = trimmed(value)
  return typeof text === 'string' && decimal.test(text) ? Number(text) : undefined
}

function chosen<Value>(choices: readonly Value[], value: unknown): Value | undefined {
  return choices.find((each) => String(each) === String(trimmed(value)))
}

function flagOf(value: unknown): boolean | undefined {
  return chosen([true, false], value)
}

function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value
}

/** `"fast"`, `10`. */
function shown(value: unknown): string {
  const isPlain = typeof value !== 'object' && (typeof value !== 'string' || decimal.test(value))
  return isPlain ? String(value) : JSON.stringify(value)
}
