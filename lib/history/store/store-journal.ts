// The journal and its delivery, as a store needs them.

import type { LogService } from '../../delivery/log-service.ts'
import { type JournalView, viewOf } from '../../delivery/progress/agreement.ts'
import type { ReplayRequest, ReplayResult } from '../../delivery/send/replay.ts'
import { openText } from '../../journal/archive/open-text.ts'
import { systemDisk } from '../../journal/disk/disk.ts'
import { readCatalog } from '../../journal/read/catalog.ts'
import { type SeqRange, seqsInTime } from '../../journal/read/time-range.ts'

export interface StoreJournal {
  /** Where delivery stands; undefined before it has begun. */
  position(): { checkpoint: number; lastSeq: number } | undefined
  view: JournalView
  /** Seqs of what was received in this time, or belongs to it, and of others; ms since 1970. */
  seqsIn(from: number, to: number): Promise<SeqRange[]>
  replay(request: ReplayRequest): Promise<ReplayResult>
  cancelReplays(name: string): void
}

export function storeJournal(service: LogService, directory: string): StoreJournal {
  return {
    position() {
      const { delivery, journal } = service.state
      return delivery && { checkpoint: delivery.checkpoint, lastSeq: journal.lastSeq }
    },
    view: viewOf(systemDisk, directory),
    async seqsIn(from, to) {
      const open = openText(systemDisk, directory)
      return seqsInTime((await readCatalog(systemDisk, directory, open)).files, open, from, to)
    },
    replay: (request) => service.replay(request),
    cancelReplays(name) {
      service.cancelReplays(name)
    },
  }
}

/** What a store says of the journal that it was made from. */
export interface StoreIdentity {
  journal: string | undefined
  top: string | undefined
  upTo: number
}

/** Whether a store is of this journal, as it is now: not of another one, and not of what a restored copy has lost. */
export async function isOfJournal(
  { journal, top, upTo }: StoreIdentity,
  view: JournalView,
  lastSeq: number,
): Promise<boolean> {
  const oldest = await view.oldest()
  const isFirst = oldest?.seq === 1 && oldest.epoch !== undefined
  if (isFirst && journal !== undefined && oldest.epoch !== journal) return false
  if (top === undefined) return upTo <= lastSeq
  const [epoch, number] = top.split('-')
  const seq = Number(number)
  if (Math.max(seq, upTo) > lastSeq) return false
  // retention has taken it: nothing can tell
  if (oldest === undefined || oldest.seq > seq) return true
  const found = await view.epochFrom(seq)
  return found === undefined || found === epoch
}
