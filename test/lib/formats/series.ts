// Lines one after another, with what formats remember of them.
import { compileFormats, type Formats } from '../../../lib/formats/compile.ts'
import type { Outcome } from '../../../lib/formats/format.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { EventMemory } from '../../../lib/formats/model/memory.ts'

export interface SeriesOptions {
  memory?: EventMemory
  /** when a line is received, ms since 1970 UTC. Default: long after all device times of the tests */
  received?: (seq: number) => number
  /** of the first line. Default 1 */
  first?: number
}

export const longAfter = Date.UTC(2030, 0, 1)

/** The outcomes of lines, of which the first has seq 1. */
export function outcomes(
  definition: FormatDefinition,
  lines: readonly unknown[],
  { memory = new EventMemory(), received = () => longAfter, first = 1 }: SeriesOptions = {},
): Outcome[] {
  const formats = compileFormats([definition], { memory })
  return lines.map((payload, i) => decodeAt(formats, payload, first + i, received(first + i)))
}

export function decodeAt(formats: Formats, payload: unknown, seq: number, received = longAfter): Outcome {
  return formats.decode({ payload, source: 's', id: `e-${seq}`, seq, received })
}

/** An event's own time as ISO 8601, with `?` where it is unsure; the reason or the kind of any other outcome. */
export function timeOf(outcome: Outcome): string {
  if (outcome.kind === 'rejected') return outcome.reasons[0] as string
  if (outcome.kind !== 'clean') return outcome.kind
  const [event] = outcome.events
  const time = event?.time === undefined ? 'none' : new Date(event.time).toISOString()
  return event?.unsure === undefined ? time : `${time} ?`
}

/** A field of the one event of each outcome, with `?` where the event is unsure; null where it is not there. */
export function valuesOf(list: readonly Outcome[], name: string): unknown[] {
  return list.map((outcome) => {
    if (outcome.kind !== 'clean') return outcome.kind
    const [event] = outcome.events
    const value = event?.data[name] ?? null
    return event?.unsure === undefined ? value : `${value} ?`
  })
}

/** What a memory remembers, in a new one, as after a restart. */
export function restored(memory: EventMemory, upTo = 0): EventMemory {
  const next = new EventMemory()
  next.load(JSON.parse(memory.save(upTo)))
  return next
}
