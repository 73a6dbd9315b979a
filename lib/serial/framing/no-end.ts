// Bytes that come and never end a frame, or only one that is too long: what the likely cause is, and what to set.
import { isUtf8 } from 'node:buffer'
import type { Clock } from '../../kit/clock.ts'
import type { Framer } from './frame.ts'
import type { FramingKind } from './settings.ts'

const LF = 10
const CR = 13

/** ms in which bytes come and no frame ends */
export const noEndAfter = 10_000
/** ms; a longer pause between bytes is a device that waits, and the time begins anew */
const longestPause = 5_000

/** Tells once when bytes come for 10 s and no frame ends; again only after one has ended. */
export class NoEndWatch {
  readonly #framer: Framer
  readonly #clock: Clock
  readonly #tell: () => void
  #frames = 0
  #since = 0
  #last = Number.NEGATIVE_INFINITY
  #isTold = false

  constructor(framer: Framer, clock: Clock, tell: () => void) {
    this.#framer = framer
    this.#clock = clock
    this.#tell = tell
  }

  /** Bytes were pushed. */
  look(): void {
    const { lines, empty } = this.#framer.counts
    if (lines + empty !== this.#frames) {
      this.#frames = lines + empty
      this.#last = Number.NEGATIVE_INFINITY
      this.#isTold = false
      return
    }
    const now = this.#clock.monotonic()
    if (now - this.#last > longestPause) this.#since = now
    this.#last = now
    if (this.#isTold || now - this.#since < noEndAfter) return
    this.#isTold = true
    this.#tell()
  }
}

/** from this part on bytes that are no text are more than a few disturbed ones */
const foreignPart = 0.3
const binaryKinds: ReadonlySet<FramingKind> = new Set(['marks', 'fixed', 'length', 'silence', 'slip', 'cobs'])

/** What to set where frames do not end as they ought to, judged by some of the bytes. */
export function whatToSet(kind: FramingKind, bytes: Buffer): string {
  if (binaryKinds.has(kind))
    return 'Check what the port says of its frames (marks, length), and the baud rate'
  if (bytes.filter(isForeign(isUtf8(bytes))).length >= foreignPart * bytes.length)
    return 'Much of it is no text: set another baud rate or, for a binary protocol, another kind of frames'
  if (kind !== 'auto' && bytes.includes(LF))
    return 'It has LF inside: let the line end be found automatically'
  if (kind !== 'cr' && bytes.includes(CR)) return 'It has CR inside: set frames to "lines that end in CR"'
  return 'It has no line end: set frames to a pause, a fixed length or a delimiter, or the longest line higher'
}

/** Whether a byte is none of a text. */
function isForeign(isValid: boolean): (byte: number) => boolean {
  return (byte) => (byte < 0x20 ? byte < 9 || byte > 13 : byte === 0x7f || (byte > 0x7f && !isValid))
}
