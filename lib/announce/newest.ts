// Which of two readings of a device is the newer one: what a later subscriber is told must never go back.
import type { FieldlogEvent } from '../event.ts'

/** What is remembered of the reading that was published, also over restarts. */
export interface Newest {
  /** its own time, ms since 1970 */
  time: number
  /** ms since 1970 by the gateway's clock */
  received: number
  /** `<epoch>-<seq>` */
  id: string
}

/** ms: what claims to be from farther ahead than this has a wrong clock */
const future = 60_000

type Times = Pick<FieldlogEvent, 'id' | 'seq' | 'time' | 'received' | 'replayed' | 'late'>

/**
 * Whether a reading takes the place of the one that is there.
 *
 * 1. The later time of its own wins; of equal ones that which stands later in the journal.
 * 2. A wrong clock must not block for ever. A reading that came live and stands later in the journal wins all the same where the
 *    one that is there was received "after" it (the gateway's clock was set back), or is from more than a minute ahead of
 *    it (the device's clock was wrong, or the gateway's was).
 */
export function isNewer(event: Times, than: Newest | undefined): boolean {
  if (than === undefined || event.time > than.time) return true
  if (!isLaterInJournal(event.id, than.id)) return false
  if (event.time === than.time) return true
  const isLive = !event.replayed && event.late !== true
  return isLive && (event.received < than.received || than.time > event.received + future)
}

/** Two journals have no common order: what comes later is later then. */
function isLaterInJournal(id: string, than: string): boolean {
  const [epoch, seq, part] = partsOf(id)
  const [otherEpoch, otherSeq, otherPart] = partsOf(than)
  if (epoch !== otherEpoch) return true
  return seq === otherSeq ? part >= otherPart : seq > otherSeq
}

/** `<epoch>-<seq>.<part>`; the tenth event of a line comes after the ninth. */
function partsOf(id: string): [epoch: string, seq: number, part: number] {
  const [epoch = '', place = ''] = id.split('-', 2)
  const [seq = '', part = ''] = place.split('.', 2)
  return [epoch, Number(seq), Number.parseInt(part, 10) || 0]
}
