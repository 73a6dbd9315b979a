// Opens the text of a journal file, plain or archived.
import { join } from 'node:path'
import { errorCode } from '../../kit/errors.ts'
import type { Disk } from '../disk/disk.ts'
import { openGz } from './gz-text.ts'
import type { OpenText } from './text-file.ts'

/**
 * Opens the text of a journal's files by their stored path. A file that was archived (or put back) since its
 * path was read is opened as it is now: the text is the same.
 */
export function openText(disk: Disk, directory: string): OpenText {
  const open: OpenText = (stored) =>
    stored.endsWith('.gz') ? openGz(disk, directory, stored) : disk.open(join(directory, stored), 'read')
  return async (stored) => {
    try {
      return await open(stored)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
      return await open(otherForm(stored))
    }
  }
}

/** The path of a file's other form: plain, or archived. */
export function otherForm(stored: string): string {
  return stored.endsWith('.gz') ? stored.slice(0, -3) : `${stored}.gz`
}
