// What a device sent as one piece, as bytes: a line, a frame of the port, or the lines of a record joined again.
import { trimmedRange } from './controls.ts'

const encoder = new TextEncoder()

/** The bytes of one piece. The object is used again for the next one: nothing may keep it. */
export class Frame {
  /** only the first `length` count */
  bytes = new Uint8Array(1024)
  length = 0
  /** how many bytes of line end stand at the end although nobody saw them: the port takes them off */
  assumedEnd = 0

  /** One payload as it came. */
  set(payload: string | Uint8Array): void {
    this.length = 0
    this.assumedEnd = 0
    this.#add(payload)
  }

  /** Lines, each with the end that the device gave it. */
  join(lines: ReadonlyArray<string | Uint8Array>, lineEnd: string, emptyAfter: number | undefined): void {
    this.length = 0
    this.assumedEnd = lineEnd.length
    // encoding costs more by the piece than by the character
    let text = ''
    for (const [i, line] of lines.entries()) {
      if (typeof line === 'string') text += line
      else {
        this.#add(text)
        this.#add(line)
        text = ''
      }
      text += lineEnd
      // a port that logs empty lines has this one
      if (i + 1 === emptyAfter && lines[i + 1]?.length !== 0) text += lineEnd
    }
    this.#add(text)
  }

  /** Calls back with the first byte of each line that is not empty, and the one behind its last. */
  eachLine(told: (from: number, to: number, index: number) => void): void {
    const { bytes, length } = this
    let index = 0
    for (let from = 0; from < length; ) {
      let end = from
      while (end < length && bytes[end] !== 10) end++
      const [first, last] = trimmedRange(bytes, from, end)
      if (last > first) told(first, last, index++)
      from = end + 1
    }
  }

  #add(part: string | Uint8Array): void {
    // three bytes at most for each UTF-16 unit
    this.#reserve(this.length + part.length * (typeof part === 'string' ? 3 : 1))
    if (typeof part === 'string') {
      this.length += encoder.encodeInto(part, this.bytes.subarray(this.length)).written
    } else {
      this.bytes.set(part, this.length)
      this.length += part.length
    }
  }

  #reserve(size: number): void {
    if (size <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(size, this.bytes.length * 2))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }
}
