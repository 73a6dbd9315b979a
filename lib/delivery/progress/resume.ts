// Where delivery resumes after a start, decided from the stored checkpoint and the journal's extent. A pure function.
import { type Checkpoint, topOf } from './checkpoint.ts'

export interface Resumption {
  checkpoint: Checkpoint
  /** the checkpoint is not the stored one, and why, with what follows from it */
  warning?: string
}

/**
 * @param stored undefined where neither slot is valid
 * @param lastSeq the journal's last durable entry; @param oldest seq of the first entry of its oldest file
 * @param agreed up to which seq the checkpoint and the journal speak of the same entries; 0: of none
 */
export function resume(
  stored: Checkpoint | undefined,
  lastSeq: number,
  oldest: number,
  agreed = Number.POSITIVE_INFINITY,
): Resumption {
  if (!stored) return fromTheOldest('missing or damaged', lastSeq, oldest)
  const top = topOf(stored)
  if (top > 0 && agreed === 0 && lastSeq > 0) return fromTheOldest('of another journal', lastSeq, oldest)
  const end = Math.min(lastSeq, agreed)
  if (top <= end) return { checkpoint: stored }
  const { above: _, ...rest } = stored
  const epochs = stored.epochs && { epochs: stored.epochs.filter(([from]) => from <= end) }
  const what =
    agreed < Math.min(top, lastSeq)
      ? `the journal has other entries after ${end} than those that the checkpoint knows (an older copy, and new ` +
        `entries in it?)`
      : `the checkpoint knows of event ${top}, and the journal ends at ${lastSeq} (an older copy?)`
  if (stored.seq <= end) {
    return {
      checkpoint: { ...rest, ...epochs },
      warning: `log: ${what}: every event after ${stored.seq} is sent again`,
    }
  }
  const { incomplete, damaged } = stored.counters
  const known = incomplete + damaged <= end
  const counters = known
    ? { ...stored.counters, complete: end - incomplete - damaged }
    : { complete: end, failed: 0, incomplete: 0, damaged: 0 }
  return {
    checkpoint: { ...rest, ...epochs, seq: end, counters },
    warning: `log: ${what}: going on after ${end}`,
  }
}

/** What retention has removed had been dealt with: it never removes anything above the checkpoint. */
function fromTheOldest(why: string, lastSeq: number, oldest: number): Resumption {
  const seq = Math.min(oldest - 1, lastSeq)
  const counters = { complete: seq, failed: 0, incomplete: 0, damaged: 0 }
  if (seq === lastSeq) return { checkpoint: { seq, counters } }
  return {
    checkpoint: { seq, counters, pacedUpTo: lastSeq },
    warning:
      `log: the checkpoint is ${why}: events ${seq + 1} to ${lastSeq}, all that the journal has, ` +
      'are sent again at a set pace, and new ones after them',
  }
}
