// A sentence that can be put into any language: which one it is, with the values in it, and how it reads in English.
import { type Values, wordsOf } from './words.ts'

export interface Sentence {
  key: string
  values: SentenceValues
  /** in English */
  text: string
}

/** A value may be a sentence itself: `condition 2: needs a value`. */
export type SentenceValues = Readonly<Record<string, string | number | Sentence>>

/** Makes the sentences of a table. */
export function sentencesOf<Key extends string>(
  table: Readonly<Record<Key, string>>,
): (key: Key, values?: SentenceValues) => Sentence {
  const words = wordsOf(table)
  return (key, values = {}) => ({
    key,
    values,
    text: words(
      key,
      said(values, ({ text }) => text),
    ),
  })
}

/** What somebody else has said, as it is: an exception of a library. */
export function verbatim(text: string): Sentence {
  return { key: '', values: {}, text }
}

/**
 * The sentence in another language; what has no translation stays English.
 * @param translate gives undefined for a key that it does not know
 */
export function inWords(
  { key, values, text }: Sentence,
  translate: (key: string, values: Values) => string | undefined,
): string {
  if (key === '') return text
  return (
    translate(
      key,
      said(values, (sentence) => inWords(sentence, translate)),
    ) ?? text
  )
}

/** An error whose message is a sentence. */
export class SentenceError extends Error {
  override name = 'SentenceError'
  readonly sentence: Sentence

  constructor(sentence: Sentence) {
    super(sentence.text)
    this.sentence = sentence
  }
}

/** What an error says, as a sentence. */
export function sentenceIn(error: unknown): Sentence {
  if (error instanceof SentenceError) return error.sentence
  return verbatim(error instanceof Error ? error.message : String(error))
}

function said(values: SentenceValues, say: (sentence: Sentence) => string): Values {
  const entries = Object.entries(values).map(([name, value]): [string, string | number] => [
    name,
    typeof value === 'object' ? say(value) : value,
  ])
  return Object.fromEntries(entries)
}
