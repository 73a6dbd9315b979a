// What may be wrong with the settings of announcements, in words. Browser-safe.
import { topicProblem } from '../mqtt/message/topic.ts'
import { optionSentence } from '../options/sentences.ts'
import type { Sentence } from '../words/sentence.ts'

/** A discovery prefix is a fixed topic. */
export function prefixProblem(prefix: string): Sentence | undefined {
  if (/[{}]/.test(prefix)) return optionSentence('prefixBraces')
  return topicProblem(prefix)
}

/** Types of events, with commas. */
export function typesProblem(list: string): Sentence | undefined {
  const wrong = list.split(',').find((type) => !/^ *[A-Za-z0-9._-]+ *$/.test(type))
  return wrong === undefined ? undefined : optionSentence('eventType', { type: wrong.trim() })
}
