// JeeMon's log files: one text file a day, a line a reading, `L 00:00:00.062 usb-A40117UK OK 19 96 12`.
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { createGunzip } from 'node:zlib'
import { asError, withCode } from '../../kit/errors.ts'
import { sourcePattern } from './line.ts'
import { msPerDay, parseDay, parseTimeOfDay } from './time.ts'

/** A reading of such a file. */
export interface Reading {
  /** ms since 1970: the file's date and the line's time, UTC */
  time: number
  source: string
  /** the line as received */
  text: Buffer
}

/** A line that is none, and why. */
export interface Rejected {
  problem: string
  text: Buffer
}

export type DayLine = { number: number } & ({ reading: Reading } | { rejected: Rejected })

const lf = 10
const cr = 13
/** A line that is longer is none; bytes. */
const longestLine = 1 << 20

/** The day (since 1970) that a file's name says: `20121130.txt`, `20121130.txt.gz`; undefined where it says none. */
export function dayOfName(path: string): number | undefined {
  const match = /^(\d{8})\.txt(?:\.gz)?$/.exec(basename(path))
  const day = match ? parseDay(match[1]!) : Number.NaN
  return Number.isNaN(day) ? undefined : day
}

/** The lines of a file, plain or gzipped (`.gz`), in portions; empty lines are passed over. */
export async function* dayLines(path: string, day: number): AsyncGenerator<DayLine[]> {
  let number = 0
  let rest: Buffer = Buffer.alloc(0)
  const take = (line: Buffer): DayLine[] => {
    number++
    return line.length === 0 || (line.length === 1 && line[0] === cr) ? [] : [{ number, ...parse(line, day) }]
  }
  for await (const chunk of bytesOf(path)) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    const lines: DayLine[] = []
    let at = 0
    for (let end = bytes.indexOf(lf); end !== -1; end = bytes.indexOf(lf, at)) {
      lines.push(...take(bytes.subarray(at, end)))
      at = end + 1
    }
    rest = Buffer.from(bytes.subarray(at))
    if (rest.length > longestLine)
      throw withCode('IMPORT_UNREADABLE', new Error(`${path}: line ${number + 1} is longer than 1 MB`))
    yield lines
  }
  if (rest.length > 0) yield take(rest)
}

async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path)
  if (!path.endsWith('.gz')) {
    yield* file as AsyncIterable<Buffer>
    return
  }
  const gunzip = createGunzip()
  file.on('error', (error) => gunzip.destroy(error))
  try {
    yield* file.pipe(gunzip) as AsyncIterable<Buffer>
  } catch (error) {
    throw withCode(
      'IMPORT_UNREADABLE',
      new Error(`${path} cannot be decompressed: ${asError(error).message}`),
    )
  }
}

function parse(line: Buffer, day: number): { reading: Reading } | { rejected: Rejected } {
  const end = line.at(-1) === cr ? line.length - 1 : line.length
  const rejected = (problem: string) => ({ rejected: { problem, text: line.subarray(0, end) } })
  if (line[0] !== 0x4c || line[1] !== 0x20) return rejected('it does not begin with "L "')
  const time = parseTimeOfDay(line.toString('latin1', 0, 15), 2)
  if (time < 0 || line[14] !== 0x20) return rejected('it has no time HH:MM:SS.mmm')
  const space = line.indexOf(0x20, 15)
  const source = line.toString('latin1', 15, space === -1 || space > end ? end : space)
  if (!sourcePattern.test(source)) return rejected('it names no device')
  const text = line.subarray(Math.min(space === -1 ? end : space + 1, end), end)
  return { reading: { time: day * msPerDay + time, source, text } }
}
