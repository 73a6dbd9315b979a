// What a recogniser asks for beside what the decoders look at themselves: a whole word, what stands at a place, a
// checksum that holds.

import { compilePattern } from '../options/pattern.ts'
import type { LineDecoder, Reader } from './model/decoder.ts'
import type { Condition, FieldDefinition, FormatDefinition, Recogniser } from './model/definition.ts'
import { Failure } from './model/failure.ts'
import type { Line } from './model/line.ts'

export interface Demands {
  /** @param problem asks whether the line's checksum holds */
  areMet(line: Line, problem: () => Failure | undefined): boolean
}

/** A field for the place of each condition: the decoder makes readers for them behind those of its fields. */
export function conditionPlaces({ where = [] }: Recogniser): FieldDefinition[] {
  return where.map(({ from }, i) => ({ name: `where${i}`, from, type: 'string' }))
}

/** Undefined where nothing more is asked for. Throws what is wrong with a pattern. */
export function demandsOf<Opened>(
  { takes = {} }: FormatDefinition,
  decoder: LineDecoder<Opened>,
): Demands | undefined {
  const { prefix = '', word, where = [], checked } = takes
  const tests = where.map(conditionTest)
  const readers = decoder.readers.slice(decoder.readers.length - where.length)
  const end = word === true && prefix !== '' ? prefix.length : undefined
  if (end === undefined && where.length === 0 && checked !== true) return undefined
  return {
    areMet(line, problem) {
      if (end !== undefined && isWordCharacter(line.text?.charCodeAt(end))) return false
      if (checked === true && problem() !== undefined) return false
      return where.length === 0 || holds(decoder, readers, tests, line)
    },
  }
}

function holds<Opened>(
  decoder: LineDecoder<Opened>,
  readers: ReadonlyArray<Reader<Opened>>,
  tests: ReadonlyArray<(raw: unknown) => boolean>,
  line: Line,
): boolean {
  if (line.isUnreadable && decoder.takesBytes !== true) return false
  const opened = decoder.open(line)
  if (opened instanceof Failure) return false
  return tests.every((test, i) => test(readers[i]?.(opened)))
}

function conditionTest({ is, matches }: Condition): (raw: unknown) => boolean {
  if (matches !== undefined) {
    const compiled = compilePattern(matches)
    return (raw) => isScalar(raw) && compiled.matcher(String(raw)).find()
  }
  const texts = new Set((is ?? []).map(String))
  return (raw) => isScalar(raw) && texts.has(String(raw))
}

function isScalar(raw: unknown): boolean {
  return typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean'
}

function isWordCharacter(code: number | undefined): boolean {
  return code !== undefined && /[\p{L}\p{N}_]/u.test(String.fromCharCode(code))
}
