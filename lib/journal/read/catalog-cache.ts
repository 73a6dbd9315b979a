// The sidecar `.catalog`: facts about finished files, so that a journal of years opens without reading each one. It
// may be lost, and it is ignored where the newest file that it lists contradicts it.
import { join } from 'node:path'
import { errorCode } from '../../kit/errors.ts'
import type { OpenText, TextFile } from '../archive/text-file.ts'
import type { Disk } from '../disk/disk.ts'
import { readSealed, writeSealed } from '../disk/sealed-file.ts'
import type { JournalFile, TimeSpan } from './journal-file.ts'

/** A finished file. `validSize` holds as long as the file behind it is `next`. */
export interface KnownFile extends JournalFile {
  next: string
}

/** Finished files by stored path. */
export type KnownFiles = Map<string, KnownFile>

/** The last files are always looked at: the chain may still grow there. */
const lookedAt = 2
/** With fewer files than this, reading each header is cheap enough. */
const worthIt = 16

/** Reads the sidecar; empty where there is none, or no whole one. */
export async function readKnownFiles(disk: Disk, directory: string): Promise<KnownFiles> {
  const json = await contentOf(disk, join(directory, '.catalog'))
  if (json === undefined) return new Map()
  return new Map((JSON.parse(json) as KnownFile[]).map((file) => [file.stored, file]))
}

/** Writes the sidecar from a catalog's files, where there are enough of them and it has to be changed. */
export async function writeKnownFiles(
  disk: Disk,
  directory: string,
  files: JournalFile[],
  openText: OpenText,
): Promise<void> {
  const finished = files.slice(0, -lookedAt)
  if (finished.length < worthIt) return
  const known: KnownFile[] = []
  for (const [index, file] of finished.entries()) {
    const times = file.times ?? (await timesOf(file, openText))
    known.push({ ...file, ...(times ? { times } : {}), next: files[index + 1]!.path })
  }
  const json = JSON.stringify(known)
  const path = join(directory, '.catalog')
  if ((await contentOf(disk, path)) === json) return
  await writeSealed(disk, path, json)
}

/** What an archive's index says of the times in it. */
async function timesOf(file: JournalFile, openText: OpenText): Promise<TimeSpan | undefined> {
  if (file.stored === file.path) return undefined
  const text: TextFile = await openText(file.stored)
  try {
    const { blocks } = text
    if (!blocks) return undefined
    const from = blocks.map((block) => block.from).filter((time) => time !== null)
    const to = blocks.map((block) => block.to).filter((time) => time !== null)
    return from.length === 0 ? { from: null, to: null } : { from: Math.min(...from), to: Math.max(...to) }
  } finally {
    await text.close()
  }
}

async function contentOf(disk: Disk, path: string): Promise<string | undefined> {
  try {
    return await readSealed(disk, path)
  } catch (error) {
    // a sidecar that cannot be read is as good as none
    if (errorCode(error) === undefined) throw error
    return undefined
  }
}
