// Archives one finished file as gzip members, and verifies the result before it removes the plain file. Whenever the
// process ends, either the plain file or the complete archive is there.
import { createHash, type Hash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { isTurnLong, nextTurn } from '../../kit/turns.ts'
import { type BlockIndex, describeBlock, epochBehind, readBlock, writeIndex } from '../archive/blocks.ts'
import { headOf, indexPath, markOf } from '../archive/gz-text.ts'
import { compressMember, expandMember } from '../archive/gzip.ts'
import type { Disk, DiskFile } from '../disk/disk.ts'
import type { JournalFile } from '../read/journal-file.ts'

/** `damaged`: the text is not what the chain says; it stays as it is. `stopped`: the caller said so. */
export type ArchiveResult = 'archived' | 'damaged' | 'stopped'

/** How an archive is made. */
export interface ArchivePace {
  /** awaited between two blocks, so that the archive takes only what others leave */
  rest(): Promise<void>
  stopped(): boolean
}

/** Bytes between two looks whether others should have their turn. */
const hashedAtOnce = 1 << 18

/** @param sha256 of the file's valid bytes, as the chain says */
export async function archiveFile(
  disk: Disk,
  directory: string,
  file: JournalFile,
  sha256: string,
  pace: ArchivePace,
): Promise<ArchiveResult> {
  const archive = join(directory, `${file.path}.gz`)
  const temporary = `${archive}.tmp`
  await disk.remove(temporary)
  const source = await disk.open(join(directory, file.path), 'read')
  try {
    const size = file.validSize ?? (await source.size())
    const target = await disk.open(temporary, 'create')
    let index: BlockIndex | undefined
    try {
      const written = await compress(source, size, file.day, target, pace)
      if (written && written.sha256 === sha256) {
        index = written.index
        await target.sync()
        if (!(await isReadable(target, index, sha256, pace))) index = undefined
      }
      if (!index) return pace.stopped() ? 'stopped' : 'damaged'
    } finally {
      await target.close()
      if (!index) await disk.remove(temporary)
    }
    await writeIndex(disk, join(directory, indexPath(file.path)), index)
  } finally {
    await source.close()
  }
  await disk.rename(temporary, archive)
  await disk.syncDirectory(dirname(archive))
  await disk.remove(join(directory, file.path))
  await disk.syncDirectory(dirname(archive))
  return 'archived'
}

/** Writes the members; undefined where it was stopped. */
async function compress(
  source: DiskFile,
  size: number,
  day: number,
  target: DiskFile,
  pace: ArchivePace,
): Promise<{ index: BlockIndex; sha256: string } | undefined> {
  const index: BlockIndex = { size, stored: 0, mark: '', head: '', blocks: [] }
  const hash = createHash('sha256')
  let lastSeq: number | undefined
  let epoch = ''
  for (let offset = 0; offset < size; ) {
    if (pace.stopped()) return undefined
    const text = await readBlock(source, offset, size)
    if (offset === 0) index.head = await headOf(text)
    await update(hash, text)
    const block = await describeBlock(text, { day, offset, at: index.stored, lastSeq, epoch })
    const member = await compressMember(text)
    await target.write(member, index.stored)
    index.blocks.push(block)
    index.stored += member.length
    offset += text.length
    lastSeq = block.lastSeq
    epoch = await epochBehind(text, epoch)
    await pace.rest()
  }
  index.mark = await markOf(target, index.stored, index.blocks)
  return { index, sha256: hash.digest('hex') }
}

/** In steps, between which everything else in the process has its turn. */
async function update(hash: Hash, text: Buffer): Promise<void> {
  for (let at = 0; at < text.length; at += hashedAtOnce) {
    if (isTurnLong()) await nextTurn()
    hash.update(text.subarray(at, at + hashedAtOnce))
  }
}

/** Reads back what was written. */
async function isReadable(
  target: DiskFile,
  index: BlockIndex,
  sha256: string,
  pace: ArchivePace,
): Promise<boolean> {
  const hash = createHash('sha256')
  for (const [i, block] of index.blocks.entries()) {
    if (pace.stopped()) return false
    const end = index.blocks[i + 1]?.at ?? index.stored
    const { text, sound } = await expandMember(await target.read(block.at, end - block.at), block.size)
    if (!sound) return false
    await update(hash, text)
    await pace.rest()
  }
  return hash.digest('hex') === sha256
}
