// Decoder bytes: numbers at byte offsets of binary frames, and of lines that write bytes as text.

import { compilePattern } from '../../options/pattern.ts'
import type { LineDecoder, Reader } from '../model/decoder.ts'
import type { BytesDecoder, FieldDefinition, Recogniser } from '../model/definition.ts'
import { Failure, wrongLength } from '../model/failure.ts'
import type { Line } from '../model/line.ts'
import { show } from '../model/text.ts'
import { base64Bytes, hexBytes, mostBytes } from '../notation/text-bytes.ts'
import { type Bytes, expectedLength, offsetReader, partsOf } from './packet.ts'
import { pathReader } from './paths.ts'

/** Facts about the bytes that a field may come from. */
const facts: Readonly<Record<string, Reader<Bytes>>> = {
  length: ({ length }) => length,
  part: ({ part }) => part,
}

export const byteFacts: readonly string[] = Object.keys(facts)

/** Bytes of one line, and what stands beside them. Used again for the next line. */
class Frame implements Bytes {
  bytes: Uint8Array = new Uint8Array(0)
  view: DataView = new DataView(new ArrayBuffer(0))
  length = 0
  start = 0
  end = 0
  part = 0
  head = 0
  /** a group of the pattern, or what stands at a path of the JSON value */
  beside: (name: string) => unknown = () => undefined

  set(bytes: Uint8Array): void {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.length = bytes.length
    this.start = 0
    this.end = bytes.length
    this.part = 0
    this.head = 0
  }
}

/** Where the text of the bytes is, undefined where the line has none; `frame.beside` is told what else there is. */
type FindText = (line: Line, frame: Frame) => string | undefined

/**
 * Takes lines that begin with the prefix and whose bytes begin with `start`; without the one and the other, those that
 * hold bytes in this writing.
 */
export function bytesDecoder(
  decoder: BytesDecoder,
  takes: Recogniser,
  fields: readonly FieldDefinition[],
): LineDecoder<Frame> {
  const { written = 'raw', minBytes: least = 0, maxBytes: most = Number.POSITIVE_INFINITY } = decoder
  const prefix = takes.prefix ?? ''
  const start = hexBytes(decoder.start ?? '') ?? new Uint8Array(0)
  const find = textFinder(decoder, prefix)
  const frame = new Frame()
  let fault: Failure | undefined

  const read = (line: Line): boolean => {
    fault = undefined
    const text = find?.(line, frame)
    if (find !== undefined && text === undefined) return false
    const bytes =
      text === undefined ? line.bytes() : written === 'base64' ? base64Bytes(text) : hexBytes(text)
    if (bytes === undefined) {
      fault = new Failure(`bytes: found ${show(text)}, expected ${inWords[written]}`)
      // a text that is meant for this format, but broken, is rejected
      return prefix !== '' || decoder.pattern !== undefined
    }
    if (bytes.length > mostBytes) return false
    frame.set(bytes)
    return start.every((byte, i) => byte === bytes[i])
  }
  return {
    takes: (line) =>
      line.text?.startsWith(prefix) !== false && (prefix === '' || line.text !== undefined) && read(line),
    open: () => {
      if (fault !== undefined) return fault
      const { length } = frame
      return length < least || length > most ? wrongLength(length, expectedLength(least, most)) : frame
    },
    takesBytes: written === 'raw',
    readers: fields.map(fieldReader),
    ...(decoder.parts === undefined ? {} : partsOf(decoder.parts)),
  }
}

const inWords = { raw: 'bytes', hex: 'two hexadecimal digits for each byte', base64: 'Base64' } as const

/** Undefined where the line itself is the bytes. */
function textFinder({ written, pattern, path }: BytesDecoder, prefix: string): FindText | undefined {
  if (written === undefined || written === 'raw') return undefined
  if (pattern !== undefined) return groupFinder(pattern)
  if (path !== undefined) return pathFinder(path, prefix)
  return ({ text }) => text?.slice(prefix.length)
}

function groupFinder(pattern: string): FindText {
  const compiled = compilePattern(pattern)
  const groups = compiled.namedGroups()
  return ({ text }, frame) => {
    if (text === undefined || text.length > mostBytes) return undefined
    const matcher = compiled.matcher(text)
    if (!matcher.find()) return undefined
    const group = (name: string) =>
      Object.hasOwn(groups, name) ? (matcher.group(groups[name] as number) ?? undefined) : undefined
    frame.beside = group
    return group('bytes')
  }
}

function pathFinder(path: string, prefix: string): FindText {
  const read = pathReader(path)
  const readers = new Map<string, (root: object) => unknown>()
  return (line, frame) => {
    const root = line.text === undefined ? line.structured : prefix === '' ? line.json() : undefined
    if (typeof root !== 'object' || root === null) return undefined
    frame.beside = (name) => {
      const known = readers.get(name) ?? pathReader(name)
      readers.set(name, known)
      return known(root)
    }
    const text = read(root)
    return typeof text === 'string' ? text : undefined
  }
}

function fieldReader(field: FieldDefinition): Reader<Frame> {
  const from = field.from ?? field.name
  if (typeof from === 'number') return offsetReader(field, from)
  const fact = Object.hasOwn(facts, from) ? facts[from] : undefined
  return fact ?? ((frame) => frame.beside(from))
}
