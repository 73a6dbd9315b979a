import type { Cut } from '../event.ts'
import type { Frame } from './framing/frame.ts'

/** One line on its way from a port into a flow. */
export interface PortLine {
  payload: string | Buffer
  /** ms since 1970, UTC */
  received: number
  bytes: number
  /** the source's name */
  source: string
  /** of a line that the device kept, and gives again: when it was received there, ms since 1970 */
  time?: number
  /** for the journal, before this line: such as of the first piece of a line over the port's limit */
  notice?: LineNotice
  /** for the log: its bytes are kept to the last one, and it may be cut. Absent of a whole line of text */
  framed?: { cut?: Cut }
}

/** What the journal notes with a line. */
export interface LineNotice {
  kind: string
  source: string
}

/** … with the first line after the device was lent: what came between these moments (ms since 1970, UTC) may be missing. */
export interface LentNotice extends LineNotice {
  kind: 'lent'
  from: number
  to: number
}

/** … with the first line under another name. */
export interface RenamedNotice extends LineNotice {
  kind: 'renamed'
  was: string
}

/** … with the first piece of a line over the limit. */
export interface LongLineNotice extends LineNotice {
  kind: 'long-line'
  /** bytes a piece */
  bytes: number
  /** this piece's number: 1 */
  piece: number
}

const whole = Object.freeze({})

/** @param isExact its last bytes may look like a line end, and are not */
export function framedLine(
  { payload, received, bytes, cut }: Frame,
  source: string,
  isExact: boolean,
): PortLine {
  const line: PortLine = { payload, received, bytes, source }
  if (cut !== undefined) line.framed = { cut }
  else if (isExact) line.framed = whole
  return line
}
