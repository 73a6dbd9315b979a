// Formats of the library that unknown lines are for.
import { compileFormats } from '../compile.ts'
import { formatLibrary } from '../library/library.ts'
import type { FormatDefinition } from '../model/definition.ts'
import { EventMemory } from '../model/memory.ts'
import { isPlausible } from '../model/plausible.ts'
import type { RawLine } from './propose-lines.ts'

/** those whose fields are examples, or that take a byte of any node: a guess fits better */
const examples = new Set(['json', 'csv', 'stored', 'lightnode'])
/** share of a line's values that must be plausible, and of those that a guess would find */
const enoughPlausible = 0.95
const enoughFound = 0.6

/** What a format of the library makes of one line. */
interface Found {
  values: number
  plausible: number
}

/** A format of the library, and the lines that are its own. */
export interface LibraryGroup {
  definition: FormatDefinition
  /** places of lines that it decodes by themselves, or that begin a record that it decodes */
  clean: number[]
  /** places of all lines that it has a claim to: also the other lines of records, repeats, and what it rejects */
  own: number[]
  /** how many values it finds */
  values: number
}

/** The library's formats, each with the lines that it decodes; lines that two decode belong to the first. */
export function libraryGroups(lines: readonly RawLine[]): LibraryGroup[] {
  const taken = new Set<number>()
  const groups: LibraryGroup[] = []
  for (const { definition } of formatLibrary) {
    if (examples.has(definition.type)) continue
    const group: LibraryGroup = { definition, clean: [], own: [], values: 0 }
    const formats = compileFormats([definition], { memory: new EventMemory() })
    let all: Found = { values: 0, plausible: 0 }
    for (const [seq, payload] of lines.entries()) {
      if (taken.has(seq)) continue
      const reading = { payload, source: '', id: `line-${seq}`, seq, received: seq }
      for (const { reading: of, outcome } of formats.take(reading)) {
        if (outcome.kind === 'unknown') continue
        group.own.push(of.seq)
        if (outcome.kind !== 'clean') continue
        group.clean.push(of.seq)
        for (const { data } of outcome.events) all = added(all, definition, data)
      }
    }
    if (group.clean.length === 0 || all.plausible < enoughPlausible * all.values) continue
    for (const place of group.own) taken.add(place)
    groups.push({ ...group, values: all.values })
  }
  return groups
}

/** True where the library's format finds most of what a guess at the same lines would. */
export function findsEnough(
  values: number,
  guess: FormatDefinition | undefined,
  lines: readonly RawLine[],
): boolean {
  if (guess === undefined) return true
  const formats = compileFormats([guess])
  let guessed = 0
  for (const line of lines) {
    const outcome = formats.decode({ payload: line, source: '' })
    if (outcome.kind === 'clean') for (const { data } of outcome.events) guessed += Object.keys(data).length
  }
  // packets and lines of hidden meaning are cut into more numbers by a guess than they hold
  return (
    guess.decoder.kind === 'packet' || guess.decoder.kind === 'columns' || values >= enoughFound * guessed
  )
}

function added(found: Found, definition: FormatDefinition, data: Readonly<Record<string, unknown>>): Found {
  let { values, plausible } = found
  for (const field of definition.fields) {
    const value = data[field.name]
    if (value === undefined || value === null) continue
    values++
    if (isPlausible(field, value as number)) plausible++
  }
  return { values, plausible }
}
