// Whether a store has all events of a journal, as far as they are asked for.
import { type Store, StoreFile } from '../../history/query/read/store-file.ts'
import type { Disk } from '../../journal/disk/disk.ts'
import { isEntry } from '../../journal/format/entry.ts'
import { readJournal } from '../../journal/read/reader.ts'
import { asError, errorCode } from '../../kit/errors.ts'

/** What came later than so long ago, ms, a running gateway is about to store. */
const underWay = 60_000

export interface Asked {
  disk: Disk
  /** of the journal */
  directory: string
  /** events that were received from then on are not asked for, ms since 1970 */
  to: number | undefined
  /** ms since 1970 */
  now: number
}

/** What the store lacks, in words; undefined: nothing. */
export async function lackOf(path: string, { disk, directory, to, now }: Asked): Promise<string | undefined> {
  const found = stateOf(path)
  if (typeof found === 'string') return found
  if (found.isInPart) return `the store ${path} is being made again in part`
  const missing = await firstAfter(disk, directory, found.upTo)
  const limit = Math.min(now - underWay, to ?? Number.POSITIVE_INFINITY)
  if (missing === undefined || missing.received >= limit) return undefined
  return `the store ${path} lacks events from seq ${missing.seq} on`
}

/** Why it cannot be read, or up to which seq it has all events, and whether a part of them was removed to be made again. */
function stateOf(path: string): string | { upTo: number; isInPart: boolean } {
  const file = new StoreFile(path)
  try {
    return file.ask((store) => ({
      upTo: Number(metaOf(store, 'upTo') ?? 0),
      isInPart: metaOf(store, 'part') !== undefined,
    }))
  } catch (error) {
    if (errorCode(error) === 'NO_STORE') return asError(error).message
    throw error
  } finally {
    file.close()
  }
}

function metaOf(store: Store, key: string): unknown {
  return store.first('SELECT value FROM meta WHERE key = ?', key)?.[0]
}

async function firstAfter(
  disk: Disk,
  directory: string,
  seq: number,
): Promise<{ seq: number; received: number } | undefined> {
  for await (const reading of readJournal(disk, directory, seq + 1)) {
    if (reading.kind === 'damage') continue
    const first = reading.items.find((item) => isEntry(item) && item.seq > seq)
    if (first && isEntry(first)) return first
  }
  return undefined
}
