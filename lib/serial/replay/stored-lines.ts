// The lines of a stored log, in the order in which they stand there, a portion at a time: a JeeMon day, a file of a
// journal, or a whole journal.
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { openText } from '../../journal/archive/open-text.ts'
import { systemDisk } from '../../journal/disk/disk.ts'
import { decodeBatch, type Item } from '../../journal/format/entry.ts'
import { type DayLine, dayLines, dayOfName } from '../../journal/format/jeemon.ts'
import { scanFile } from '../../journal/format/scan.ts'
import { unescapeBytes } from '../../journal/format/text.ts'
import { readJournal } from '../../journal/read/reader.ts'
import { asError, errorCode } from '../../kit/errors.ts'
import { SourceError } from '../source/source.ts'

export interface StoredLine {
  /** the moment it belongs to, ms since 1970 */
  time: number
  /** without a line end */
  bytes: Buffer
}

/** Some lines, and how many between them cannot be played. */
export interface Portion {
  lines: StoredLine[]
  /** that cannot be read */
  damaged: number
  /** that are no whole lines: structured events, cut lines, frames with a line end in them */
  others: number
}

const journalHead = /^H \d\d:\d\d:\d\d\.\d{3} fieldlog /
const lf = 10
const cr = 13

/** Opens a stored log. Rejects with a SourceError where there is none. */
export async function openStored(path: string): Promise<AsyncGenerator<Portion>> {
  try {
    const isFolder = (await stat(path)).isDirectory()
    return isFolder ? await journalIn(path) : await fileOf(path)
  } catch (error) {
    throw storedError(path, error)
  }
}

export function storedError(path: string, error: unknown): SourceError {
  if (error instanceof SourceError) return error
  const code = errorCode(error)
  if (code === 'ENOENT') return new SourceError(`${path} does not exist: is the path right?`, 'no such file')
  if (code === 'EACCES') return new SourceError(`${path} may not be read by this user`, 'no permission')
  return new SourceError(`${path} cannot be read: ${asError(error).message}`, 'cannot be read', {
    cause: error,
  })
}

function notALog(path: string, problem: string): SourceError {
  return new SourceError(
    `${path} holds no ${problem}: expected a JeeMon day (lines "L HH:MM:SS.mmm device text"), or a journal or one of its files`,
    'not a log',
  )
}

async function journalIn(directory: string): Promise<AsyncGenerator<Portion>> {
  const portions = journalPortions(directory)
  const first = await portions.next()
  if (first.done) throw notALog(directory, 'journal')
  return startingWith(first.value, portions)
}

async function fileOf(path: string): Promise<AsyncGenerator<Portion>> {
  // a name without a date is a day like any other
  const day = dayOfName(path) ?? 0
  const portions = dayLines(path, day)
  const first = await portions.next()
  const lines = first.done ? [] : first.value
  const [line] = lines
  if (line && 'rejected' in line && journalHead.test(line.rejected.text.toString('latin1'))) {
    await portions.return(undefined)
    return journalFilePortions(path, day)
  }
  if (!lines.some((each) => 'reading' in each)) {
    await portions.return(undefined)
    throw notALog(path, 'line of a log')
  }
  return startingWith(dayPortion(lines), dayPortions(portions))
}

async function* startingWith(first: Portion, portions: AsyncGenerator<Portion>): AsyncGenerator<Portion> {
  yield first
  yield* portions
}

/** A journal, up to the end that it has now. */
async function* journalPortions(directory: string): AsyncGenerator<Portion> {
  for await (const reading of readJournal(systemDisk, directory, 1)) {
    if (reading.kind === 'damage')
      yield { lines: [], damaged: Math.max(1, reading.to - reading.from + 1), others: 0 }
    else yield portionOf(reading.items)
  }
}

async function* dayPortions(portions: AsyncGenerator<DayLine[]>): AsyncGenerator<Portion> {
  for await (const lines of portions) yield dayPortion(lines)
}

function dayPortion(found: readonly DayLine[]): Portion {
  const portion: Portion = { lines: [], damaged: 0, others: 0 }
  for (const line of found) {
    if ('rejected' in line) portion.damaged++
    else portion.lines.push({ time: line.reading.time, bytes: line.reading.text })
  }
  return portion
}

/** A file of a journal, wherever it lies. */
async function* journalFilePortions(path: string, day: number): AsyncGenerator<Portion> {
  const text = await openText(systemDisk, dirname(path))(basename(path))
  try {
    for await (const span of scanFile(text, 0, await text.size())) {
      if (span.kind === 'damage') yield { lines: [], damaged: 1, others: 0 }
      if (span.kind !== 'batch') continue
      for (const items of decodeBatch(span, { day, epoch: '' })) yield portionOf(items)
    }
  } finally {
    await text.close()
  }
}

function portionOf(items: readonly Item[]): Portion {
  const portion: Portion = { lines: [], damaged: 0, others: 0 }
  for (const item of items) {
    if (item.kind === 'N') continue
    if (item.kind === 'poison') portion.damaged++
    else if (item.kind === 'E' || item.cut !== undefined) portion.others++
    else addLine(portion, { time: item.time, bytes: unescapeBytes(item.text) })
  }
  return portion
}

/** What has a line end in it would come as several lines. */
function addLine(portion: Portion, line: StoredLine): void {
  if (line.bytes.includes(lf) || line.bytes.includes(cr)) portion.others++
  else portion.lines.push(line)
}
