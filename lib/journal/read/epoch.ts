// The epoch in force at a place of a journal: that of the last `open` notice before it in the file, else the
// header's.

import { type OpenText, openIfThere } from '../archive/text-file.ts'
import { lastOpened } from '../format/opened.ts'
import { scanFile } from '../format/scan.ts'
import type { JournalFile } from './journal-file.ts'

/**
 * The epoch in force at an offset of the file at `index`. A file whose H is damaged goes on with that of the
 * file before; undefined where nothing is left that says it.
 */
export async function epochAt(
  files: readonly JournalFile[],
  index: number,
  offset: number,
  openText: OpenText,
): Promise<string | undefined> {
  const file = files[index]
  if (!file) return undefined
  const text = await openIfThere(openText, file.stored)
  if (!text) return undefined
  let stated: string | undefined
  try {
    const size = Math.min(offset, file.validSize ?? (await text.size()))
    const opened = await lastOpened(text, 0, size)
    if (opened !== undefined) return opened
    for await (const span of scanFile(text, 0, await text.size())) {
      if (span.kind === 'batch' && span.header) return span.header.epoch
      break
    }
    // what can be read of a damaged H is better than nothing
    stated = /^H \S{12} fieldlog 1 ([a-z0-9]{8}) /.exec((await text.read(0, 64)).toString('latin1'))?.[1]
  } finally {
    await text.close()
  }
  const before = await epochAt(files, index - 1, Number.POSITIVE_INFINITY, openText)
  return inheritedEpoch(file, before) ?? stated
}

/** The epoch at the start of a file whose H no checksum vouches for. */
export function inheritedEpoch(file: JournalFile, before: string | undefined): string | undefined {
  const stated = file.header?.epoch
  if (before === undefined || stated === undefined) return before ?? stated
  // a flipped bit in H, and not another start of the writer
  const differences = [...stated].filter((character, index) => character !== before[index]).length
  return differences <= 1 ? before : stated
}
