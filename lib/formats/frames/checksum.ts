// Checks the checksum that a line or a record carries.
import type { CheckDefinition } from '../model/definition.ts'
import { Failure } from '../model/failure.ts'
import { hexDigit } from '../model/packet-line.ts'
import { show } from '../model/text.ts'
import type { Frame } from './frame.ts'
import { type Sum, sums } from './sums.ts'

const LF = 10
const CR = 13

/** Where a checksum stands in a frame, and what it says. */
interface Found {
  value: number
  /** its bytes, which do not count */
  at: number
  length: number
}

/** Finds a place in the bytes of a frame, or of one of its lines; undefined where it is not there. */
type Place = (bytes: Uint8Array, from: number, to: number) => number | undefined

export class Checksum {
  readonly #definition: CheckDefinition
  readonly #sum: Sum
  readonly #from: Place
  /** undefined: the range goes to the end, with a line end that nobody saw */
  readonly #to: Place | undefined
  readonly #at: Place
  /** characters or bytes of the checksum; undefined: as many digits as there are */
  readonly #size: number | undefined

  constructor(definition: CheckDefinition) {
    const { kind, from = 0, to, marks, written = 'hex', at } = definition
    this.#definition = definition
    this.#sum = sums[kind]
    this.#size = sizeOf(written, this.#sum.width)
    this.#from = firstPlace(from, marks === 'from' || marks === 'both')
    this.#to = to === undefined ? undefined : lastPlace(to, marks === 'to' || marks === 'both')
    this.#at = lastPlace(at ?? (typeof to === 'string' ? to : -(this.#size ?? 1)), true)
  }

  /** What is wrong; undefined where it holds. */
  verify(frame: Frame): Failure | undefined {
    const { bytes, length } = frame
    if (this.#definition.eachLine !== true) return this.#verifyRange(frame, bytes, 0, length)
    let failure: Failure | undefined
    frame.eachLine((from, to, index) => {
      const wrong = failure ? undefined : this.#verifyRange(frame, bytes, from, to)
      if (wrong) failure = new Failure(`line ${index + 1}: ${wrong.reason}`, 'check')
    })
    return failure
  }

  /** Whether it stands in the line as bytes, not as digits. */
  get isBinary(): boolean {
    const { written = 'hex' } = this.#definition
    return written !== 'hex' && written !== 'decimal'
  }

  /** A text without the digits of the checksum that it ends with, and the mark in front of them. */
  without(text: string): string {
    const { at, to } = this.#definition
    const mark = at ?? to
    if (typeof mark !== 'string' || this.isBinary) return text
    const begin = text.lastIndexOf(mark)
    const isLast = begin >= 0 && text.length - begin - mark.length <= (this.#size ?? text.length)
    return isLast ? text.slice(0, begin) : text
  }

  /** Puts spaces in the place of checksums that are bytes: they are no text, and need not be valid as one. */
  blank(frame: Frame): void {
    const { eachLine } = this.#definition
    if (!this.isBinary) return
    const blankRange = (from: number, to: number) => {
      const at = this.#at(frame.bytes, from, to)
      if (at !== undefined) frame.bytes.fill(32, at, Math.min(at + (this.#size ?? 0), to))
    }
    if (eachLine === true) frame.eachLine(blankRange)
    else blankRange(0, frame.length - frame.assumedEnd)
  }

  #verifyRange(frame: Frame, bytes: Uint8Array, first: number, end: number): Failure | undefined {
    const { kind, optional } = this.#definition
    const seen = end === frame.length ? end - frame.assumedEnd : end
    const found = this.#read(bytes, first, seen)
    if (found === undefined) return optional === true ? undefined : this.#failure('none')
    if (typeof found === 'string') return this.#failure(found)
    const from = this.#from(bytes, first, end)
    const to = this.#to === undefined ? end : this.#to(bytes, first, seen)
    if (from === undefined || to === undefined || to < from) {
      return new Failure(`${kind}: found no range to check, expected ${this.#rangeInWords}`, 'check')
    }
    const expected = this.#sumOf(bytes, from, to, found)
    if (expected === undefined) {
      return new Failure(`${kind}: found a range that is not all hex digits, expected pairs of them`, 'check')
    }
    if (expected === found.value) return undefined
    // a port that ends a frame at a line end may have taken either for it
    if (found.length === 0 && frame.assumedEnd === 0 && expected === CR) return undefined
    return this.#failure(this.#show(found.value), expected)
  }

  #failure(found: string, expected?: number): Failure {
    const wanted = expected === undefined ? this.#wanted : this.#show(expected)
    return new Failure(`${this.#definition.kind}: found ${found}, expected ${wanted}`, 'check')
  }

  /**
   * The checksum; a text is what stands there instead; undefined: nothing does.
   * @param seen where what was seen ends: a line end that nobody saw may follow
   */
  #read(bytes: Uint8Array, first: number, seen: number): Found | string | undefined {
    const { written = 'hex' } = this.#definition
    const at = this.#at(bytes, first, seen)
    if (at === undefined || at > seen) return undefined
    if (written === 'decimal' || written === 'hex') return this.#readDigits(bytes, at, seen, written)
    const length = this.#size as number
    // a byte that is itself a line end has ended the line
    if (length === 1 && at === seen) return { value: LF, at, length: 0 }
    if (at + length > seen) return undefined
    let value = 0
    for (let i = 0; i < length; i++) {
      value = value * 256 + (bytes[at + (written === 'bytes-le' ? length - 1 - i : i)] as number)
    }
    return { value, at, length }
  }

  #readDigits(
    bytes: Uint8Array,
    at: number,
    end: number,
    written: 'hex' | 'decimal',
  ): Found | string | undefined {
    const most = this.#size ?? 10
    const radix = written === 'hex' ? 16 : 10
    let value = 0
    let length = 0
    while (length < most && at + length < end) {
      const digit = hexDigit(bytes[at + length] as number)
      if (digit < 0 || digit >= radix) break
      value = value * radix + digit
      length++
    }
    const isWhole = length > 0 && (this.#size === undefined || length === most)
    if (isWhole) return { value, at, length }
    const text = textOf(bytes.subarray(at, Math.min(at + Math.max(most, 1), end)))
    return text.trim() === '' ? undefined : show(text.trim())
  }

  /** Undefined where hex digits are wanted and others are there. */
  #sumOf(bytes: Uint8Array, from: number, to: number, found: Found): number | undefined {
    const sum = this.#sum
    const counted = this.#definition.hexed === true ? unhexed(bytes, from, to, found) : bytes
    if (counted === undefined) return undefined
    let all = sum.start
    if (counted !== bytes) all = sum.add(all, counted, 0, counted.length)
    else {
      all = sum.add(all, bytes, from, Math.min(to, Math.max(from, found.at)))
      all = sum.add(all, bytes, Math.max(from, found.at + found.length), to)
    }
    const value = sum.finish(all)
    return this.#definition.written === 'six-bits' ? (value & 0x3f) + 0x20 : value
  }

  #show(value: number): string {
    switch (this.#definition.written ?? 'hex') {
      case 'decimal':
        return String(value)
      case 'six-bits':
        return JSON.stringify(String.fromCharCode(value))
      default:
        return value
          .toString(16)
          .toUpperCase()
          .padStart(this.#sum.width * 2, '0')
    }
  }

  get #wanted(): string {
    const { written = 'hex' } = this.#definition
    if (written === 'decimal') return 'a decimal number'
    if (written === 'six-bits') return 'one character'
    return written === 'hex'
      ? `${this.#size} hex digits`
      : `${this.#size} byte${this.#size === 1 ? '' : 's'} of checksum`
  }

  get #rangeInWords(): string {
    const { from, to } = this.#definition
    const marks = [from, to].filter((mark) => typeof mark === 'string').map(show)
    return marks.length > 0 ? `${marks.join(' and ')} in it` : 'more bytes'
  }
}

function sizeOf(written: CheckDefinition['written'], width: number): number | undefined {
  if (written === 'decimal') return undefined
  if (written === 'hex') return width * 2
  return written === 'six-bits' ? 1 : width
}

/** `isBehind`: the place behind the text, else in front of it. */
function lastPlace(place: string | number, isBehind: boolean): Place {
  if (typeof place === 'number') return offset(place)
  const mark = new TextEncoder().encode(place)
  return (bytes, from, to) => {
    for (let at = to - mark.length; at >= from; at--) {
      if (startsWith(bytes, at, mark)) return isBehind ? at + mark.length : at
    }
    return undefined
  }
}

function firstPlace(place: string | number, isIncluded: boolean): Place {
  if (typeof place === 'number') return offset(place)
  const mark = new TextEncoder().encode(place)
  return (bytes, from, to) => {
    for (let at = from; at + mark.length <= to; at++) {
      if (startsWith(bytes, at, mark)) return isIncluded ? at : at + mark.length
    }
    return undefined
  }
}

function offset(place: number): Place {
  return (_bytes, from, to) => {
    const at = place < 0 ? to + place : from + place
    return at < from || at > to ? undefined : at
  }
}

function startsWith(bytes: Uint8Array, at: number, mark: Uint8Array): boolean {
  for (let i = 0; i < mark.length; i++) if (bytes[at + i] !== mark[i]) return false
  return true
}

/** The bytes that pairs of hex digits stand for, without those of the checksum. */
function unhexed(bytes: Uint8Array, from: number, to: number, { at }: Found): Uint8Array | undefined {
  const end = at >= from ? Math.min(to, at) : to
  if ((end - from) % 2 !== 0) return undefined
  const values = new Uint8Array((end - from) / 2)
  for (let i = 0; i < values.length; i++) {
    const high = hexDigit(bytes[from + 2 * i] as number)
    const low = hexDigit(bytes[from + 2 * i + 1] as number)
    if (high < 0 || low < 0) return undefined
    values[i] = high * 16 + low
  }
  return values
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}
