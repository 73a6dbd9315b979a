// Several formats as one: which of them takes a line, and what becomes of it.
import type { FormatDefinition } from './definition.ts'
import { compileFormat, type Format, type Outcome } from './format.ts'
import { Line } from './line.ts'

/** What is decoded; other properties of an event may stand beside these. */
export interface Reading {
  /** the line's text or bytes (UTF-8), or a structured event: any JSON value */
  payload: unknown
  source: string
}

export interface Formats {
  /** What becomes of a reading. Bad input is rejected or unknown; it never throws. */
  decode(reading: Reading): Outcome
}

const unknown: Outcome = Object.freeze({ kind: 'unknown' })

/**
 * Compiles formats; of those that take a line, the first decides. Throws an Error where a definition is wrong (ask
 * `checkDefinition` first for all that is wrong, in words).
 */
export function compileFormats(definitions: readonly FormatDefinition[]): Formats {
  return new FormatList(definitions.map(compileFormat))
}

class FormatList implements Formats {
  /** the formats to try, by a packet's node id */
  readonly #byNode: Format[][]
  /** the formats to try for what is no packet */
  readonly #others: Format[]
  readonly #line = new Line()

  constructor(formats: Format[]) {
    this.#byNode = Array.from({ length: 32 }, (_, node) => formats.filter((format) => mayTake(format, node)))
    this.#others = formats.filter((format) => format.definition.decoder.kind !== 'packet')
  }

  decode(reading: Reading): Outcome {
    const line = this.#line
    line.set(reading.payload, reading.source)
    const node = line.packet.node
    const candidates = node < 0 ? this.#others : (this.#byNode[node] as Format[])
    let outcome = unknown
    for (const format of candidates) {
      if (!format.takes(line)) continue
      outcome = format.decode(line)
      break
    }
    line.clear()
    return outcome
  }
}

function mayTake({ definition }: Format, node: number): boolean {
  const nodes = definition.takes?.nodes
  return (
    definition.decoder.kind !== 'packet' || nodes === undefined || nodes.length === 0 || nodes.includes(node)
  )
}
