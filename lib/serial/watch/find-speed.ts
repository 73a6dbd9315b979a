// Finds the speed of a device by listening to it at each one for a while.
import type { Clock } from '../../kit/clock.ts'
import { asError } from '../../kit/errors.ts'
import type { LineSource } from '../source/source.ts'
import { foreignBytes } from './speed.ts'

/** In the order in which they are tried. */
export const speeds = [
  9600, 57_600, 115_200, 300, 600, 1200, 1800, 2400, 4800, 19_200, 38_400, 230_400, 460_800, 500_000, 576_000,
  921_600, 1_000_000,
]

/** ms at each speed */
const listenFor = 1_500
/** bytes kept of one speed: what a device at a million bits a second sends in the time */
const mostBytes = 200_000
/** So many whole lines and hardly a foreign byte: no other speed can be better. */
const enoughLines = 4
const hardlyAny = 0.01
/** of a device that sends no lines: so many bytes of text, and no more foreign ones */
const enoughBytes = 30
const fewForeign = 0.05

/** What came at one speed. */
export interface HeardAt {
  baudRate: number
  bytes: number
  /** whole lines of printable text */
  lines: number
  /** 0 … 1: the part of the bytes that is ASCII text */
  text: number
  /** the beginning of a line, for people to look at */
  sample: string
}

export interface SpeedSearch {
  heard: HeardAt[]
  /** the speed to take; undefined where none gave text */
  found: number | undefined
}

export interface SpeedSearchOptions {
  /** the port at a speed */
  source(baudRate: number): LineSource
  clock: Clock
  /** gives up; what has been heard by then is not used */
  signal: AbortSignal
  /** tried before all others */
  first?: number
  /** called before each speed */
  trying(baudRate: number, number: number, of: number): void
  /** each chunk with the speed at which it was read; the buffer is used again */
  data?(chunk: Buffer, received: number, baudRate: number): void
}

/** Tries one speed after the other; ends early where one leaves no doubt. Rejects where the port cannot be opened. */
export async function findSpeed(options: SpeedSearchOptions): Promise<SpeedSearch> {
  const { first, trying } = options
  const all = first === undefined ? speeds : [first, ...speeds.filter((speed) => speed !== first)]
  const heard: HeardAt[] = []
  let refused: Error | undefined
  for (const [index, baudRate] of all.entries()) {
    trying(baudRate, index + 1, all.length)
    try {
      const at = await listenAt(baudRate, options)
      heard.push(at)
      if (at.lines >= enoughLines && at.text >= 1 - hardlyAny) break
    } catch (error) {
      options.signal.throwIfAborted()
      // a driver refuses speeds that the chip does not have
      refused = asError(error)
    }
  }
  if (heard.length === 0 && refused) throw refused
  return { heard, found: best(heard)?.baudRate }
}

function best(heard: readonly HeardAt[]): HeardAt | undefined {
  const [most] = heard.toSorted((a, b) => b.lines - a.lines || b.text - a.text)
  if (most && most.lines > 0) return most
  const [clearest] = heard.filter(({ bytes }) => bytes >= enoughBytes).toSorted((a, b) => b.text - a.text)
  return clearest && clearest.text >= 1 - fewForeign ? clearest : undefined
}

async function listenAt(
  baudRate: number,
  { source, clock, signal, data }: SpeedSearchOptions,
): Promise<HeardAt> {
  const chunks: Buffer[] = []
  let length = 0
  let lost: Error | undefined
  const link = await source(baudRate).connect(
    {
      data(chunk, received) {
        data?.(chunk, received, baudRate)
        if (length < mostBytes) chunks.push(Buffer.from(chunk))
        length += chunk.length
      },
      closed(reason) {
        lost = reason
      },
    },
    signal,
  )
  await wait(listenFor, clock, signal)
  if (lost) throw lost
  await link.close()
  signal.throwIfAborted()
  return judge(baudRate, Buffer.concat(chunks))
}

function judge(baudRate: number, bytes: Buffer): HeardAt {
  // the first line may lack its beginning, and what follows the last end is no line
  const lines = bytes
    .toString('latin1')
    .split(/\r\n|\n|\r/)
    .slice(1, -1)
  const printable = lines.filter((line) => /^[\t\x20-\x7e]{2,}$/.test(line) || isUtf8Line(line))
  const text = bytes.length === 0 ? 0 : 1 - foreignBytes(bytes) / bytes.length
  return {
    baudRate,
    bytes: bytes.length,
    lines: printable.length,
    text,
    sample: (printable[0] ?? '').slice(0, 80),
  }
}

/** A line with letters beyond ASCII; garbage is hardly ever valid UTF-8 for so long. */
function isUtf8Line(line: string): boolean {
  if (line.length < 8) return false
  const text = Buffer.from(line, 'latin1').toString('utf8')
  return !/[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd]/.test(text)
}

/** Until the time is over, or it is given up. */
function wait(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stopTimer = clock.after(ms, end)
    function end(): void {
      stopTimer()
      signal.removeEventListener('abort', end)
      resolve()
    }
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}
