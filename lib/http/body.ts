// Reads the body of a request: bounded in length, also unpacked, and in time.
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, inflateRaw, type ZlibOptions } from 'node:zlib'
import type { Clock } from '../kit/clock.ts'
import { asError, errorCode } from '../kit/errors.ts'
import { Refusal } from './refusal.ts'

export interface BodyLimits {
  /** bytes, packed and unpacked */
  bytes: number
  /** from the first look at it to its end, ms */
  time: number
}

/** What of a request's headers matters here. */
export interface BodyHeaders {
  'content-encoding'?: string | undefined
  'content-length'?: string | undefined
}

type Unpack = (body: Buffer, options: ZlibOptions) => Promise<Buffer>

const unpackers: ReadonlyMap<string, Unpack> = new Map([
  ['gzip', promisify<Buffer, ZlibOptions, Buffer>(gunzip)],
  ['x-gzip', promisify<Buffer, ZlibOptions, Buffer>(gunzip)],
  ['deflate', unpackDeflate],
  ['br', promisify<Buffer, ZlibOptions, Buffer>(brotliDecompress)],
])

/**
 * A sender that is refused in the middle of a body may send all of it before it looks for the answer. So what still comes is read
 * and dropped for so long, before the connection is cut; ms.
 */
const linger = 10_000

/** The bytes of the body, unpacked, or why they are not taken. Never rejects. */
export async function readBody(
  stream: Readable,
  headers: BodyHeaders,
  limits: BodyLimits,
  clock: Clock,
): Promise<Buffer | Refusal> {
  const coding = codingOf(headers)
  const unpack = unpackers.get(coding)
  const refusal = unpack || coding === '' ? tooLongAsTold(headers, limits.bytes) : unknownCoding(coding)
  if (refusal) {
    drop(stream, clock)
    return refusal
  }
  const body = await readAll(stream, limits, clock)
  return body instanceof Refusal || !unpack ? body : unpacked(body, unpack, coding, limits.bytes)
}

/** The same of a body that Node-RED has read already. */
export async function takeBody(
  body: Buffer,
  headers: BodyHeaders,
  limits: BodyLimits,
): Promise<Buffer | Refusal> {
  const coding = codingOf(headers)
  if (body.length > limits.bytes) return tooLong(limits.bytes)
  if (coding === '') return body
  const unpack = unpackers.get(coding)
  return unpack ? unpacked(body, unpack, coding, limits.bytes) : unknownCoding(coding)
}

/** Empty for none. */
function codingOf(headers: BodyHeaders): string {
  const coding = (headers['content-encoding'] ?? '').trim().toLowerCase()
  return coding === 'identity' ? '' : coding
}

function tooLongAsTold(headers: BodyHeaders, limit: number): Refusal | undefined {
  return Number(headers['content-length']) > limit ? tooLong(limit) : undefined
}

function readAll(stream: Readable, { bytes, time }: BodyLimits, clock: Clock): Promise<Buffer | Refusal> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let received = 0
    const data = (part: Buffer) => {
      received += part.length
      if (received <= bytes) parts.push(part)
      else end(tooLong(bytes))
    }
    const ended = () => end(parts.length === 1 ? parts[0]! : Buffer.concat(parts))
    const broken = () => end(new Refusal(400, { error: 'The request ended before its body did.' }))
    const stopTimer = clock.after(time, () => end(tooSlow(received, time)))
    const end = (result: Buffer | Refusal) => {
      stopTimer()
      stream.off('data', data).off('end', ended).off('close', broken).off('error', broken)
      if (result instanceof Refusal) drop(stream, clock)
      resolve(result)
    }
    stream.on('data', data).on('end', ended).on('close', broken).on('error', broken)
  })
}

/** What still comes is of no interest, and neither is why it ends. */
function drop(stream: Readable, clock: Clock): void {
  const stopTimer = clock.after(linger, () => stream.destroy())
  stream
    .on('error', () => {})
    .on('end', stopTimer)
    .on('close', stopTimer)
  stream.resume()
}

async function unpacked(
  body: Buffer,
  unpack: Unpack,
  coding: string,
  limit: number,
): Promise<Buffer | Refusal> {
  try {
    return await unpack(body, { maxOutputLength: limit })
  } catch (error) {
    if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE') return tooLong(limit)
    const reason = `it is no ${coding}: ${asError(error).message}`
    return new Refusal(400, { error: 'The body cannot be unpacked.', reason })
  }
}

/** By the standard with zlib's header; some clients leave it out. */
function unpackDeflate(body: Buffer, options: ZlibOptions): Promise<Buffer> {
  const hasHeader = body.length >= 2 && (body[0]! & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0
  const unpack: Unpack = promisify<Buffer, ZlibOptions, Buffer>(hasHeader ? inflate : inflateRaw)
  return unpack(body, options)
}

function unknownCoding(coding: string): Refusal {
  return new Refusal(
    415,
    {
      error: `Unable to decode content-encoding ${JSON.stringify(coding)}.`,
      reason: 'expected gzip, deflate or br',
    },
    { 'accept-encoding': 'gzip, deflate, br' },
  )
}

function tooLong(limit: number): Refusal {
  const most = limit.toLocaleString('en-US')
  return new Refusal(413, {
    error: 'The body is too long.',
    reason: `expected ${most} bytes at most, unpacked: send it in parts`,
  })
}

function tooSlow(received: number, time: number): Refusal {
  return new Refusal(408, {
    error: 'The body came too slowly.',
    reason: `found ${received} bytes after ${time / 1000} s, expected all of it`,
  })
}
