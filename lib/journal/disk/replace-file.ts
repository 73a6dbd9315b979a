// Puts a small file in place as a whole: readers see the old one or the new one, never a part.
import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import type { Disk } from './disk.ts'

export interface ReplaceOptions {
  /** the name is on the medium, too, when it resolves */
  durable?: boolean
  /** nobody else writes this file: what a crash has left of the last attempt is written over */
  onlyWriter?: boolean
}

/** Writes a file under another name, syncs it, and renames it. */
export async function replaceFile(
  disk: Disk,
  path: string,
  bytes: Uint8Array,
  { durable = false, onlyWriter = false }: ReplaceOptions = {},
): Promise<void> {
  const temporary = onlyWriter ? `${path}.new` : `${path}.${randomUUID().slice(0, 8)}.tmp`
  try {
    if (onlyWriter) await disk.remove(temporary)
    const file = await disk.open(temporary, 'create')
    try {
      await file.write(bytes, 0)
      await file.sync()
    } finally {
      await file.close()
    }
    await disk.rename(temporary, path)
  } catch (error) {
    await disk.remove(temporary).catch(() => undefined)
    throw error
  }
  if (durable) await disk.syncDirectory(dirname(path))
}
