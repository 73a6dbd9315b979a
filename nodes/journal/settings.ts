// The properties of a journal, for runtime and panel alike.
import { isVariable } from '../shared/variable.ts'

/** A property that may also be text: typed, or `${VARIABLE}` of the environment. */
export type NumberOrText = number | string

/** The properties of a `fieldlog-journal` node. */
export interface JournalNodeOptions {
  /** shown where the journal is chosen; default empty */
  name: string
  /** where the log is kept; relative to the user directory; default `journal` */
  directory: string
  /** events at which they are written to disk; default 100 */
  bufferSize: NumberOrText
  /** seconds after which they are written all the same; 0: as soon as the disk is free; default 1 */
  flushInterval: NumberOrText
  /** MB of free disk space that are left to the rest of the system; default 64 */
  reserve: NumberOrText
  /** MB of memory for events that wait while the disk does not take them; default 64 */
  maxHeld: NumberOrText
  /** days after which a finished file is gzipped; 0: never; default 2 */
  archiveAfter: NumberOrText
  /** days that are kept; 0: all; default 0 */
  retentionDays: NumberOrText
  /** MB on disk that are kept; 0: all; default 0 */
  retentionSize: NumberOrText
}

export const journalDefaults: JournalNodeOptions = {
  name: '',
  directory: 'journal',
  bufferSize: 100,
  flushInterval: 1,
  reserve: 64,
  maxHeld: 64,
  archiveAfter: 2,
  retentionDays: 0,
  retentionSize: 0,
}

type Property = keyof JournalNodeOptions

const ranges: Partial<Record<Property, { min: number; max: number; whole: boolean; unit: string }>> = {
  bufferSize: { min: 1, max: 100_000, whole: true, unit: 'events' },
  flushInterval: { min: 0, max: 3600, whole: false, unit: 'seconds' },
  reserve: { min: 0, max: 1_000_000, whole: false, unit: 'MB' },
  maxHeld: { min: 1, max: 4_000, whole: false, unit: 'MB' },
  archiveAfter: { min: 0, max: 36_500, whole: true, unit: 'days' },
  retentionDays: { min: 0, max: 36_500, whole: true, unit: 'days' },
  retentionSize: { min: 0, max: 100_000_000, whole: false, unit: 'MB' },
}

/** What is wrong with one property, in words; undefined where it is right. `${VARIABLE}` is taken as right. */
export function journalProblem(property: Property, value: unknown): string | undefined {
  if (value === '' || value === undefined || isVariable(value)) return undefined
  if (property === 'directory')
    return String(value).includes('\0') ? 'the directory holds a NUL character' : undefined
  const range = ranges[property]
  if (!range) return undefined
  const number = Number(value)
  if (!(number >= range.min && number <= range.max) || (range.whole && !Number.isInteger(number))) {
    const kind = range.whole ? 'a whole number' : 'a number'
    return `${property} is ${String(value)}: give ${kind} of ${range.unit} from ${range.min} to ${range.max}`
  }
  return undefined
}

/** All that is wrong, by property. */
export function journalProblems(options: Partial<JournalNodeOptions>): Record<string, string> {
  const problems: Record<string, string> = {}
  for (const property of Object.keys(options) as Property[]) {
    const problem = journalProblem(property, options[property])
    if (problem) problems[property] = problem
  }
  return problems
}
