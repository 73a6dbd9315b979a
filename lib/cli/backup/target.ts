// The folder that a home is copied to: that it is one of ours, and on another disk where that is asked for.
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Disk } from '../../journal/disk/disk.ts'
import { replaceFile } from '../../journal/disk/replace-file.ts'
import { errorCode } from '../../kit/errors.ts'
import { CommandError } from '../command.ts'

/** Says that a folder is a copy, and how the last backup went. */
const marker = 'last-backup.json'

export interface LastBackup {
  /** when it ended, ms since 1970; null: none was completed yet */
  at: number | null
  /** each journal was whole */
  whole: boolean
  lastSeq: number
}

/** Undefined where the folder is no copy of a home. Rejects with what the system says where it cannot be read. */
export async function lastBackup(target: string): Promise<LastBackup | undefined> {
  try {
    return JSON.parse(await readFile(join(target, marker), 'utf8')) as LastBackup
  } catch (error) {
    // a power cut may have left it empty
    if (error instanceof SyntaxError) return { at: null, whole: false, lastSeq: 0 }
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

export function noteBackup(disk: Disk, target: string, last: LastBackup): Promise<void> {
  const bytes = Buffer.from(`${JSON.stringify(last)}\n`)
  return replaceFile(disk, join(target, marker), bytes, { durable: true, onlyWriter: true })
}

/** A name that is neither the system's, nor made by a desktop that looked at a stick. */
const isStranger = (name: string) => !/^(lost\+found|System Volume Information|\.Trash.*|\.lock)$/.test(name)

/** Makes the folder, or looks whether it is a copy already. Throws a CommandError where it holds something else. */
export async function openTarget(disk: Disk, target: string): Promise<void> {
  await disk.makeDirectory(target)
  if ((await lastBackup(target)) !== undefined) return
  const names = (await readdir(target)).filter(isStranger)
  if (names.some((name) => /^\d{4}$/.test(name))) {
    throw new CommandError(
      `${target} holds the copy of a journal alone, as earlier versions made it: move its years and .checkpoint into ` +
        `a folder journal in an empty one, or give the journal's directory as well: fieldlog backup DIR ${target}`,
    )
  }
  if (names.length > 0)
    throw new CommandError(`${target} holds ${names.sort()[0]}, and is no backup: give an empty folder`)
  await noteBackup(disk, target, { at: null, whole: false, lastSeq: 0 })
}

/** Throws a CommandError where the target is on the file system of what is copied: a stick that is not there is no backup. */
export async function mustBeOtherDisk(source: string, target: string): Promise<void> {
  const [{ dev: ours }, theirs] = await Promise.all([stat(source), deviceOf(target)])
  if (ours !== theirs) return
  throw new CommandError(
    `${target} is on the same disk as ${source}: is the stick, or the share, mounted? Nothing was copied`,
  )
}

/** Of the folder, or of the nearest one above it that is there. */
async function deviceOf(path: string): Promise<number> {
  try {
    return (await stat(path)).dev
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    return deviceOf(dirname(path))
  }
}
