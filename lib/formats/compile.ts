// Compiles several formats into one decoder: finds the format that takes a line, and decodes it.
import type { Cut } from '../event.ts'
import { bestOutcome } from './best.ts'
import { compileFormat, type Format, type LineOutcome, type Outcome, type ReadingPlace } from './format.ts'
import { type Assembled, Assembler, isFrame } from './frames/assembler.ts'
import type { RecordRule } from './frames/record-rule.ts'
import { cutReasons } from './model/cut.ts'
import { type FormatDefinition, isPacketKind } from './model/definition.ts'
import { Line } from './model/line.ts'
import { EventMemory } from './model/memory.ts'
import type { Reading } from './model/reading.ts'

/** Which of the formats that take a line decodes it: the first, or the one that fits it best. */
export type Match = 'first' | 'best'

export interface CompileOptions {
  /** default `first` */
  match?: Match
  /** what is known of earlier events; given to the next set of formats, it goes on. Default: nothing */
  memory?: EventMemory
}

export interface Formats {
  /**
   * What becomes of a reading by itself: what has to be put together with others is unknown. Bad input is rejected or
   * unknown; it never throws.
   */
  decode(reading: Reading): Outcome
  /** some formats put several lines together to a record */
  readonly haveRecords: boolean
  /**
   * The next reading in order, and what is certain by it: the outcome of a record that it ends is that of the record's
   * first reading, which had none until then. All readings that are given to one set of formats are of one type.
   */
  take<R extends Reading>(reading: R): Array<Settled<R>>
  /** Readings between the last one and the next are missing: what becomes of the records that are open. */
  gap<R extends Reading>(): Array<Settled<R>>
  /** The time of the record that this reading began is over; undefined where it is not open. */
  expire<R extends Reading>(first: R): Settled<R> | undefined
  /** How long after this reading its record must have ended, ms; undefined where it has begun none that is open. */
  limitOf(first: Reading): number | undefined
}

/** A reading of which it is certain what becomes of it. */
export interface Settled<R extends Reading> {
  reading: R
  outcome: LineOutcome
}

const unknown: Outcome = Object.freeze({ kind: 'unknown' })
const part: LineOutcome = Object.freeze({ kind: 'part' })

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
  /** the formats of records, and those to try for a frame that has several lines */
  readonly #records: Format[]
  readonly #framed: Format[]
  readonly #assembler: Assembler<Reading>
  readonly #line = new Line()
  readonly #isBest: boolean
  readonly #memory: EventMemory
  /** the place of a line among the others plays a part */
  readonly #needPlace: boolean
  readonly haveRecords: boolean

  constructor(formats: Format[], { match = 'first', memory = new EventMemory() }: CompileOptions) {
    this.#byNode = Array.from({ length: 32 }, (_, node) => formats.filter((format) => mayTake(format, node)))
    this.#framed = formats.filter((format) => !isPacketKind(format.definition.decoder.kind))
    this.#others = this.#framed.filter(({ rule }) => rule === undefined)
    this.#records = formats.filter(({ rule }) => rule !== undefined)
    this.haveRecords = this.#records.length > 0
    this.#assembler = new Assembler(
      this.#records.map(({ rule, takesSource }) => ({ rule: rule as RecordRule, takesSource })),
    )
    this.#isBest = match === 'best'
    this.#memory = memory
    this.#needPlace = formats.some(({ needsPlace }) => needsPlace)
  }

  decode(reading: Reading): Outcome {
    const line = this.#line
    line.set(reading.payload, reading.source)
    const candidates = this.#candidates(line)
    const outcome = reading.cut
      ? cutOutcome(candidates, line, reading.cut)
      : this.#outcome(candidates, line, this.#placeOf(reading))
    line.clear()
    return outcome
  }

  take<R extends Reading>(reading: R): Array<Settled<R>> {
    if (!this.haveRecords) return [{ reading, outcome: this.decode(reading) }]
    const ended: Array<Assembled<Reading>> = []
    const role = this.#assembler.take(reading, ended)
    const settled = ended.map((record) => this.#settle<R>(record))
    if (role === 'single') settled.push({ reading, outcome: this.decode(reading) })
    if (role === 'part') settled.push({ reading, outcome: part })
    return settled
  }

  gap<R extends Reading>(): Array<Settled<R>> {
    return this.#assembler.gap().map((record) => this.#settle<R>(record))
  }

  expire<R extends Reading>(first: R): Settled<R> | undefined {
    const record = this.#assembler.expire(first)
    return record && this.#settle<R>(record)
  }

  limitOf(first: Reading): number | undefined {
    return this.#assembler.limitOf(first)
  }

  #settle<R extends Reading>({ first, kind, lines, endedBy, fault }: Assembled<Reading>): Settled<R> {
    const reading = first as R
    const { type } = (this.#records[kind] as Format).definition
    if (fault !== undefined) {
      return { reading, outcome: { kind: 'rejected', type, reasons: [`record: ${fault}`] } }
    }
    const line = this.#line
    line.setPieces(lines, first.source)
    // in the order in which records end, in which their events are compared with each other
    const place = this.#placeOf(first, endedBy?.seq)
    const outcome = this.#outcome(this.#records, line, place)
    line.clear()
    return { reading, outcome }
  }

  #outcome(candidates: readonly Format[], line: Line, place: ReadingPlace | undefined): Outcome {
    const outcome = this.#isBest
      ? bestOutcome(candidates, line, place)
      : firstOutcome(candidates, line, place)
    return outcome ?? unknown
  }

  #candidates({ packet, text }: Line): readonly Format[] {
    if (packet.node >= 0) return this.#byNode[packet.node] as Format[]
    return this.haveRecords && text !== undefined && isFrame(text) ? this.#framed : this.#others
  }

  /** @param seq of the line with which it was whole */
  #placeOf({ id, received, late, seq: own }: Reading, seq = own): ReadingPlace | undefined {
    if (!this.#needPlace || id === undefined || seq === undefined || received === undefined) return undefined
    return { memory: this.#memory, id, seq, received, isLate: late === true }
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
function cutOutcome(candidates: readonly Format[], line: Line, cut: Cut): Outcome {
  const format = candidates.find((each) => each.takes(line))
  if (format === undefined) return unknown
  return { kind: 'rejected', type: format.definition.type, reasons: [`decode: ${cutReasons[cut]}`] }
}

function mayTake({ definition }: Format, node: number): boolean {
  const nodes = definition.takes?.nodes
  const isPacket = isPacketKind(definition.decoder.kind)
  return !isPacket || nodes === undefined || nodes.length === 0 || nodes.includes(node)
}
