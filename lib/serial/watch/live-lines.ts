// The last lines of a port, for people to look at.
import type { Cut } from '../../event.ts'

/** A line as a panel shows it. */
export interface LiveLine {
  /** counts up by one with each line of the port */
  number: number
  /** ms since 1970, UTC */
  received: number
  /** at most some hundred characters; bytes that are no text in hex */
  text: string
  isBinary: boolean
  cut?: Cut
}

interface Line {
  payload: string | Buffer
  received: number
  framed?: { cut?: Cut }
}

const most = 20
/** characters of a line, or bytes of a binary one */
const longest = 300
const longestBinary = 100

export class LiveLines {
  readonly #lines: Line[] = []
  #count = 0

  push(line: Line): void {
    // a part of a long string would keep all of it in memory
    const isLong = line.payload.length > longest
    this.#lines[this.#count % most] = isLong ? { ...line, payload: beginningOf(line.payload) } : line
    this.#count++
  }

  /** When the last line was received, ms since 1970; undefined before the first one. */
  get lastReceived(): number | undefined {
    return this.#lines[(this.#count - 1) % most]?.received
  }

  /** The last 20 lines, without those up to this number; the oldest first. */
  after(number: number): LiveLine[] {
    const first = Math.max(number, this.#count - most, 0)
    const numbers = Array.from({ length: Math.max(0, this.#count - first) }, (_, index) => first + index)
    return numbers.map((index) => shown(this.#lines[index % most]!, index + 1))
  }
}

function beginningOf(payload: string | Buffer): string | Buffer {
  if (typeof payload !== 'string') return Buffer.from(payload.subarray(0, longestBinary + 1))
  return Buffer.from(payload.slice(0, longest), 'utf16le').toString('utf16le').concat('…')
}

function shown({ payload, received, framed }: Line, number: number): LiveLine {
  const isBinary = typeof payload !== 'string'
  const text = isBinary ? inHex(payload) : visible(payload)
  return { number, received, text, isBinary, ...(framed?.cut && { cut: framed.cut }) }
}

function inHex(bytes: Buffer): string {
  const pairs = Array.from(bytes.subarray(0, longestBinary), (byte) => byte.toString(16).padStart(2, '0'))
  return `${pairs.join(' ')}${bytes.length > longestBinary ? ' …' : ''}`
}

/** Control characters as the pictures that Unicode has for them. */
function visible(text: string): string {
  return text.replace(/[\x00-\x08\x0a-\x1f]/g, (character) =>
    String.fromCharCode(0x2400 + character.charCodeAt(0)),
  )
}
