// The fields that events are clustered by: as a user writes them, and as they stand in an event.
import type { FieldlogEvent } from '../event.ts'
import { largestValue } from '../statistics/table.ts'
import { type Sentence, sentencesOf } from '../words/sentence.ts'

/** What is said of a list that cannot be used; nodes/cluster/locales has it in other languages. */
export const fieldsSentences = {
  fieldTwice: 'fields: __name__ is named twice',
  fieldCount: 'fields: found __found__, expected __fewest__ to __most__ names with commas between them',
} as const

const sentence = sentencesOf(fieldsSentences)

const fewest = 2
const most = 16

/** The names in a list with commas between them. */
export function fieldNames(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

/** What is wrong with a list of fields, in a sentence; undefined where nothing is. */
export function fieldsProblem(list: string): Sentence | undefined {
  const names = fieldNames(list)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) return sentence('fieldTwice', { name: twice })
  if (names.length >= fewest && names.length <= most) return undefined
  return sentence('fieldCount', { found: names.length, fewest, most })
}

/**
 * The event's values of these fields; undefined where one is missing, no number, or of no use in distances (over 1e100
 * in magnitude).
 */
export function valuesOf({ data = {} }: FieldlogEvent, fields: readonly string[]): number[] | undefined {
  const values: number[] = []
  for (const field of fields) {
    const value = Object.hasOwn(data, field) ? data[field] : undefined
    if (typeof value !== 'number' || !(Math.abs(value) <= largestValue)) return undefined
    values.push(value)
  }
  return values
}
