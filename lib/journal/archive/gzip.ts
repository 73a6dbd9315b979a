// Reads and writes single gzip members. Each is decompressed as a whole, so the start of the next one is known, and a
// broken member does not affect the others.
import { promisify } from 'node:util'
import { crc32, createInflateRaw, gunzip, gzip, inflateRaw, type ZlibOptions } from 'node:zlib'
import { errorCode, withCode } from '../../kit/errors.ts'
import { isTurnLong, nextTurn } from '../../kit/turns.ts'
import type { DiskFile } from '../disk/disk.ts'

const compress = promisify<Uint8Array, ZlibOptions, Buffer>(gzip)
const decompress = promisify<Uint8Array, ZlibOptions, Buffer>(gunzip)

/** Most text of one member. An archive of ours never has more, and it would not fit into a small machine's memory. */
const longestMember = 256 << 20
const firstLook = 1 << 20
const shortestMember = 18
/** CRC-32 and length of the text, at the end of a member */
const trailerSize = 8
const lf = 10
/** Stands for a part of unknown length: damage, and the end of its last line, so that what follows begins with its own. */
const hole = Buffer.from([0, lf])
/** bytes between two looks whether others should have their turn */
const checkedAtOnce = 1 << 20

/** One gzip member with this text. */
export function compressMember(text: Uint8Array): Promise<Buffer> {
  return compress(text, {})
}

/**
 * The text of a member whose length is known. What cannot be decompressed is zero bytes, which no checksum of
 * the journal covers: what is whole in front of them stays readable. They end in an LF, as the text did, so that the
 * first batch of the next member begins with a line of its own.
 */
export async function expandMember(member: Buffer, size: number): Promise<{ text: Buffer; sound: boolean }> {
  try {
    const text = await decompress(member, {
      maxOutputLength: Math.max(size, 1),
      chunkSize: Math.max(size, 64),
    })
    if (text.length === size) return { text, sound: true }
  } catch (error) {
    if (errorCode(error) === undefined) throw error
  }
  const text = Buffer.alloc(size)
  const found = await expandStart(member.subarray(dataStart(member) ?? 10))
  found.copy(text)
  if (found.length < size) text[size - 1] = lf
  return { text, sound: false }
}

/** One member as it was found in a .gz. */
export interface Member {
  /** bytes in the .gz */
  at: number
  end: number
  /** of a broken one the part that could be decompressed, and `hole` for the rest where its length is not known */
  text: Buffer
  sound: boolean
  /** whether it is known how long the text was: where it is not, the offsets behind it are not known either */
  isExact: boolean
}

/** The members of a .gz, found by decompressing it. */
export async function* members(file: DiskFile, path: string): AsyncGenerator<Member> {
  const size = await file.size()
  for (let at = 0; at < size; ) {
    const member = await nextMember(file, path, at, size)
    yield member
    at = member.end
  }
}

async function nextMember(file: DiskFile, path: string, at: number, size: number): Promise<Member> {
  for (let look = firstLook; ; look *= 4) {
    const bytes = await file.read(at, Math.min(look, size - at))
    const isAll = at + bytes.length >= size
    const start = dataStart(bytes)
    const found = start === undefined ? 'broken' : await inflate(bytes.subarray(start), path)
    if (found === 'short' && !isAll) continue
    if (start !== undefined && typeof found === 'object') {
      const end = start + found.used + trailerSize
      if (end > bytes.length && !isAll) continue
      const { text } = found
      const trailer = bytes.subarray(end - trailerSize, end)
      const sound = trailer.length === trailerSize && trailer.readUInt32LE(0) === (await checksumOf(text))
      const isExact = sound || (trailer.length === trailerSize && trailer.readUInt32LE(4) === text.length)
      // a damaged stream may go on into the next member: where it ends is believed with its trailer only
      if (isExact) return { at, end: at + end, text, sound, isExact }
    }
    const end = await nextStart(file, at + 1, size)
    const text = await expandStart((await file.read(at, end - at)).subarray(start ?? 10))
    return { at, end, text: Buffer.concat([text, hole]), sound: false, isExact: false }
  }
}

/** CRC-32; a member of somebody else's may be long. */
async function checksumOf(text: Buffer): Promise<number> {
  let crc = 0
  for (let at = 0; at < text.length; at += checkedAtOnce) {
    crc = crc32(text.subarray(at, at + checkedAtOnce), crc)
    if (isTurnLong()) await nextTurn()
  }
  return crc
}

/** The whole deflate stream at the start of these bytes; `short` where it goes on behind them. */
function inflate(bytes: Buffer, path: string): Promise<{ text: Buffer; used: number } | 'short' | 'broken'> {
  return new Promise((resolve, reject) => {
    // with `info` the callback gets the text and the engine, which knows how many bytes it took
    inflateRaw(bytes, { info: true, maxOutputLength: longestMember }, (error, result) => {
      if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE') {
        const limit = `${longestMember >> 20} MB`
        reject(
          withCode(
            'ARCHIVE_TOO_LARGE',
            new Error(`journal: ${path} has more than ${limit} in one gzip member: gunzip it`),
          ),
        )
      } else if (error) resolve(errorCode(error) === 'Z_BUF_ERROR' ? 'short' : 'broken')
      else {
        const { buffer, engine } = result as unknown as { buffer: Buffer; engine: { bytesWritten: number } }
        resolve({ text: buffer, used: engine.bytesWritten })
      }
    })
  })
}

/** As much of a broken deflate stream as can be decompressed. */
function expandStart(bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    // what was decompressed in the step that fails is not given out, so the steps are small
    const stream = createInflateRaw({ chunkSize: 256 })
    stream.on('data', (part: Buffer) => parts.push(part))
    stream.on('error', () => resolve(Buffer.concat(parts)))
    stream.on('end', () => resolve(Buffer.concat(parts)))
    for (let at = 0; at < bytes.length; at += 1024) stream.write(bytes.subarray(at, at + 1024))
    stream.end()
  })
}

/** Where the deflate data of a member begins (RFC 1952, 2.3); undefined where this is no gzip header. */
function dataStart(bytes: Buffer): number | undefined {
  if (bytes.length < shortestMember || bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8)
    return undefined
  const flags = bytes[3]!
  let at = 10
  if (flags & 4) at += 2 + bytes.readUInt16LE(at)
  for (const flag of [8, 16]) if (flags & flag) at = bytes.indexOf(0, at) + 1
  if (flags & 2) at += 2
  return at
}

/** Where the next bytes are that a member begins with, or the end. */
async function nextStart(file: DiskFile, from: number, size: number): Promise<number> {
  const mark = Buffer.from([0x1f, 0x8b, 8])
  for (let at = from; at < size; at += firstLook - mark.length) {
    const found = (await file.read(at, firstLook)).indexOf(mark)
    if (found !== -1) return at + found
  }
  return size
}
