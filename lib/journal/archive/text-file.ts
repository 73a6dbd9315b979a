// The text of a journal file, whether it is stored plain or compressed.
import { errorCode } from '../../kit/errors.ts'
import type { DiskFile } from '../disk/disk.ts'
import type { Block } from './blocks.ts'

/** The text of a file. What an archive's index knows is there without a look into the text. */
export interface TextFile extends DiskFile {
  /** the H line without its LF; empty where no checksum vouches for it */
  readonly head?: string
  readonly blocks?: readonly Block[]
  /** of an archive with a broken member of unknown length: offsets up to here are those of the text as it was */
  readonly exactSize?: number | undefined
  /** the block that holds a seq */
  blockOf?(seq: number): Block | undefined
}

/** What readers need of it. */
export type ReadableText = Pick<TextFile, 'read' | 'size' | 'head'>

/** Opens the text of a file for reading, plain or compressed. */
export type OpenText = (stored: string) => Promise<TextFile>

/** Undefined for a file that was removed since its path was read. */
export async function openIfThere(openText: OpenText, stored: string): Promise<TextFile | undefined> {
  try {
    return await openText(stored)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Opens a file's text, uses it, closes it. */
export async function withText<T>(
  file: { stored: string },
  openText: OpenText,
  use: (text: TextFile) => Promise<T>,
): Promise<T> {
  const text = await openText(file.stored)
  try {
    return await use(text)
  } finally {
    await text.close()
  }
}
