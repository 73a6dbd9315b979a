// Follows a journal as it grows, for readers outside of the writer's process.
import { join } from 'node:path'
import { type Clock, systemClock } from '../../kit/clock.ts'
import { errorCode } from '../../kit/errors.ts'
import { openText } from '../archive/open-text.ts'
import { withText } from '../archive/text-file.ts'
import type { Disk } from '../disk/disk.ts'
import { writtenEnd } from '../format/scan.ts'
import { readCatalog, yearsIn } from './catalog.ts'
import { type Found, matcher, type Query, queryJournal } from './query.ts'

/** How a live end is watched. */
export interface FollowOptions {
  signal: AbortSignal
  clock?: Clock
}

/** Looks at the files are this far apart, ms. */
const lookInterval = 250

/** As `queryJournal`, and goes on with what is written from then on, until it is told to stop. */
export async function* followJournal(
  disk: Disk,
  directory: string,
  query: Query,
  { signal, clock = systemClock }: FollowOptions,
): AsyncGenerator<Found> {
  const { toSeq = Number.POSITIVE_INFINITY } = query
  const isWanted = matcher(query)
  const told = new Set<string>()
  let fromSeq = query.fromSeq ?? 1
  while (!signal.aborted && fromSeq <= toSeq) {
    const end = await liveEnd(disk, directory)
    // all entries, whatever their source and time: they say how far it was read
    for await (const found of queryJournal(disk, directory, { fromSeq, toSeq })) {
      if (signal.aborted) return
      if (found.kind === 'damage') {
        const place = `${found.file} ${found.offset} ${found.end}`
        if (!told.has(place)) yield found
        told.add(place)
        fromSeq = Math.max(fromSeq, found.to + 1)
        continue
      }
      if (found.kind === 'poison') {
        fromSeq = found.entry.seq + 1
        yield found
        continue
      }
      fromSeq = found.entries.at(-1)!.seq + 1
      const entries = found.entries.filter(isWanted)
      if (entries.length > 0) yield { kind: 'entries', entries }
    }
    while (!signal.aborted && fromSeq <= toSeq && !(await end.hasMoved())) await pause(clock, signal)
  }
}

/** The place where a writer writes, as it is now. */
async function liveEnd(disk: Disk, directory: string): Promise<{ hasMoved(): Promise<boolean> }> {
  const open = openText(disk, directory)
  const last = (await readCatalog(disk, directory, open)).files.at(-1)
  let end: number | undefined
  const state = async () => {
    try {
      const place =
        last &&
        (await withText(last, open, async (text) => {
          const size = await text.size()
          end ??= await writtenEnd(text, size)
          // what is written there replaces zeros: the size may stay
          return `${size} ${(await text.read(end, 1))[0] ?? 0}`
        }))
      return `${await countNames(disk, directory)} ${place}`
    } catch (error) {
      // gone since: so it has moved
      if (errorCode(error) !== 'ENOENT') throw error
      return 'gone'
    }
  }
  const seen = await state()
  return { hasMoved: async () => (await state()) !== seen }
}

async function countNames(disk: Disk, directory: string): Promise<number> {
  let count = 0
  for (const year of await yearsIn(disk, directory)) count += (await disk.list(join(directory, year))).length
  return count
}

function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      stopTimer()
      resolve()
    }
    const stopTimer = clock.after(lookInterval, () => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
    signal.addEventListener('abort', stop, { once: true })
  })
}
