// Puts a small file in place as a whole: readers see the old one or the new one, never a part.
import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import type { Disk, DiskFile } from './disk.ts'

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
  if (onlyWriter) await disk.remove(temporary)
  await writeAside(disk, temporary, path, (file) => file.write(bytes, 0))
  if (durable) await disk.syncDirectory(dirname(path))
}

/** Has a new file filled, syncs it, and gives it its name; one that cannot be completed is removed. */
export async function writeAside(
  disk: Disk,
  temporary: string,
  path: string,
  fill: (file: DiskFile) => Promise<unknown>,
): Promise<void> {
  try {
    const file = await disk.open(temporary, 'create')
    try {
      await fill(file)
      await file.sync()
    } finally {
      await file.close()
    }
    await disk.rename(temporary, path)
  } catch (error) {
    await disk.remove(temporary).catch(() => undefined)
    throw error
  }
}
