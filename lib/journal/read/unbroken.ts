// The epoch in force behind a stretch in which nothing is damaged, at little more than the cost of reading it: the checksums
// are enough, so no line is counted and no batch is held in memory.
import { RunningChecksum } from '../../kit/sealed.ts'
import { isTurnLong, nextTurn } from '../../kit/turns.ts'
import type { DiskFile } from '../disk/disk.ts'
import { epochIn } from '../format/opened.ts'

/** some 1.5 ms of work between two turns of the event loop */
const chunkSize = 1 << 20
const commitMark = Buffer.from('\nC ')
/** a space, and the CRC */
const crcField = 9
const lf = 10
const letterH = 0x48
/** A C line, or an `open` notice up to its epoch, and more: no piece of a file may divide them. */
const longestMark = 128

/**
 * The epoch that the last `open` notice from one place to another says, `stated` where none is there. Both places are ends
 * of batches. Undefined where not every byte in between is covered by a checksum that matches: then only a walk over the
 * batches can tell.
 * @param chunk bytes that are read at a time, more than 128
 */
export async function epochOfUnbroken(
  text: Pick<DiskFile, 'read'>,
  [from, to]: readonly [from: number, to: number],
  stated: string,
  chunk = chunkSize,
): Promise<string | undefined> {
  let epoch = stated
  const run = new ChecksumRun()
  for (let position = from; position < to; ) {
    const bytes = await text.read(position, Math.min(chunk, to - position))
    // behind the end of a batch a line begins with the piece, else behind its first LF
    const line = run.isClosed ? 0 : bytes.indexOf(lf) + 1 || bytes.length
    epoch = epochIn({ body: bytes.subarray(line), header: undefined }) ?? epoch
    const isLast = position + bytes.length >= to
    const used = run.add(bytes, isLast)
    if (!used) return undefined
    position += used
    if (isTurnLong()) await nextTurn()
  }
  return run.isClosed ? epoch : undefined
}

/** Checks that one batch follows the other, each under its checksum. */
class ChecksumRun {
  /** whether all that was added is under a checksum */
  isClosed = true
  #isBehindBatch = false
  readonly #checksum = new RunningChecksum()

  /** How many of the bytes were used: the others may be part of a mark and must come again. Undefined where something is damaged. */
  add(bytes: Buffer, isLast: boolean): number | undefined {
    let at = 0
    for (;;) {
      // an H in the middle of a file sets an epoch, too
      if (this.#isBehindBatch && this.isClosed && bytes[at] === letterH) return undefined
      const mark = bytes.indexOf(commitMark, at)
      const end = mark === -1 ? -1 : bytes.indexOf(lf, mark + 1)
      if (end === -1) break
      // the space in front of it is not covered by the CRC
      const close = end - crcField
      this.#checksum.add(bytes.subarray(at, close))
      if (bytes.toString('latin1', close, end) !== ` ${this.#checksum.take()}`) return undefined
      at = end + 1
      this.isClosed = true
      this.#isBehindBatch = true
    }
    const rest = bytes.subarray(at, isLast ? undefined : Math.max(at, bytes.length - longestMark))
    if (rest.length > 0) {
      this.#checksum.add(rest)
      this.isClosed = false
    }
    return at + rest.length
  }
}
