// Compiles several formats into one decoder: finds the format that takes a line, and decodes it.
import type { Cut } from '../event.ts'
import { bestOutcome } from './best.ts'
import { compileFormat, type Format, type Outcome, type ReadingPlace } from './format.ts'
import { cutReasons } from './model/cut.ts'
import { type FormatDefinition, isPacketKind } from './model/definition.ts'
import { Line } from './model/line.ts'
import { EventMemory } from './model/memory.ts'

/** What is decoded; other properties of an event may stand beside these. */
export interface Reading {
  /** the line's text or bytes (UTF-8), or a structured event: any JSON value */
  payload: unknown
  source: string
  /** the event's id, seq and time of receipt: with all three, formats that want it leave out repeats */
  id?: string
  seq?: number
  received?: number
  /** what the line lacks: a format that takes it rejects it */
  cut?: Cut | undefined
}

/** Which of the formats that take a line decodes it: the first, or the one that fits it best. */
export type Match = 'first' | 'best'

export interface CompileOptions {
  /** default `first` */
  match?: Match
  /** what is known of earlier events; given to the next set of formats, it goes on. Default: nothing */
  memory?: EventMemory
}

export interface Formats {
  /** What becomes of a reading. Bad input is rejected or unknown; it never throws. */
  decode(reading: Reading): Outcome
}

const unknown: Outcome = Object.freeze({ kind: 'unknown' })

/**
 * Compiles formats. Throws an Error where a definition is wrong (ask `checkDefinition` first for all that is wrong, in
 * words).
 */
export function compileFormats(
  definitions: readonly FormatDefinition[],
  options: CompileOptions = {},
): Formats {
  return new FormatList(definitions.map(compileFormat), options)
}

class FormatList implements Formats {
  /** the formats to try, by a packet's node id */
  readonly #byNode: Format[][]
  /** the formats to try for what is no packet */
  readonly #others: Format[]
  readonly #line = new Line()
  readonly #isBest: boolean
  readonly #memory: EventMemory

  constructor(formats: Format[], { match = 'first', memory = new EventMemory() }: CompileOptions) {
    this.#byNode = Array.from({ length: 32 }, (_, node) => formats.filter((format) => mayTake(format, node)))
    this.#others = formats.filter((format) => !isPacketKind(format.definition.decoder.kind))
    this.#isBest = match === 'best'
    this.#memory = memory
  }

  decode(reading: Reading): Outcome {
    const line = this.#line
    line.set(reading.payload, reading.source)
    const node = line.packet.node
    const candidates = node < 0 ? this.#others : (this.#byNode[node] as Format[])
    const place = this.#placeOf(reading)
    const outcome = reading.cut
      ? cutOutcome(candidates, line, reading.cut)
      : this.#isBest
        ? bestOutcome(candidates, line, place)
        : firstOutcome(candidates, line, place)
    line.clear()
    return outcome ?? unknown
  }

  #placeOf({ id, seq, received }: Reading): ReadingPlace | undefined {
    if (id === undefined || seq === undefined || received === undefined) return undefined
    return { memory: this.#memory, id, seq, received }
  }
}

function firstOutcome(
  candidates: readonly Format[],
  line: Line,
  place: ReadingPlace | undefined,
): Outcome | undefined {
  for (const format of candidates) if (format.takes(line)) return format.decode(line, place)
  return undefined
}

/** What a part of a line says may be a wrong value, and must not be remembered as an earlier one, either. */
function cutOutcome(candidates: readonly Format[], line: Line, cut: Cut): Outcome | undefined {
  const format = candidates.find((each) => each.takes(line))
  return format && { kind: 'rejected', type: format.definition.type, reasons: [`decode: ${cutReasons[cut]}`] }
}

function mayTake({ definition }: Format, node: number): boolean {
  const nodes = definition.takes?.nodes
  const isPacket = isPacketKind(definition.decoder.kind)
  return !isPacket || nodes === undefined || nodes.length === 0 || nodes.includes(node)
}
