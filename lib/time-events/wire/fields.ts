// The protobuf encoding below the messages. Field by field, without a schema: what is required, what is UTF-8 and how large a
// time may be are each a reason of their own for a refusal, which a generated decoder would report as one.
import { isUtf8 } from 'node:buffer'
import protobuf from 'protobufjs/minimal.js'

/** How the value of a field is stored. */
const wireType = { varint: 0, bytes: 2 } as const

export type Reader = protobuf.Reader
export type Writer = protobuf.Writer

/** The fields of a message as they were read, by their numbers: of each the last value. */
export class RawFields {
  readonly #bytes: Buffer
  /** varints; NaN of what is larger than an exact integer */
  readonly numbers: Array<number | undefined> = []
  readonly #starts: Array<number | undefined> = []
  readonly #ends: number[] = []

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  setText(field: number, start: number, end: number): void {
    this.#starts[field] = start
    this.#ends[field] = end
  }

  /** Undefined where the message has none. Bytes that are no UTF-8 become U+FFFD. */
  text(field: number): string | undefined {
    const start = this.#starts[field]
    return start === undefined ? undefined : this.#bytes.toString('utf8', start, this.#ends[field])
  }

  bytes(field: number): Buffer | undefined {
    const start = this.#starts[field]
    return start === undefined ? undefined : this.#bytes.subarray(start, this.#ends[field])
  }

  /** Whether a text, which was read from the field, is what its bytes say. */
  isExact(field: number, text: string | undefined): boolean {
    return text === undefined || !text.includes('\ufffd') || isUtf8(this.bytes(field)!)
  }
}

/** What to read from a message: the numbers of its fields, by kind. */
export interface Layout {
  numbers: readonly number[]
  texts: readonly number[]
  /** a message within the message that may come many times */
  repeated?: number
}

export function newWriter(): Writer {
  return protobuf.Writer.create()
}

/** Writes a field that holds text or a message. */
export function writeBytes(writer: Writer, field: number, bytes: Uint8Array): void {
  writer.uint32((field << 3) | wireType.bytes).bytes(bytes)
}

export function writeText(writer: Writer, field: number, text: string | undefined): void {
  if (text !== undefined) writer.uint32((field << 3) | wireType.bytes).string(text)
}

export function writeNumber(writer: Writer, field: number, value: number): void {
  writer.uint32((field << 3) | wireType.varint).uint64(value)
}

/**
 * Reads a message. Fields that the layout does not name are skipped; of one that comes twice the last value counts, as
 * protobuf wants it. Throws where the bytes are no protobuf, or a field has another type than its own.
 * @param onMessage receives each of the repeated messages
 */
export function readFields(
  bytes: Buffer,
  { numbers, texts, repeated }: Layout,
  onMessage: (bytes: Buffer) => void = () => {},
): RawFields {
  const reader = protobuf.Reader.create(bytes)
  const read = new RawFields(bytes)
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    const field = tag >>> 3
    const type = tag & 7
    if (field === 0) throw new RangeError('a field has the number 0')
    if (texts.includes(field)) {
      expectType(field, type, wireType.bytes)
      const end = reader.uint32() + reader.pos
      if (end > reader.len) throw new RangeError(`field ${field} ends behind the message`)
      read.setText(field, reader.pos, end)
      reader.pos = end
    } else if (numbers.includes(field)) {
      expectType(field, type, wireType.varint)
      read.numbers[field] = exact(reader.uint64())
    } else if (field === repeated) {
      expectType(field, type, wireType.bytes)
      onMessage(Buffer.from(reader.bytes()))
    } else {
      reader.skipType(type, 0, field)
    }
  }
  return read
}

function expectType(field: number, type: number, expected: number): void {
  if (type !== expected) throw new RangeError(`field ${field} has wire type ${type}, expected ${expected}`)
}

/** A 64-bit integer as a number; NaN where a number cannot hold it exactly. */
function exact(value: number | { low: number; high: number }): number {
  const number = typeof value === 'number' ? value : (value.high >>> 0) * 2 ** 32 + (value.low >>> 0)
  return Number.isSafeInteger(number) ? number : Number.NaN
}
