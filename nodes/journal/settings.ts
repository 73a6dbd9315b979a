// The options of a journal, for runtime and panel alike.
import { defaultEntryLimit, largestEntryLimit } from '../../lib/journal/format/entry-limit.ts'
import { bufferFields } from '../../lib/journal/write/buffer-fields.ts'
import { number, text, wholeNumber } from '../../lib/options/fields.ts'
import type { Saved } from '../../lib/options/options.ts'
import { type Sentence, sentencesOf } from '../../lib/words/sentence.ts'

/** What is said of a directory that cannot be used; the locales have it in other languages. */
export const directorySentences = {
  directoryNul: 'the directory holds a NUL character',
  directoryOut:
    "the directory __directory__ leads out of Node-RED's user directory: give it as an absolute path",
} as const

const sentence = sentencesOf(directorySentences)

/** Bytes in the unit of the entry limit. */
export const mebibyte = 1 << 20

/** The options of a `fieldlog-journal` node. */
export const journalOptions = {
  name: text({ title: 'name', description: 'Shown where the journal is chosen.' }),
  directory: text({
    title: 'directory',
    description: 'Where the log is kept; relative to the user directory, or absolute.',
    default: 'journal',
    env: true,
    problem: directoryProblem,
  }),
  ...bufferFields,
  reserve: number({
    title: 'reserve',
    description: 'Free disk space that is left to the rest of the system.',
    unit: 'MB',
    min: 0,
    max: 1_000_000,
    default: 64,
    env: true,
  }),
  maxHeld: number({
    title: 'memory limit',
    description: 'Memory for events that wait while the disk does not take them.',
    unit: 'MB',
    min: 1,
    max: 4_000,
    default: 64,
    env: true,
  }),
  entryLimit: number({
    title: 'entry limit',
    description: 'A longer event is refused with an error on its message.',
    unit: 'MiB',
    min: 0.001,
    max: largestEntryLimit / mebibyte,
    default: defaultEntryLimit / mebibyte,
    env: true,
  }),
  archiveAfter: wholeNumber({
    title: 'age for archiving',
    description: 'After this time a finished file is gzipped; 0: never.',
    unit: 'days',
    min: 0,
    max: 36_500,
    default: 2,
    env: true,
  }),
  retentionDays: wholeNumber({
    title: 'retention',
    description: 'Days that are kept; 0: all.',
    unit: 'days',
    min: 0,
    max: 36_500,
    default: 0,
    env: true,
  }),
  retentionSize: number({
    title: 'retention size',
    description: 'Disk space for what is kept; 0: no limit.',
    unit: 'MB',
    min: 0,
    max: 100_000_000,
    default: 0,
    env: true,
  }),
}

export type JournalNodeOptions = Saved<typeof journalOptions>

/** A relative directory stays in the user directory. */
function directoryProblem(directory: string): Sentence | undefined {
  if (directory.includes('\0')) return sentence('directoryNul')
  if (directory.startsWith('/')) return undefined
  let depth = 0
  for (const part of directory.split('/')) {
    if (part === '..') depth--
    else if (part !== '' && part !== '.') depth++
    if (depth < 0) {
      return sentence('directoryOut', { directory })
    }
  }
  return undefined
}
