// Reads a journal by its description alone, and trusts nothing of the library: for tests of what stands on disk.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { crc32, gunzipSync } from 'node:zlib'

export interface JournalEntry {
  seq: number
  kind: 'L' | 'R' | 'E'
  /** ms since 1970, UTC */
  time: number
  source: string
  /** the text as it stands in the file */
  text: string
  /** the line's own bytes; of an E, the JSON's */
  bytes: Buffer
  /** `<epoch>-<seq>` */
  id: string
}

export interface JournalNotice {
  time: number
  kind: string
  json: unknown
}

export interface JournalContents {
  entries: JournalEntry[]
  notices: JournalNotice[]
  /** seqs of entries that are marked as cut */
  cut: number[]
  /** what follows the last C of the last file: not durable */
  tail: string
}

interface JournalFile {
  name: string
  /** every byte a character (latin1), so that positions are byte positions */
  text: string
  firstSeq: number
}

/** All files of a journal, in order of seq. Throws an Error at whatever does not keep to the format. */
export function readJournal(directory: string): JournalContents {
  const contents: JournalContents = { entries: [], notices: [], cut: [], tail: '' }
  const files = journalFiles(directory)
  files.forEach((file, index) => {
    contents.tail = ''
    readFile(file, contents)
    if (contents.tail && index < files.length - 1) throw new Error(`${file.name}: text after the last C`)
  })
  return contents
}

/** Resolves when a journal that is being written has so many entries that are durable. */
export async function journalHolds(directory: string, count: number, limit = 60_000): Promise<void> {
  const deadline = performance.now() + limit
  while (!existsSync(directory) || readJournal(directory).entries.length < count) {
    if (performance.now() > deadline)
      throw new Error(`${directory} has no ${count} entries after ${limit} ms`)
    await pause(50)
  }
}

export function journalFiles(directory: string): JournalFile[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^\d{4}\/\d{8}(-\d+)?\.txt(\.gz)?$/.test(name))
    .map((name) => {
      const raw = readFileSync(join(directory, name))
      const text = (name.endsWith('.gz') ? gunzipSync(raw) : raw).toString('latin1')
      return { name, text, firstSeq: Number(text.split(' ')[5]) }
    })
    .sort((a, b) => a.firstSeq - b.firstSeq)
}

function readFile(file: JournalFile, contents: JournalContents): void {
  const day = file.name.replace(/^.*\/(\d{4})(\d\d)(\d\d).*$/, '$1-$2-$3')
  let epoch = ''
  let batchStart = 0
  let batch: string[] = []
  for (let start = 0; start < file.text.length; ) {
    const end = file.text.indexOf('\n', start)
    if (end < 0) break
    const line = file.text.slice(start, end)
    const fail = (problem: string) =>
      new Error(`${file.name}, byte ${start}: ${problem}: ${line.slice(0, 100)}`)
    if (start === 0) {
      const header =
        /^H \d\d:\d\d:\d\d\.\d{3} fieldlog 1 ([a-z0-9]{8}) (\d+) \S+ \d+ ([0-9a-f]{64}|-|\?)$/.exec(line)
      if (!header) throw fail('bad header')
      epoch = header[1] as string
      const expected = (contents.entries.at(-1)?.seq ?? 0) + 1
      if (Number(header[2]) !== expected) throw fail(`first seq should be ${expected}`)
    } else if (line.startsWith('C ')) {
      const close = /^C (\d\d:\d\d:\d\d\.\d{3}) (\d+) (\d+) ([0-9a-f]{8})$/.exec(line)
      if (!close) throw fail('bad C')
      const covered = Buffer.from(file.text.slice(batchStart, end - 9), 'latin1')
      if (crc32(covered).toString(16).padStart(8, '0') !== close[4]) throw fail('wrong CRC')
      if (Number(close[2]) !== batch.length) throw fail(`the batch has ${batch.length} lines`)
      for (const text of batch) epoch = take(text, day, epoch, contents, fail)
      if ((contents.entries.at(-1)?.seq ?? 0) !== Number(close[3])) throw fail('wrong last seq')
      batch = []
      batchStart = end + 1
    } else batch.push(line)
    start = end + 1
  }
  // zeros at the end are room that the writer has taken ahead
  contents.tail = file.text.slice(batchStart).replace(/\0+$/, '')
}

/** Adds one line of a batch to the contents; returns the epoch in force after it. */
function take(
  line: string,
  day: string,
  epoch: string,
  contents: JournalContents,
  fail: (problem: string) => Error,
): string {
  const entry = /^([LRE]) (?:(\d{4}-\d\d-\d\d)T)?(\d\d:\d\d:\d\d\.\d{3}) ([A-Za-z0-9._:@-]+) (.*)$/.exec(line)
  if (entry) {
    const [, kind, date, clock, source, text] = entry as unknown as [
      string,
      'L' | 'R' | 'E',
      string?,
      ...string[],
    ]
    if ((kind === 'R') !== (date !== undefined)) throw fail('only R has a date')
    const seq = (contents.entries.at(-1)?.seq ?? 0) + 1
    const bytes = kind === 'E' ? Buffer.from(text as string, 'latin1') : lineBytes(text as string)
    contents.entries.push({
      seq,
      kind,
      time: Date.parse(`${date ?? day}T${clock}Z`),
      source: source as string,
      text: Buffer.from(text as string, 'latin1').toString('utf8'),
      bytes,
      id: `${epoch}-${seq}`,
    })
    return epoch
  }
  const notice = /^N (\d\d:\d\d:\d\d\.\d{3}) (\S+) (.*)$/.exec(line)
  if (!notice) throw fail(`not a line of a journal: ${line.slice(0, 100)}`)
  const [, clock, kind, json] = notice as unknown as [string, string, string, string]
  const value = JSON.parse(Buffer.from(json, 'latin1').toString('utf8')) as { epoch?: string }
  if (kind === 'cut-line') contents.cut.push((contents.entries.at(-1)?.seq ?? 0) + 1)
  contents.notices.push({ time: Date.parse(`${day}T${clock}Z`), kind, json: value })
  return kind === 'open' && value.epoch ? value.epoch : epoch
}

/** The bytes of an escaped text; every character is one byte (latin1), and `\xhh` one more. */
function lineBytes(text: string): Buffer {
  const bytes = text.replace(/\\(x([0-9a-f]{2}))?/g, (all, _, hex: string | undefined) => {
    if (hex === undefined) throw new Error(`a bare backslash in ${all}`)
    return String.fromCharCode(Number.parseInt(hex, 16))
  })
  return Buffer.from(bytes, 'latin1')
}
