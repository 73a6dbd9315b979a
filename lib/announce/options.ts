// What may be wrong with the settings of announcements, in words. Browser-safe.
import { topicProblem } from '../mqtt/message/topic.ts'

/** A discovery prefix is a fixed topic. */
export function prefixProblem(prefix: string): string | undefined {
  if (/[{}]/.test(prefix)) return 'The discovery prefix must not contain braces.'
  return topicProblem(prefix)?.text
}

/** Types of events, with commas. */
export function typesProblem(list: string): string | undefined {
  const wrong = list.split(',').find((type) => !/^ *[A-Za-z0-9._-]+ *$/.test(type))
  return wrong === undefined
    ? undefined
    : `"${wrong.trim()}" is no event type: these have letters, digits and . _ - and stand with commas between them.`
}
