// The kinds of field that a node's options are made of. Each is a TypeBox schema, so that types and JSON Schema come
// from it, with a few keywords of our own. Runs in the browser: nothing of Node here.
//
// TypeBox is imported as a namespace, so that a panel's bundle holds the constructors used here and not the rest.
import * as Type from 'typebox'
import type { Sentence } from '../words/sentence.ts'

/** What every field says of itself. */
interface Described {
  /** what messages call it, in small letters as in the middle of a sentence: `baud rate` */
  title: string
  /** one sentence for the JSON Schema */
  description?: string
  /** whether the environment may give the value, `${NAME}` in the flow; default false */
  env?: boolean
}

interface NumberKeywords extends Described {
  default: number
  minimum: number
  maximum: number
  /** in the plural, as it stands after a number: `seconds` */
  unit?: string
}

interface TextKeywords extends Described {
  default: string
  problem?: TextRule
  /** it may have several lines: the panel shows a textarea */
  multiline?: boolean
}

/**
 * What is wrong with a text (trimmed, not empty), in a sentence; undefined where nothing is. A panel can say a `Sentence` in the
 * reader's language, and a plain text only as it is.
 */
export type TextRule = (text: string) => Sentence | string | undefined

type ChoiceValue = string | number

export type NumberField = (Type.TInteger | Type.TNumber) & NumberKeywords
export type ChoiceField<Value extends ChoiceValue = ChoiceValue> = Type.TEnum<Value[]> &
  Described & { default: Value }
export type FlagField = Type.TBoolean & Described & { default: boolean }
export type TextField = Type.TString & TextKeywords
export type ConfigNodeField = Type.TString & Described & { default: ''; configType: string }
/** A field that may stay empty: it is absent from the settings then. */
export type OptionalField<One extends Field = Field> = Type.TOptional<One>

export type Field = NumberField | ChoiceField | FlagField | TextField | ConfigNodeField

/** A node's options, by the names of its properties in the flow file. */
export type Fields = Record<string, Field>

interface NumberRule extends Described {
  min: number
  max: number
  unit?: string
  /** what an empty input stands for; may be left out only of an optional field */
  default?: number
}

/** A number with a fraction. Both limits are allowed values. */
export function number({ min, max, ...rule }: NumberRule): Type.TNumber & NumberKeywords {
  return field(Type.Number({ ...rule, minimum: min, maximum: max }))
}

/** A number without a fraction. Both limits are allowed values. */
export function wholeNumber({ min, max, ...rule }: NumberRule): Type.TInteger & NumberKeywords {
  return field(Type.Integer({ ...rule, minimum: min, maximum: max }))
}

/** One of a few values. The panel shows them in a select, in this order. */
export function choice<const Value extends ChoiceValue>(
  values: readonly Value[],
  rule: Described & { default: NoInfer<Value> },
): ChoiceField<Value> {
  return field(Type.Enum([...values], { ...rule }))
}

/** True or false: a checkbox. */
export function flag(rule: Described & { default: boolean }): FlagField {
  return field(Type.Boolean({ ...rule }))
}

/** A text; blanks around it do not count. */
export function text(
  rule: Described & Partial<Pick<TextKeywords, 'default' | 'problem' | 'multiline'>>,
): TextField {
  return field(Type.String({ default: '', ...rule }))
}

/** The id of a config node of a type, `fieldlog-port` or one of Node-RED's own. */
export function configNode(configType: string, rule: Omit<Described, 'env'>): ConfigNodeField {
  return field(Type.String({ ...rule, default: '', configType }))
}

/** The same field, which may also stay empty: its setting is undefined then. */
export function optional<One extends Field>(one: One): OptionalField<One> {
  return field(Type.Optional(one))
}

export function isOptional(one: Field): boolean {
  return Type.IsOptional(one)
}

export function isNumber(one: Field): one is NumberField {
  return 'minimum' in one
}

export function isChoice(one: Field): one is ChoiceField {
  return 'enum' in one
}

export function isFlag(one: Field): one is FlagField {
  return 'type' in one && one.type === 'boolean'
}

/** A text that may have several lines. */
export function isMultiline(one: Field): boolean {
  return 'multiline' in one && one.multiline === true
}

export function isConfigNode(one: Field): one is ConfigNodeField {
  return 'configType' in one
}

/** TypeBox's types do not carry keywords of our own; the constructors above put them in. */
function field<One>(schema: unknown): One {
  return schema as One
}
