// Tries a format that is being edited on the last readings.
import { compileFormats, type Formats, type Match } from '../formats/compile.ts'
import type { CleanEvent, LineOutcome } from '../formats/format.ts'
import type { FieldDefinition, FormatDefinition } from '../formats/model/definition.ts'
import { isPlausible } from '../formats/model/plausible.ts'
import { payloadOf, type RecentReading } from './reading.ts'

export interface PreviewedEvent {
  reading: RecentReading
  events: CleanEvent[]
}

export interface PreviewedReject {
  reading: RecentReading
  reasons: string[]
}

/** How often the same kind of reason came. */
export interface ReasonCount {
  /** `<step>: <field>` and the text of the first one */
  reason: string
  count: number
}

export interface FieldSummary {
  name: string
  unit: string | undefined
  /** events that have it */
  count: number
  /** of numbers and times */
  least?: number
  greatest?: number
  /** events in which it is outside min, max and allowed */
  implausible: number
}

export interface FormatPreview {
  tried: number
  clean: number
  rejected: number
  suppressed: number
  /** readings that the format does not take */
  other: number
  /** lines of records beside their first ones, and of one that has not ended yet */
  part: number
  /** the last ones, the newest first */
  events: PreviewedEvent[]
  rejects: PreviewedReject[]
  /** the most frequent first */
  reasons: ReasonCount[]
  fields: FieldSummary[]
}

const mostShown = 50

/** Tries a definition without problems on readings; the order of the readings is that of their seqs. */
export function previewFormat(
  definition: FormatDefinition,
  readings: readonly RecentReading[],
): FormatPreview {
  const formats = compileFormats([definition])
  const preview: FormatPreview = {
    tried: readings.length,
    clean: 0,
    rejected: 0,
    suppressed: 0,
    other: 0,
    part: 0,
    events: [],
    rejects: [],
    reasons: [],
    fields: [],
  }
  const reasons = new Map<string, ReasonCount>()
  const fields = new Summaries(definition)
  for (const { reading, outcome } of settledReadings(formats, readings)) {
    preview[outcome.kind === 'unknown' ? 'other' : outcome.kind]++
    if (outcome.kind === 'clean') {
      preview.events.push({ reading, events: outcome.events })
      for (const event of outcome.events) fields.add(event)
    } else if (outcome.kind === 'rejected') {
      preview.rejects.push({ reading, reasons: outcome.reasons })
      for (const reason of outcome.reasons) countReason(reasons, reason)
    }
  }
  const { clean, rejected, suppressed, other } = preview
  preview.part = readings.length - clean - rejected - suppressed - other
  preview.events = preview.events.slice(-mostShown).reverse()
  preview.rejects = preview.rejects.slice(-mostShown).reverse()
  preview.reasons = [...reasons.values()].sort((a, b) => b.count - a.count).slice(0, mostShown)
  preview.fields = fields.list
  return preview
}

function countReason(reasons: Map<string, ReasonCount>, reason: string): void {
  const kind = reason.split(': ', 2).join(': ')
  const known = reasons.get(kind)
  if (known === undefined) reasons.set(kind, { reason, count: 1 })
  else known.count++
}

class Summaries {
  readonly list: FieldSummary[]
  readonly #fields: FieldDefinition[]

  constructor({ fields }: FormatDefinition) {
    this.#fields = fields.filter((field) => !field.hidden)
    this.list = this.#fields.map(({ name, unit }) => ({ name, unit, count: 0, implausible: 0 }))
  }

  add({ data }: CleanEvent): void {
    for (const [i, field] of this.#fields.entries()) {
      const value = data[field.name]
      if (value === undefined || value === null) continue
      const summary = this.list[i] as FieldSummary
      summary.count++
      if (!isPlausible(field, value)) summary.implausible++
      if (typeof value !== 'number') continue
      summary.least = Math.min(summary.least ?? value, value)
      summary.greatest = Math.max(summary.greatest ?? value, value)
    }
  }
}

/**
 * How many of the readings each format takes, in the order of the formats and with the others beside it, as in *clean*: what
 * it decodes, rejects or leaves out. Definitions with problems must not be among them.
 */
export function countByFormat(
  definitions: readonly FormatDefinition[],
  match: Match,
  readings: readonly RecentReading[],
): number[] {
  const counts = definitions.map(() => 0)
  // an outcome names the type, which two formats may have in common
  const numbered = definitions.map((definition, i) => ({ ...definition, type: String(i) }))
  for (const { outcome } of settledReadings(compileFormats(numbered, { match }), readings)) {
    if (outcome.kind === 'unknown' || outcome.kind === 'part') continue
    const i = Number(outcome.type)
    counts[i] = (counts[i] as number) + 1
  }
  return counts
}

/** The whole readings that none of these formats takes, in order; from a cut one nothing can be learnt. Definitions with problems must not be among them. */
export function unknownReadings(
  definitions: readonly FormatDefinition[],
  readings: readonly RecentReading[],
): RecentReading[] {
  return settledReadings(compileFormats(definitions), readings)
    .filter(({ reading, outcome }) => reading.cut === undefined && outcome.kind === 'unknown')
    .map(({ reading }) => reading)
}

/** What becomes of readings one after the other; a record that has not ended is left out. */
function settledReadings(
  formats: Formats,
  readings: readonly RecentReading[],
): Array<{ reading: RecentReading; outcome: LineOutcome }> {
  return readings
    .flatMap((reading) => formats.take({ ...reading, payload: payloadOf(reading), recent: reading }))
    .map(({ reading: { recent }, outcome }) => ({ reading: recent, outcome }))
}
