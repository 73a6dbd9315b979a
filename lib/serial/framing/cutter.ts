// Where frames begin and end in a run of bytes: each kind of framing is one Cutter. It knows nothing of time, limits or
// connections: that is StreamFramer's.

/** What stands at the beginning of a run of bytes. */
export interface Part {
  /** bytes of the run that it takes, with its delimiters */
  length: number
  /** without its delimiters; undefined: there is nothing but delimiters */
  frame?: Buffer
  /** these bytes are between frames, or a frame that is damaged */
  isStray?: boolean
  /** they are a frame from its first byte on, wherever the stream was opened */
  isWhole?: boolean
  /** from here on frames may still not begin where they seem to */
  staysUnsure?: boolean
  /** the frame ought to go on, and does not */
  lacksEnd?: boolean
}

export interface Cutter {
  /** The part at the beginning of these bytes; undefined where more must come first. Called again with the same and more. */
  next(bytes: Buffer): Part | undefined
  /** The first `count` of the bytes are taken as a piece of a frame over the limit; the frame goes on behind them. */
  skipped(count: number): void
  /** The bytes are gone; the next ones are the beginning of a frame. */
  reset(): void
  /** bytes over the limit that must be there before the frame is known to be too long. Default 0 */
  readonly slack?: number
  /** ms without bytes after which `idle` is asked */
  readonly idleAfter?: number
  /** Of a pause, what the bytes that wait are; may be asked when there are none. */
  idle?(bytes: Buffer): Part | undefined
}
