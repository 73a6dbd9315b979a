// A file system of 2 MB, of which the journal takes what it gets.
import { join } from 'node:path'
import type { Disk } from '../../../../lib/journal/disk/disk.ts'
import type { Lock } from '../../../../lib/journal/disk/lock.ts'
import { MemoryDisk } from '../../../support/memory-disk.ts'

export interface SmallDisk {
  disk: Disk
  /** how a journal there is locked */
  lock(directory: string, now: number): Lock
  /** where it begins */
  root: string
  remove(): void
}

export const smallSize = 2 << 20

/** In memory, with a quota. */
export function quotaDisk(): SmallDisk {
  const disk = new MemoryDisk()
  disk.place('/small/.keep', '')
  disk.quota = smallSize
  return { disk, lock: () => ({ release() {} }), root: '/small', remove() {} }
}

/** Fills a file with so many bytes, or as many as there is room for. */
export async function ballast({ disk, root }: SmallDisk, bytes: number): Promise<void> {
  const file = await disk.open(join(root, 'ballast'), 'create')
  try {
    for (let at = 0; at < bytes; at += 4096) await file.write(Buffer.alloc(Math.min(4096, bytes - at), 1), at)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    await file.close()
  }
}

export function makeRoom({ disk, root }: SmallDisk): Promise<void> {
  return disk.remove(join(root, 'ballast'))
}
