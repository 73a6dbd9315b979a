// What the journal has of a collector, as far back as a catch-up may need it.
import type { Disk } from '../journal/disk/disk.ts'
import { type Entry, type Item, isEntry } from '../journal/format/entry.ts'
import { unescapeLine } from '../journal/format/text.ts'
import { readJournal } from '../journal/read/reader.ts'
import { isTurnLong, nextTurn } from '../kit/turns.ts'
import { CollectorMemory, type GapRule } from './memory.ts'
import { noticeIn } from './notice.ts'

/** Looked at first; all of `mostEntries` only where these do not say where the collector's memory was left. */
const fewEntries = 30_000
/** Entries of all sources together. */
const mostEntries = 300_000

/**
 * Reads the last 300,000 entries at most. Throws what the disk throws.
 *
 * @param lastSeq the journal's end: what comes behind it is seen live
 */
export async function readPast(
  disk: Disk,
  directory: string,
  source: string,
  lastSeq: number,
  rule: GapRule,
): Promise<CollectorMemory> {
  const memory = await readFrom(disk, directory, source, rule, lastSeq - fewEntries + 1, lastSeq)
  if (memory.due !== undefined || memory.newest !== undefined || lastSeq <= fewEntries) return memory
  return readFrom(disk, directory, source, rule, lastSeq - mostEntries + 1, lastSeq)
}

async function readFrom(
  disk: Disk,
  directory: string,
  source: string,
  rule: GapRule,
  from: number,
  to: number,
): Promise<CollectorMemory> {
  const memory = new CollectorMemory(rule)
  const first = Math.max(1, from)
  if (first === 1) memory.connected()
  for await (const reading of readJournal(disk, directory, first)) {
    if (reading.kind !== 'batch') continue
    for (const item of reading.items) {
      if (isEntry(item) && item.seq > to) return memory
      take(memory, item, source, first)
      if (isTurnLong()) await nextTurn()
    }
  }
  return memory
}

function take(memory: CollectorMemory, item: Item, source: string, first: number): void {
  if (item.kind === 'N') {
    if (item.after < first - 1) return
    // a gateway has started
    if (item.notice === 'open') memory.connected()
    if (item.notice !== 'catchup') return
    const notice = noticeIn(item.json)
    if (notice?.source === source) memory.noted(notice)
  } else if (isEntry(item) && item.seq >= first && item.source === source && item.kind !== 'E')
    observe(memory, item)
}

function observe(memory: CollectorMemory, { text, received, time, kind }: Entry): void {
  memory.observe({ text: unescapeLine(text), received, ...(kind === 'R' && { time }) })
}
