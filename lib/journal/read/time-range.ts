// Which seqs can fall into a span of time. For archives their index answers; plain files are searched.
import { type Block, describeBlock, readBlock } from '../archive/blocks.ts'
import { type OpenText, type TextFile, withText } from '../archive/text-file.ts'
import { msPerDay } from '../format/time.ts'
import type { JournalFile } from './journal-file.ts'

/** Seqs, both ends included. */
export interface SeqRange {
  from: number
  to: number
}

/** Ranges that are nearer than this are read as one: to begin again costs more than to read on. */
const worthSkipping = 10_000
const recordMark = Buffer.from('\nR ')
const lookSize = 1 << 20

/**
 * Ranges of seqs, in order, that hold every entry with a time from `from` up to and with `to` (ms since 1970),
 * and others.
 */
export async function seqsInTime(
  files: readonly JournalFile[],
  openText: OpenText,
  from: number,
  to: number,
): Promise<SeqRange[]> {
  const ranges: SeqRange[] = []
  const overlaps = (span: { from: number | null; to: number | null }) =>
    span.from !== null && span.to !== null && span.from <= to && span.to >= from
  for (const file of files) {
    if (file.times && !overlaps(file.times)) continue
    await withText(file, openText, async (text) => {
      const start = file.day * msPerDay
      const isOfDay = overlaps({ from: start, to: start + msPerDay - 1 })
      // lines and events have times of the file's day; only records may have others
      if (!isOfDay && !text.blocks && !(await hasRecords(text))) return
      for await (const block of blocksOf(file, text)) {
        if (overlaps(block)) addRange(ranges, { from: block.firstSeq, to: block.lastSeq })
      }
    })
  }
  return ranges
}

async function* blocksOf(file: JournalFile, text: TextFile): AsyncGenerator<Block> {
  if (text.blocks) {
    yield* text.blocks
    return
  }
  const size = file.validSize ?? (await text.size())
  let lastSeq: number | undefined = file.firstSeq - 1
  for (let offset = 0; offset < size; ) {
    const bytes = await readBlock(text, offset, size)
    const block = await describeBlock(bytes, { day: file.day, offset, at: 0, lastSeq, epoch: '' })
    yield block
    lastSeq = block.lastSeq
    offset += bytes.length
  }
}

/** Whether a plain file may have an R line: a look for the bytes, many times faster than to read the lines. */
async function hasRecords(text: TextFile): Promise<boolean> {
  const size = await text.size()
  for (let at = 0; at < size; at += lookSize - recordMark.length) {
    if ((await text.read(at, lookSize)).includes(recordMark)) return true
  }
  return false
}

function addRange(ranges: SeqRange[], range: SeqRange): void {
  const last = ranges.at(-1)
  if (last && range.from <= last.to + worthSkipping) last.to = Math.max(last.to, range.to)
  else ranges.push(range)
}
