// Finds the batch that holds a seq by bisection: the last seq of the commits grows with their offset in the file.
import type { DiskFile } from '../disk/disk.ts'
import { parseCommit } from '../format/line.ts'
import { scanFile } from '../format/scan.ts'

/** A place between two batches. */
export interface Place {
  offset: number
  /** seq of the last entry before it */
  lastSeq: number
}

/** Below this the rest is read in order. */
const bisectStep = 1 << 16
const commitMark = Buffer.from('\nC ')

/** The start of the batch that holds a seq, or of one before it. `firstSeq` is that of the file. */
export async function findBatch(
  text: Pick<DiskFile, 'read'>,
  size: number,
  seq: number,
  firstSeq: number,
): Promise<Place> {
  const start = { offset: 0, lastSeq: firstSeq - 1 }
  if (seq <= firstSeq) return start
  let low = start
  let high = size
  while (high - low.offset > bisectStep) {
    const middle = low.offset + Math.floor((high - low.offset) / 2)
    const found = await commitAfter(text, middle, high)
    if (found && found.lastSeq < seq && found.offset > low.offset) low = found
    else high = middle
  }
  // on its way it believed C lines; one that is damaged could lead behind the seq
  return low.offset === 0 || (await closesBatch(text, low)) ? low : start
}

async function commitAfter(
  text: Pick<DiskFile, 'read'>,
  from: number,
  to: number,
): Promise<Place | undefined> {
  for (let position = from, length = 4096; position < to; length *= 2) {
    const bytes = await text.read(position, Math.min(length, to - position))
    const mark = bytes.indexOf(commitMark)
    const end = mark === -1 ? -1 : bytes.indexOf(10, mark + 1)
    const commit = end === -1 ? undefined : parseCommit(bytes.toString('latin1', mark + 1, end))
    if (commit) return { lastSeq: commit.lastSeq, offset: position + end + 1 }
    if (position + bytes.length >= to) return undefined
    if (end !== -1) position += end
  }
  return undefined
}

/** Whether a sound batch ends there. */
async function closesBatch(text: Pick<DiskFile, 'read'>, { offset, lastSeq }: Place): Promise<boolean> {
  const from = await batchBefore(text, offset)
  for await (const span of scanFile(text, from, offset)) {
    if (span.kind === 'batch') return span.end === offset && span.commit.lastSeq === lastSeq
    break
  }
  return false
}

/** The start of the batch that ends at an offset, as the C line before it says. */
async function batchBefore(text: Pick<DiskFile, 'read'>, offset: number): Promise<number> {
  for (let look = 1 << 16; ; look *= 4) {
    const from = Math.max(0, offset - look)
    const bytes = await text.read(from, offset - from)
    const own = bytes.lastIndexOf(commitMark)
    const mark = own < 1 ? -1 : bytes.lastIndexOf(commitMark, own - 1)
    if (mark !== -1) return from + bytes.indexOf(10, mark + 1) + 1
    if (from === 0) return 0
  }
}
