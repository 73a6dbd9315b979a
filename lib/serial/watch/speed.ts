// Bytes that look as if they were read at another speed than they were sent.
import type { Clock } from '../../kit/clock.ts'
import type { Frame } from '../framing/frame.ts'

/** bytes that are judged together, or ms */
const windowBytes = 2_000
const windowTime = 5_000
/** fewer say nothing: plugging in a device makes a few by itself */
const leastBytes = 64
/** more than this part of a text is hardly ever outside of ASCII where no line of it can be read */
const foreignPart = 0.3
/** a shorter line may be one by chance */
const leastLine = 8

/**
 * Judges what comes by 2,000 bytes or 5 seconds at a time. It looks like another speed where more than 30 % of the bytes
 * are no ASCII text and not one line is whole text. It is right again when lines are. For framings of text only: of a
 * binary one nothing can be said.
 */
export class SpeedWatch {
  readonly #clock: Clock
  #since = 0
  #bytes = 0
  #foreign = 0
  #hasLine = false
  #isWrong = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get isWrong(): boolean {
    return this.#isWrong
  }

  /** A frame was cut out. */
  frame(frame: Frame): void {
    this.#hasLine ||= isTextLine(frame)
  }

  /** Bytes came, and their frames were given to `frame`. Returns whether the judgement has changed. */
  look(bytes: Buffer): boolean {
    const now = this.#clock.monotonic()
    if (this.#bytes === 0) this.#since = now
    this.#bytes += bytes.length
    // where a line is whole nothing can be wrong, and the bytes need not be looked at
    if (!this.#hasLine || this.#isWrong) this.#foreign += foreignBytes(bytes)
    const isFull = this.#bytes >= windowBytes
    if (!isFull && (this.#bytes < leastBytes || now - this.#since < windowTime)) return false
    return this.#judge()
  }

  #judge(): boolean {
    const before = this.#isWrong
    const isForeign = this.#foreign > foreignPart * this.#bytes
    if (!this.#hasLine && isForeign) this.#isWrong = true
    else if (this.#hasLine && !isForeign) this.#isWrong = false
    this.#bytes = 0
    this.#foreign = 0
    this.#hasLine = false
    return this.#isWrong !== before
  }
}

/** How many are neither printable ASCII nor white space. */
export function foreignBytes(bytes: Buffer): number {
  let count = 0
  for (const byte of bytes) if (byte > 0x7e || (byte < 0x20 && (byte > 0x0d || byte < 0x09))) count++
  return count
}

/** A whole line of text, in UTF-8 or in one of the 8-bit code pages, which have letters in their upper half. */
function isTextLine({ payload, cut, bytes }: Frame): boolean {
  if (cut !== undefined || bytes < leastLine) return false
  if (typeof payload === 'string') return !/[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]/.test(payload)
  return isCodePageText(payload)
}

/** Letters stand in words: runs of them, and few kinds of bytes elsewhere. Garbage has control bytes and FF at once. */
function isCodePageText(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x09 || (byte >= 0x20 && byte !== 0x7f && byte !== 0xff))
}
