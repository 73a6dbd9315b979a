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
 * A body that is too long is read on for so many bytes, so that its sender, who may send all before he reads, gets the answer;
 * with a longer one the connection ends.
 */
const readOn = 8 << 20

/** The bytes of the body, unpacked, or why they are not taken. Never rejects. */
export async function readBody(
  stream: Readable,
  headers: BodyHeaders,
  limits: BodyLimits,
  clock: Clock,
): Promise<Buffer | Refusal> {
  const coding = (headers['content-encoding'] ?? '').trim().toLowerCase()
  const isPlain = coding === '' || coding === 'identity'
  const unpack = unpackers.get(coding)
  if (!isPlain && !unpack) return unknownCoding(coding)
  if (Number(headers['content-length']) > limits.bytes + readOn) return tooLong(limits.bytes, closing)
  const body = await readAll(stream, limits, clock)
  if (body instanceof Refusal || !unpack) return body
  return unpacked(body, unpack, coding, limits.bytes)
}

/** The same of a body that Node-RED has read already. */
export async function takeBody(
  body: Buffer,
  headers: BodyHeaders,
  limits: BodyLimits,
): Promise<Buffer | Refusal> {
  const coding = (headers['content-encoding'] ?? '').trim().toLowerCase()
  if (body.length > limits.bytes) return tooLong(limits.bytes)
  if (coding === '' || coding === 'identity') return body
  const unpack = unpackers.get(coding)
  return unpack ? unpacked(body, unpack, coding, limits.bytes) : unknownCoding(coding)
}

const closing = { connection: 'close' }

function readAll(stream: Readable, { bytes, time }: BodyLimits, clock: Clock): Promise<Buffer | Refusal> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let received = 0
    const data = (part: Buffer) => {
      received += part.length
      if (received <= bytes) parts.push(part)
      else parts.length = 0
      if (received > bytes + readOn) end(tooLong(bytes, closing))
    }
    const ended = () =>
      end(received > bytes ? tooLong(bytes) : parts.length === 1 ? parts[0]! : Buffer.concat(parts))
    const broken = () => end(new Refusal(400, { error: 'The request ended before its body did.' }, closing))
    const stopTimer = clock.after(time, () =>
      end(
        new Refusal(
          408,
          {
            error: 'The body came too slowly.',
            reason: `found ${received} bytes after ${time / 1000} s, expected all of it`,
          },
          closing,
        ),
      ),
    )
    const end = (result: Buffer | Refusal) => {
      stopTimer()
      stream.off('data', data).off('end', ended).off('close', broken)
      // what still comes is of no interest, and neither is why it ends
      stream.on('error', () => {})
      stream.resume()
      resolve(result)
    }
    stream.on('data', data).on('end', ended).on('close', broken)
    stream.on('error', broken)
  })
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

function tooLong(limit: number, headers?: Record<string, string>): Refusal {
  const most = limit.toLocaleString('en-US')
  return new Refusal(
    413,
    { error: 'The body is too long.', reason: `expected ${most} bytes at most, unpacked: send it in parts` },
    headers,
  )
}
