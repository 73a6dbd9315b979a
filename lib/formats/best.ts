// Chooses, of several formats that take a line, the one that fits it best.

import type { Format, Outcome, ReadingPlace } from './format.ts'
import type { FormatDefinition } from './model/definition.ts'
import type { Line } from './model/line.ts'
import { isPlausible } from './model/plausible.ts'
import { listed } from './model/text.ts'

interface Candidate {
  format: Format
  outcome: Outcome
  /** how much the recogniser asks for */
  narrowness: number
  /** share of the fields that are there and plausible, 0…1; -1 where it does not decode */
  fit: number
}

/**
 * Of the formats that take the line, the outcome of the one that decodes it with the greatest share of its fields
 * there and plausible; of equals, the one whose recogniser asks for more, then the first. Where a packet's length alone
 * tells two formats apart, it is no guess: the line is rejected, with their names. Undefined where none takes the line.
 */
export function bestOutcome(
  formats: readonly Format[],
  line: Line,
  place: ReadingPlace | undefined,
): Outcome | undefined {
  const candidates: Candidate[] = []
  for (const format of formats) if (format.takes(line)) candidates.push(candidateOf(format, line))
  let best = candidates[0]
  if (best === undefined) return undefined
  for (const each of candidates) {
    if (each.fit > best.fit || (each.fit === best.fit && each.narrowness > best.narrowness)) best = each
  }
  const rivals = candidates.filter((other) => other !== best && onlyLengthTells(best, other))
  if (rivals.length > 0) return ambiguous(best, rivals)
  // takes() is asked again: decoders hand what they found there over to decode()
  return best.format.takes(line) ? best.format.decode(line, place) : best.outcome
}

function candidateOf(format: Format, line: Line): Candidate {
  const outcome = format.decode(line)
  const { definition } = format
  return { format, outcome, narrowness: narrownessOf(definition), fit: fitOf(definition, outcome) }
}

function narrownessOf({ takes = {} }: FormatDefinition): number {
  const hasSource = takes.source !== undefined && takes.source !== '' && takes.source !== '*'
  const demands = [takes.nodes?.length, takes.prefix, hasSource, takes.columns, takes.checked]
  return demands.filter(Boolean).length + (takes.where?.length ?? 0)
}

function fitOf(definition: FormatDefinition, outcome: Outcome): number {
  if (outcome.kind !== 'clean') return -1
  const shown = definition.fields.filter((field) => !field.hidden)
  const { data } = outcome.events[0]!
  const plausible = shown.filter((field) => {
    const value = data[field.name] ?? null
    return value !== null && isPlausible(field, value)
  })
  return plausible.length / shown.length
}

/** The other failed on the packet's length alone, and nothing else speaks for the best one. */
function onlyLengthTells(best: Candidate, other: Candidate): boolean {
  if (best.outcome.kind !== 'clean' || other.outcome.kind !== 'rejected') return false
  const isLength = other.outcome.code === 'packet-length'
  const hasBounds = best.format.definition.fields.some(
    ({ min, max, allowed }) => min !== undefined || max !== undefined || allowed !== undefined,
  )
  return isLength && best.narrowness <= other.narrowness && !(hasBounds && best.fit === 1)
}

function ambiguous(best: Candidate, rivals: readonly Candidate[]): Outcome {
  const types = [best, ...rivals].map(({ format }) => format.definition.type)
  const reason = `decode: match: found that only the length tells ${listed(types, 'and')} apart, expected node ids or a source that do`
  return { kind: 'rejected', type: best.format.definition.type, reasons: [reason] }
}
