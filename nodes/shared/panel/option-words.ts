// What a panel says of an option, in the editor's language. Sentences are those of nodes/shared/locales, which the build puts into
// the locale of every node; what the option is called, and what it counts, is in the node's own.
import { problemIn, rangeOf } from '../../../lib/options/check.ts'
import { type Field, isNumber, type NumberField } from '../../../lib/options/fields.ts'
import type { Sentence } from '../../../lib/words/sentence.ts'
import { type Speaker, said } from './sentence-words.ts'

/** What is wrong with a value; undefined where nothing is. */
export function problemText(node: Speaker, name: string, field: Field, value: unknown): string | undefined {
  const problem = problemIn(field, value)
  if (problem === undefined || isEnglish(node, problem)) return problem?.text
  const named = { ...problem.values, title: wordsFor(node, name) ?? field.title }
  const values = isNumber(field) ? { ...named, range: rangeIn(node, name, field) } : named
  return said(node, { ...problem, values })
}

/** The range of a number, for its tooltip. */
export function rangeIn(node: Speaker, name: string, field: NumberField): string {
  const range = rangeOf(field)
  const unit = isEnglish(node, range) ? undefined : wordsFor(node, `${name}-unit`)
  return said(node, unit === undefined ? range : { ...range, values: { ...range.values, unit } })
}

/** The locale's words for a key of the node; undefined where it has none. */
export function wordsFor(node: Speaker, key: string): string | undefined {
  const path = `${node.type}.${key}`
  const words = node._(path)
  return words === path ? undefined : words
}

/** The schema's own names of the option are best where they are in the editor's language. */
function isEnglish(node: Speaker, sentence: Sentence): boolean {
  return said(node, sentence) === sentence.text
}
