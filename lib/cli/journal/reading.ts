// Reading a whole journal, with a word on how far it is.

import { join } from 'node:path'
import type { Disk } from '../../journal/disk/disk.ts'
import { systemDisk } from '../../journal/disk/disk.ts'
import { journalPaths } from '../../journal/read/catalog.ts'
import type { Io } from '../command.ts'
import { Progress } from '../progress.ts'
import { size } from '../text.ts'

/**
 * Does work that reads the files of a journal, each once.
 * @param verb what it does with them: `read`, `copied`
 */
export async function readingAll<Result>(
  io: Io,
  directory: string,
  verb: string,
  work: (disk: Disk) => Promise<Result>,
): Promise<Result> {
  const total = await sizeOf(directory)
  const progress = new Progress(io)
  let done = 0
  const disk = metered(systemDisk, (bytes) => {
    done += bytes
    progress.tell((seconds) => words(Math.min(done, total), total, seconds, verb))
  })
  try {
    return await work(disk)
  } finally {
    progress.end()
  }
}

function words(done: number, total: number, seconds: number, verb: string): string {
  const left = done > 0 ? Math.ceil((seconds * (total - done)) / done) : 0
  const part = total > 0 ? `${Math.floor((done / total) * 100)} %, ` : ''
  return `${part}${size(done)} of ${size(total)} ${verb}, ${left} s left`
}

async function sizeOf(directory: string): Promise<number> {
  let bytes = 0
  for (const path of await journalPaths(systemDisk, directory)) {
    bytes += (await systemDisk.stat(join(directory, path)))?.size ?? 0
  }
  return bytes
}

/** The same disk; tells how many bytes were read. */
function metered(disk: Disk, read: (bytes: number) => void): Disk {
  return {
    ...disk,
    async open(path, mode) {
      const file = await disk.open(path, mode)
      return {
        write: (bytes, position) => file.write(bytes, position),
        async read(position, length) {
          const bytes = await file.read(position, length)
          read(bytes.length)
          return bytes
        },
        size: () => file.size(),
        sync: () => file.sync(),
        truncate: (length) => file.truncate(length),
        close: () => file.close(),
      }
    },
  }
}
