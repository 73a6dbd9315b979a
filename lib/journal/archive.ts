// Where the text of a journal file comes from.
import { join } from 'node:path'
import type { OpenText } from './catalog.ts'
import type { Disk } from './disk.ts'

/** Opens the text of a journal's files by their stored path. */
export function openText(disk: Disk, directory: string): OpenText {
  return (stored) => disk.open(join(directory, stored), 'read')
}
