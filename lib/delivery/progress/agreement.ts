// How far something that points into a journal, and the journal itself, speak of the same entries. A seq alone does not
// tell: an older copy that was put back may have got other entries since, with the same numbers.
import { openText } from '../../journal/archive/open-text.ts'
import type { Disk } from '../../journal/disk/disk.ts'
import { readCatalog } from '../../journal/read/catalog.ts'
import { type ReadLimits, readJournal } from '../../journal/read/reader.ts'
import type { EpochStart } from './epochs.ts'

/** What says which journal, and which of its entries, something points at. */
export interface Identity {
  /** epoch of the journal's first entry; undefined in files of earlier versions */
  journal?: string
  /** epochs of the entries it speaks of, the latest ones */
  epochs?: EpochStart[]
}

/** A journal as it is asked here. */
export interface JournalView {
  /** where the oldest file that is left begins, and its epoch where its H can be read; undefined without any file */
  oldest(): Promise<{ epoch: string | undefined; seq: number } | undefined>
  /** epoch of the first readable entry from a seq on; undefined where there is none, or where damage hides it */
  epochFrom(seq: number): Promise<string | undefined>
}

export function viewOf(disk: Disk, directory: string, limits: ReadLimits = {}): JournalView {
  return {
    async oldest() {
      const { files } = await readCatalog(disk, directory, openText(disk, directory))
      const [first] = files
      return first && { epoch: first.header?.epoch, seq: first.firstSeq }
    },
    async epochFrom(seq) {
      for await (const reading of readJournal(disk, directory, seq, limits)) {
        if (reading.kind === 'damage') continue
        for (const item of reading.items)
          if (item.kind !== 'N' && item.seq >= seq) return item.epoch || undefined
      }
      return undefined
    },
  }
}

/**
 * The highest seq up to which both agree: `top` where all that the identity speaks of is there (or nothing can tell),
 * less where the journal goes on otherwise, 0 where it is another journal.
 * @param top the highest seq that it speaks of; @param lastSeq the journal's last one
 */
export async function agreement(
  { journal, epochs = [] }: Identity,
  view: JournalView,
  top: number,
  lastSeq: number,
): Promise<number> {
  if (journal === undefined) return top
  const oldest = await view.oldest()
  if (oldest?.seq === 1 && oldest.epoch !== undefined && oldest.epoch !== journal) return 0
  // all that it speaks of went with retention: whatever the journal has comes after it
  if (epochs.length === 0 || (oldest && oldest.seq > top)) return top
  for (const [index, [from, epoch]] of [...epochs.entries()].reverse()) {
    const end = Math.min((epochs[index + 1]?.[0] ?? top + 1) - 1, lastSeq)
    if (end < from) continue
    const isOf = async (seq: number) => ((await view.epochFrom(seq)) ?? epoch) === epoch
    if (await isOf(end)) return end
    if (await isOf(from)) return lastWhere(isOf, from, end)
  }
  return 0
}

/** By bisection: `low` is such a one, `high` is not, and all up to the last such one are. */
async function lastWhere(
  isSuch: (seq: number) => Promise<boolean>,
  low: number,
  high: number,
): Promise<number> {
  let [last, beyond] = [low, high]
  while (beyond - last > 1) {
    const middle = (last + beyond) >> 1
    if (await isSuch(middle)) last = middle
    else beyond = middle
  }
  return last
}
