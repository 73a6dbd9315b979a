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
