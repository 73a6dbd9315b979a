// Finds entries by seq, time and source.
import { openText } from '../archive/open-text.ts'
import type { Disk } from '../disk/disk.ts'
import { type Entry, entriesOf, type Item, type PoisonEntry } from '../format/entry.ts'
import { readCatalog } from './catalog.ts'
import { type Catalog, type JournalFile, versionProblem } from './journal-file.ts'
import { type DamageReport, type ReadLimits, readJournal } from './reader.ts'
import { seqsInTime } from './time-range.ts'

/** What is wanted; all conditions hold together, both ends are included. */
export interface Query {
  fromSeq?: number
  toSeq?: number
  /** ms since 1970: the moment that an entry belongs to */
  fromTime?: number
  toTime?: number
  sources?: ReadonlySet<string>
}

/** An entry that cannot be decoded. */
export interface PoisonReport {
  kind: 'poison'
  file: string
  entry: PoisonEntry
}

/** Entries, some at a time and in order of seq, or what cannot be read or decoded. */
export type Found = { kind: 'entries'; entries: Entry[] } | PoisonReport | DamageReport

/** Reads what a query asks for. Memory stays near the size of one batch, or of a block of an archive. */
export async function* queryJournal(
  disk: Disk,
  directory: string,
  query: Query,
  limits: ReadLimits = {},
): AsyncGenerator<Found> {
  const { fromSeq = 1, toSeq = Number.POSITIVE_INFINITY, fromTime, toTime } = query
  yield* otherVersions(await readCatalog(disk, directory, openText(disk, directory)))
  let ranges = [{ from: fromSeq, to: toSeq }]
  if (fromTime !== undefined || toTime !== undefined) {
    const open = openText(disk, directory)
    const { files } = await readCatalog(disk, directory, open)
    const times = [fromTime ?? Number.NEGATIVE_INFINITY, toTime ?? Number.POSITIVE_INFINITY] as const
    ranges = (await seqsInTime(within(files, fromSeq, toSeq), open, ...times))
      .map(({ from, to }) => ({ from: Math.max(from, fromSeq), to: Math.min(to, toSeq) }))
      .filter(({ from, to }) => from <= to)
  }
  const isWanted = matcher(query)
  for (const { from, to } of ranges) {
    for await (const reading of readJournal(disk, directory, from, limits)) {
      const first = reading.kind === 'damage' ? reading.from : firstSeq(reading.items)
      if (first > to) break
      if (reading.kind === 'damage') {
        if (reading.to >= from || reading.to < reading.from) yield reading
        continue
      }
      const isInRange = ({ seq }: { seq: number }) => seq >= from && seq <= to
      for (const part of entriesOf(reading.items)) {
        if (!Array.isArray(part)) {
          // whose time and source nobody knows
          if (isInRange(part)) yield { kind: 'poison', file: reading.file, entry: part }
          continue
        }
        const wanted = part.filter((entry) => isInRange(entry) && isWanted(entry))
        if (wanted.length > 0) yield { kind: 'entries', entries: wanted }
      }
    }
  }
}

/** Files of another version of the format: which entries they hold nobody here can tell. */
function* otherVersions({ versions }: Catalog): Generator<DamageReport> {
  for (const [stored, version] of versions)
    yield { kind: 'damage', file: stored, offset: 0, end: 0, from: 1, to: 0, reason: versionProblem(version) }
}

/** Whether an entry is of the times and the sources that a query names. */
export function matcher({ fromTime, toTime, sources }: Query): (entry: Entry) => boolean {
  const from = fromTime ?? Number.NEGATIVE_INFINITY
  const to = toTime ?? Number.POSITIVE_INFINITY
  return ({ time, source }) => time >= from && time <= to && (sources?.has(source) ?? true)
}

/** The files that may hold these seqs. */
function within(files: readonly JournalFile[], fromSeq: number, toSeq: number): JournalFile[] {
  return files.filter((file, index) => {
    const next = files[index + 1]
    return file.firstSeq <= toSeq && (!next || next.firstSeq > fromSeq)
  })
}

function firstSeq(items: readonly Item[]): number {
  const [first] = items
  if (!first) return 0
  return first.kind === 'N' ? first.after + 1 : first.seq
}
