// A queue of lines that counts them and their bytes. Whoever fills it keeps it bounded.
import { Fifo } from '../kit/fifo.ts'

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
  readonly #lines = new Fifo<PortLine>()
  #bytes = 0

  get length(): number {
    return this.#lines.length
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
    const taken: PortLine[] = []
    while (taken.length < count) {
      const line = this.#lines.shift()
      if (!line) break
      taken.push(line)
      this.#bytes -= line.bytes
    }
    return taken
  }
}
