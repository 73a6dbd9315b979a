// Lines that wait, first in, first out. Bounded by who fills it; it counts.

/** One line on its way from a port into a flow. */
export interface PortLine {
  payload: string | Buffer
  /** ms since 1970, UTC */
  received: number
  bytes: number
  /** the source's name */
  source: string
  /** the first piece of a line over the port's limit */
  notice?: LongLineNotice
}

/** What the journal notes with the first piece of a line over the limit. */
export interface LongLineNotice {
  kind: 'long-line'
  /** bytes a piece */
  bytes: number
  /** this piece's number: 1 */
  piece: number
  source: string
}

export class LineQueue {
  #lines: PortLine[] = []
  #first = 0
  #bytes = 0

  get length(): number {
    return this.#lines.length - this.#first
  }

  /** of the payloads */
  get bytes(): number {
    return this.#bytes
  }

  push(line: PortLine): void {
    this.#lines.push(line)
    this.#bytes += line.bytes
  }

  /** Takes up to `count` lines from the front. */
  take(count: number): PortLine[] {
    const end = Math.min(this.#first + count, this.#lines.length)
    const taken = this.#lines.slice(this.#first, end)
    for (const line of taken) this.#bytes -= line.bytes
    this.#first = end
    // drop what was taken now and then: not at each call, which would be quadratic
    if (this.#first === this.#lines.length || this.#first > 4096) {
      this.#lines = this.#lines.slice(this.#first)
      this.#first = 0
    }
    return taken
  }
}
