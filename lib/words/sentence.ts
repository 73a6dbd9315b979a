// A sentence that can be put into any language: which one it is, with the values in it, and how it reads in English.
import { type Values, wordsOf } from './words.ts'

export interface Sentence {
  key: string
  values: Values
  /** in English */
  text: string
}

/** Makes the sentences of a table. */
export function sentencesOf<Key extends string>(
  table: Readonly<Record<Key, string>>,
): (key: Key, values?: Values) => Sentence {
  const words = wordsOf(table)
  return (key, values = {}) => ({ key, values, text: words(key, values) })
}
