// What the journal has of a device, as far back as a catch-up may need it.
import type { Disk } from '../journal/disk/disk.ts'
import { type Entry, type Item, isEntry } from '../journal/format/entry.ts'
import { unescapeLine } from '../journal/format/text.ts'
import { readJournal } from '../journal/read/reader.ts'
import { isTurnLong, nextTurn } from '../kit/turns.ts'
import { AnyDeviceMemory } from './any-device-memory.ts'
import type { AnyDeviceSettings } from './any-device-settings.ts'
import { CollectorMemory, type Observed } from './memory.ts'

/** Looked at first; all of `mostEntries` only where these do not say where the device's memory was left. */
const fewEntries = 30_000
/** Entries of all sources together. */
const mostEntries = 300_000

/** What is remembered of a device: its lines and our notices go in, in order. */
export interface Remembering {
  observe(line: Observed): unknown
  /** the JSON of a `catchup` notice of any source */
  noticed(json: string, source: string): void
  /** It is known from where on the device is to be asked, and everything that was logged since has been seen. */
  readonly isEnough: boolean
  /** Where the journal was not read from its beginning: of the first entry that was, ms since 1970. */
  readSince: number | undefined
}

/**
 * What is known of a collector. Reads the last 300,000 entries at most. Throws what the disk throws.
 *
 * @param lastSeq the journal's end: what comes behind it is seen live
 */
export function readPast(
  disk: Disk,
  directory: string,
  source: string,
  lastSeq: number,
): Promise<CollectorMemory> {
  return remember(() => new CollectorMemory(), disk, directory, source, lastSeq)
}

/** The same of any other device. */
export function readAnyPast(
  settings: AnyDeviceSettings,
  disk: Disk,
  directory: string,
  source: string,
  lastSeq: number,
): Promise<AnyDeviceMemory> {
  return remember(() => new AnyDeviceMemory(settings), disk, directory, source, lastSeq)
}

async function remember<M extends Remembering>(
  begin: () => M,
  disk: Disk,
  directory: string,
  source: string,
  lastSeq: number,
): Promise<M> {
  const read = async (count: number) => {
    const memory = begin()
    await readInto(memory, disk, directory, source, {
      first: Math.max(1, lastSeq - count + 1),
      last: lastSeq,
    })
    return memory
  }
  const memory = await read(fewEntries)
  return memory.isEnough || lastSeq <= fewEntries ? memory : read(mostEntries)
}

interface Range {
  first: number
  last: number
}

async function readInto(
  memory: Remembering,
  disk: Disk,
  directory: string,
  source: string,
  { first, last }: Range,
): Promise<void> {
  for await (const reading of readJournal(disk, directory, first)) {
    if (reading.kind !== 'batch') continue
    for (const item of reading.items) {
      if (isEntry(item) && item.seq > last) return
      if (isEntry(item) && item.seq >= first && first > 1) memory.readSince ??= item.received
      take(memory, item, source, first)
      if (isTurnLong()) await nextTurn()
    }
  }
}

function take(memory: Remembering, item: Item, source: string, first: number): void {
  if (item.kind === 'N') {
    if (item.notice === 'catchup' && item.after >= first - 1) memory.noticed(item.json, source)
  } else if (isEntry(item) && item.seq >= first && item.source === source && item.kind !== 'E')
    memory.observe(observed(item))
}

function observed({ text, received, time, kind, cut }: Entry): Observed {
  return { text: unescapeLine(text), received, ...(kind === 'R' && { time }), ...(cut && { cut }) }
}
