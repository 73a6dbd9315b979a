// Finds the `open` notice that says which epoch is in force, by its bytes alone.
import type { DiskFile } from '../disk/disk.ts'

const openMark = Buffer.from(' open {"epoch":"')
const openPattern = /^N \d\d:\d\d:\d\d\.\d{3} open \{"epoch":"([a-z0-9]{8})"/
/** length of `N HH:MM:SS.mmm` */
const noticeStart = 14
const lf = 10
const chunkSize = 1 << 20
/** An `open` notice up to its epoch, and more. */
const overlap = 128

/**
 * The epoch of the last `open` notice in a stretch of a file, undefined where there is none. It goes by the
 * bytes alone: an entry behind a damaged batch keeps its id although the `open` stands in that batch.
 */
export async function lastOpened(
  text: Pick<DiskFile, 'read'>,
  from: number,
  to: number,
): Promise<string | undefined> {
  for (let end = to; end > from; end -= chunkSize - overlap) {
    const start = Math.max(from, end - chunkSize)
    const bytes = await text.read(start, end - start)
    for (let at = bytes.lastIndexOf(openMark); at >= noticeStart; at = bytes.lastIndexOf(openMark, at - 1)) {
      const line = at - noticeStart
      // at the start of a line: a device may well send such a text
      if (line === 0 ? start > from : bytes[line - 1] !== lf) continue
      const epoch = openPattern.exec(bytes.toString('latin1', line, line + 64))?.[1]
      if (epoch) return epoch
    }
    if (start === from) break
  }
  return undefined
}
