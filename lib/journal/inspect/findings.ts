// What `verify` finds, in the order of the files.

/** Something that is broken (a problem), or only worth knowing (a note). */
export interface Finding {
  file: string
  /** bytes in the file's text (of `gzip`: in the .gz); undefined where it is about the whole file */
  offset?: number
  end?: number
  /** seqs of entries that cannot be read because of it */
  from?: number
  to?: number
  kind:
    | 'damage'
    | 'missing'
    | 'chain'
    | 'seq'
    | 'gzip'
    | 'unreadable'
    | 'unclosed'
    | 'void'
    | 'unhashed'
    | 'double'
  text: string
}

/** Where in a file, and which entries. */
export type Place = Pick<Finding, 'offset' | 'end' | 'from' | 'to'>

export class Findings {
  readonly #problems: Array<{ order: number; finding: Finding }> = []
  readonly notes: Finding[] = []

  /** @param order index of the file; with a fraction, between two */
  problem(order: number, file: string, kind: Finding['kind'], place: Place, text: string): void {
    this.#problems.push({ order, finding: { file, kind, ...place, text } })
  }

  note(file: string, kind: Finding['kind'], place: Place, text: string): void {
    this.notes.push({ file, kind, ...place, text })
  }

  /** In order of the files; within a file as they were found. */
  get problems(): Finding[] {
    return this.#problems.toSorted((a, b) => a.order - b.order).map(({ finding }) => finding)
  }
}

/** `7`, or `7 to 9`. */
export function seqRange(from: number, to: number): string {
  return from === to ? `${from}` : `${from} to ${to}`
}
