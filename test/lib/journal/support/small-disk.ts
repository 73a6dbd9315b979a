// A file system of 2 MB: a real one where this user may mount one, else one in memory with a quota.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Disk, systemDisk } from '../../../../lib/journal/disk/disk.ts'
import { MemoryDisk } from '../../../support/memory-disk.ts'

export interface SmallDisk {
  /** what it is, for the test's name */
  kind: string
  disk: Disk
  /** where it begins */
  root: string
  remove(): void
}

const size = 2 << 20

export function smallDisk(): SmallDisk {
  const root = mkdtempSync(join(tmpdir(), 'fieldlog-small-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', root]).status === 0
  if (mounted) {
    const remove = () => {
      spawnSync('umount', ['-l', root])
      rmSync(root, { recursive: true })
    }
    return { kind: 'tmpfs', disk: systemDisk, root, remove }
  }
  rmSync(root, { recursive: true })
  return quotaDisk()
}

export function quotaDisk(): SmallDisk {
  const disk = new MemoryDisk()
  disk.place('/small/.keep', '')
  disk.quota = size
  return { kind: 'quota', disk, root: '/small', remove() {} }
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
