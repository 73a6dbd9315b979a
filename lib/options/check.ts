// What is wrong with a value, and what it stands for: one rule for the panel, the runtime and the environment.
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
  if (isEmpty(value)) {
    return isConfigNode(field) && !isOptional(field) ? `no ${field.title} is chosen` : undefined
  }
  if (field.env && isReference(value)) return undefined
  if (field.env && isReference(trimmed(value))) {
    return `${is(field, value)}: Node-RED replaces a variable only where it stands alone, without blanks`
  }
  if (isNumber(field)) return numberProblem(field, value)
  if (isChoice(field)) {
    return chosen(field.enum, value) === undefined
      ? `${is(field, value)}: give one of ${field.enum.join(', ')}`
      : undefined
  }
  if (isFlag(field)) {
    return flagOf(value) === undefined ? `${is(field, value)}: give true or false` : undefined
  }
  if (isConfigNode(field)) {
    return typeof value === 'string' ? undefined : `${is(field, value)}: give the id of a config node`
  }
  if (typeof value !== 'string' && typeof value !== 'number') return `${is(field, value)}: give a text`
  return field.problem?.(String(value).trim())
}

/** The range of a number in words: `a whole number of seconds from 1 to 60`. */
export function rangeText({ type, unit, minimum, maximum }: NumberField): string {
  const kind = type === 'integer' ? 'a whole number' : 'a number'
  return `${kind}${unit === undefined ? '' : ` of ${unit}`} from ${minimum} to ${maximum}`
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

function numberProblem(field: NumberField, value: unknown): string | undefined {
  const given = numberOf(value)
  const isRight =
    given !== undefined &&
    given >= field.minimum &&
    given <= field.maximum &&
    (field.type === 'number' || Number.isInteger(given))
  return isRight ? undefined : `${is(field, value)}: give ${rangeText(field)}`
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

/** `baud rate is "fast"`, `baud rate is 10`. */
function is({ title }: Field, value: unknown): string {
  const isPlain = typeof value !== 'object' && (typeof value !== 'string' || decimal.test(value))
  return `${title} is ${isPlain ? String(value) : JSON.stringify(value)}`
}
