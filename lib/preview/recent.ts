// Reads the last entries of a journal beside its writer.
import { openText } from '../journal/archive/open-text.ts'
import type { OpenText } from '../journal/archive/text-file.ts'
import type { Disk } from '../journal/disk/disk.ts'
import { type Entry, isEntry, isLate } from '../journal/format/entry.ts'
import { parseCommit } from '../journal/format/line.ts'
import { unescapeLine } from '../journal/format/text.ts'
import { readCatalog } from '../journal/read/catalog.ts'
import type { JournalFile } from '../journal/read/journal-file.ts'
import { readJournal } from '../journal/read/reader.ts'
import { isTurnLong, nextTurn } from '../kit/turns.ts'
import type { RecentReading, RecentReadings } from './reading.ts'

export const mostReadings = 50_000
/** characters of all texts together; a reading that does not fit pushes out the oldest ones */
const mostCharacters = 4_000_000

/** How much of a file's end is searched for its last C line; a longer end is read from its beginning. */
const tailBytes = 1 << 18

export interface RecentOptions {
  /** only what was received from then on, ms since 1970; default: all */
  since?: number
  /** ends the reading: what was read until then is given */
  signal?: AbortSignal
}

/**
 * The last `limit` entries (50,000 at most), fewer where their texts are longer than 4 million characters together.
 * Only what a C line vouches for is read; entries that are damaged or cannot be decoded are left out and counted. It
 * works in slices, beside the writer. Throws what the disk throws.
 */
export async function recentReadings(
  disk: Disk,
  directory: string,
  limit: number,
  { since = Number.NEGATIVE_INFINITY, signal }: RecentOptions = {},
): Promise<Omit<RecentReadings, 'journal'>> {
  const lastSeq = await lastDurableSeq(disk, directory)
  const wanted = Math.min(Math.max(Math.trunc(limit), 0), mostReadings, lastSeq)
  const from = lastSeq - wanted + 1
  const entries = new LastEntries()
  let older = 0
  if (wanted > 0) {
    let seq = 0
    for await (const reading of readJournal(disk, directory, from)) {
      if (signal?.aborted) break
      if (reading.kind !== 'batch') continue
      for (const item of reading.items) {
        if (item.kind === 'N') continue
        seq = item.seq
        if (!isEntry(item) || seq < from || seq > lastSeq) continue
        if (item.received >= since) entries.add(item)
        else older++
      }
      if (seq >= lastSeq) break
      if (isTurnLong()) await nextTurn()
    }
  }
  const readings: RecentReading[] = []
  for (const entry of entries.list) {
    readings.push(asReading(entry))
    if (isTurnLong()) await nextTurn()
  }
  // what came before them was in the period, too
  const isCut = entries.hasDropped || (older === 0 && from > 1) ? { isCut: true as const } : {}
  return { lastSeq, readings, leftOut: wanted - older - readings.length, ...isCut }
}

class LastEntries {
  list: Entry[] = []
  /** earlier ones had to make room */
  hasDropped = false
  #characters = 0

  add(entry: Entry): void {
    this.list.push(entry)
    this.#characters += entry.text.length
    while (this.#characters > mostCharacters) {
      this.hasDropped = true
      this.#characters -= (this.list.shift() as Entry).text.length
    }
  }
}

function asReading(entry: Entry): RecentReading {
  const { kind, seq, epoch, source, received, time, text, cut } = entry
  const reading: RecentReading = { seq, id: `${epoch}-${seq}`, kind, source, received, time }
  if (isLate(entry)) reading.late = true
  if (cut !== undefined) reading.cut = cut
  if (kind === 'E') return { ...reading, json: JSON.parse(text) }
  const line = unescapeLine(text)
  return typeof line === 'string'
    ? { ...reading, text: line }
    : { ...reading, bytes: line.toString('base64') }
}

/** The seq of the last entry that a C line vouches for; 0 in an empty journal. */
async function lastDurableSeq(disk: Disk, directory: string): Promise<number> {
  const open = openText(disk, directory)
  const { files } = await readCatalog(disk, directory, open)
  for (const file of files.toReversed()) {
    const seq = await lastSeqIn(file, open)
    if (seq !== undefined) return seq
  }
  return 0
}

async function lastSeqIn(file: JournalFile, open: OpenText): Promise<number | undefined> {
  const text = await open(file.stored)
  try {
    const size = file.validSize ?? (await text.size())
    for (let length = tailBytes; ; length *= 4) {
      const from = Math.max(0, size - length)
      const tail = (await text.read(from, Math.min(length, size))).toString('latin1')
      for (let end = tail.lastIndexOf('\n'); end >= 0; ) {
        const start = end === 0 ? -1 : tail.lastIndexOf('\n', end - 1)
        const isWhole = start >= 0 || from === 0
        const commit = isWhole ? parseCommit(tail.slice(start + 1, end)) : undefined
        if (commit !== undefined) return commit.lastSeq
        end = start
      }
      if (from === 0) return undefined
    }
  } finally {
    await text.close()
  }
}
