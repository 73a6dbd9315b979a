// A small file that is sealed by a checksum and replaced as a whole: a reader finds what was written last, or what was
// written before it, or sees that the file is damaged.
import { errorCode } from '../../kit/errors.ts'
import { seal, unseal } from '../../kit/sealed.ts'
import type { Disk } from './disk.ts'
import { type ReplaceOptions, replaceFile } from './replace-file.ts'

/**
 * The text in it; undefined where it is damaged, or where there is none or a directory of that name. Rejects with what else
 * the disk says.
 */
export async function readSealed(disk: Disk, path: string): Promise<string | undefined> {
  try {
    const file = await disk.open(path, 'read')
    try {
      return unseal((await file.read(0, await file.size())).toString('utf8'))
    } finally {
      await file.close()
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'EISDIR') return undefined
    throw error
  }
}

/** The JSON in it, where its `version` is this one; undefined otherwise, and where `readSealed` gives nothing. */
export async function readVersion<Stored>(
  disk: Disk,
  path: string,
  version: number,
): Promise<Stored | undefined> {
  const json = await readSealed(disk, path)
  if (json === undefined) return undefined
  const stored = JSON.parse(json) as Stored & { version: number }
  return stored.version === version ? stored : undefined
}

/** Puts a text without LF in place of what is there; where that fails, the old one stays. */
export function writeSealed(disk: Disk, path: string, text: string, options?: ReplaceOptions): Promise<void> {
  return replaceFile(disk, path, Buffer.from(seal(text)), options)
}
