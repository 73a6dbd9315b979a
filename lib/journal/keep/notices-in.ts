import { type OpenText, openIfThere } from '../archive/text-file.ts'
import { type FoundNotice, noticesOf } from '../format/notices.ts'
import { scanFile } from '../format/scan.ts'
import type { JournalFile } from '../read/journal-file.ts'

/** The notices of a file, in order; none where it was removed since. */
export async function* noticesIn(file: JournalFile, openText: OpenText): AsyncGenerator<FoundNotice> {
  const text = await openIfThere(openText, file.stored)
  if (!text) return
  try {
    for await (const span of scanFile(text, 0, file.validSize ?? (await text.size())))
      if (span.kind === 'batch') yield* noticesOf(span)
  } finally {
    await text.close()
  }
}
