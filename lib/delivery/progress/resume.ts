// Where delivery resumes after a start, decided from the stored checkpoint and the journal's extent. A pure function.
import type { Checkpoint } from './checkpoint.ts'

export interface Resumption {
  checkpoint: Checkpoint
  /** the checkpoint is not the stored one, and why, with what follows from it */
  warning?: string
}

/**
 * @param stored undefined where neither slot is valid
 * @param lastSeq the journal's last durable entry; @param oldest seq of the first entry of its oldest file
 */
export function resume(stored: Checkpoint | undefined, lastSeq: number, oldest: number): Resumption {
  if (!stored) return fromTheOldest(lastSeq, oldest)
  const { above: lengths = [], ...rest } = stored
  const lastAbove = lengths.reduce((seq, length) => seq + length, stored.seq)
  if (lastAbove <= lastSeq) return { checkpoint: stored }
  if (stored.seq <= lastSeq) {
    return {
      checkpoint: rest,
      warning:
        `log: the checkpoint knows of event ${lastAbove}, and the journal ends at ${lastSeq} (an older copy?): ` +
        `every event after ${stored.seq} is sent again`,
    }
  }
  const { incomplete, damaged } = stored.counters
  const known = incomplete + damaged <= lastSeq
  const counters = known
    ? { ...stored.counters, complete: lastSeq - incomplete - damaged }
    : { complete: lastSeq, failed: 0, incomplete: 0, damaged: 0 }
  return {
    checkpoint: { ...rest, seq: lastSeq, counters },
    warning:
      `log: the checkpoint is at event ${stored.seq}, and the journal ends at ${lastSeq} (an older copy?): ` +
      `going on from ${lastSeq}`,
  }
}

/** What retention has removed had been dealt with: it never removes anything above the checkpoint. */
function fromTheOldest(lastSeq: number, oldest: number): Resumption {
  const seq = Math.min(oldest - 1, lastSeq)
  const counters = { complete: seq, failed: 0, incomplete: 0, damaged: 0 }
  if (seq === lastSeq) return { checkpoint: { seq, counters } }
  return {
    checkpoint: { seq, counters, pacedUpTo: lastSeq },
    warning:
      `log: the checkpoint is missing or damaged: events ${seq + 1} to ${lastSeq}, all that the journal has, ` +
      'are sent again at a set pace, and new ones after them',
  }
}
