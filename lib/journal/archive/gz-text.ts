// An archived file as if it were plain: any part of its text can be read, with one or two gzip members in memory.
import { join } from 'node:path'
import { asError, errorCode } from '../../kit/errors.ts'
import { checksum } from '../../kit/sealed.ts'
import type { Disk, DiskFile } from '../disk/disk.ts'
import { headerLine, parseFilePath } from '../format/line.ts'
import { longestBatch, scanFile } from '../format/scan.ts'
import {
  type Block,
  type BlockIndex,
  cutBlock,
  describeBlock,
  epochBehind,
  memoryFile,
  readIndex,
  writeIndex,
} from './blocks.ts'
import { expandMember, type Member, members } from './gzip.ts'
import type { TextFile } from './text-file.ts'

/** The index beside an archived file: `2026/20261121.txt.gz` has `2026/20261121.idx`. */
export function indexPath(stored: string): string {
  return stored.replace(/\.txt(\.gz)?$/, '.idx')
}

/** Blocks kept decompressed: a read may span two. */
const cachedBlocks = 2

/** Opens an archived file; its index is made again where it is missing, wrong, or of another file. */
export async function openGz(disk: Disk, directory: string, stored: string): Promise<GzText> {
  const open = () => disk.open(join(directory, stored), 'read')
  const file = await open()
  try {
    const size = await file.size()
    const found = await readIndex(disk, join(directory, indexPath(stored)))
    if (found && size <= found.stored && found.mark === (await markOf(file, size, found.blocks)))
      return new GzText(open, size, found)
    const index = await rightIndex(file, size, stored, found)
    await saveIndex(disk, join(directory, indexPath(stored)), index)
    return new GzText(open, size, index)
  } finally {
    await file.close()
  }
}

/**
 * Text of a `.txt.gz`; nothing can be written to it. The file is open only while a member is read: one that is removed
 * meanwhile does not stay on the disk for a reader that waits.
 */
export class GzText implements TextFile {
  readonly index: BlockIndex
  /** offsets in the .gz of the members that could not be decompressed whole, as far as they were read */
  readonly broken = new Set<number>()
  readonly #open: () => Promise<DiskFile>
  readonly #stored: number
  readonly #cache = new Map<Block, Promise<Buffer>>()

  constructor(open: () => Promise<DiskFile>, stored: number, index: BlockIndex) {
    this.#open = open
    this.#stored = stored
    this.index = index
  }

  get head(): string {
    return this.index.head
  }

  get blocks(): readonly Block[] {
    return this.index.blocks
  }

  get exactSize(): number | undefined {
    return this.index.exact
  }

  async read(position: number, length: number): Promise<Buffer> {
    const end = Math.min(position + length, this.index.size)
    const parts: Buffer[] = []
    const { blocks } = this.index
    for (let at = position, i = blockAt(blocks, position); at < end; i++) {
      const block = blocks[i]!
      const text = await this.#text(i)
      const part = text.subarray(at - block.offset, end - block.offset)
      parts.push(part)
      at += part.length
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
  }

  async size(): Promise<number> {
    return this.index.size
  }

  /**
   * The last block that begins at or before a seq, or the first of those that begin with the same one: the others hold
   * nothing that can be read, which is to be reported. Undefined where there is none.
   */
  blockOf(seq: number): Block | undefined {
    const { blocks } = this.index
    let low = 0
    let high = blocks.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (blocks[middle]!.firstSeq <= seq) low = middle + 1
      else high = middle
    }
    while (low > 1 && blocks[low - 2]!.firstSeq === blocks[low - 1]!.firstSeq) low--
    return blocks[low - 1]
  }

  async close(): Promise<void> {
    this.#cache.clear()
  }

  write(): Promise<void> {
    return Promise.reject(new Error('an archived file is never written to'))
  }

  sync(): Promise<void> {
    return this.write()
  }

  truncate(): Promise<void> {
    return this.write()
  }

  #text(i: number): Promise<Buffer> {
    const block = this.index.blocks[i]!
    const cached = this.#cache.get(block)
    if (cached) return cached
    const text = this.#expand(block, this.index.blocks[i + 1]?.at ?? this.#stored)
    this.#cache.set(block, text)
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= cachedBlocks) break
      this.#cache.delete(oldest)
    }
    // a failed read is the caller's to report, and to try again
    text.catch(() => this.#cache.delete(block))
    return text
  }

  async #expand(block: Block, end: number): Promise<Buffer> {
    const file = await this.#open()
    let member: Buffer
    try {
      member = await file.read(block.at, Math.max(0, end - block.at))
    } finally {
      await file.close()
    }
    const { text, sound } = await expandMember(member, block.size)
    if (!sound) this.broken.add(block.at)
    return text
  }
}

function blockAt(blocks: readonly Block[], position: number): number {
  const after = blocks.findIndex((block) => block.offset + block.size > position)
  return after === -1 ? blocks.length : after
}

/** Bytes at both ends of a .gz, and ends of members, that make its mark. */
const markedBytes = 4096
const markedMembers = 8
const trailerSize = 8

/**
 * What tells a .gz from another one without reading it all: the CRC-32 of its first and last bytes and of the checksums at
 * the ends of some members, 8 hex digits. `stored` is its size.
 */
export async function markOf(file: Pick<DiskFile, 'read'>, stored: number, blocks: readonly Block[]) {
  const ends = [Math.max(0, stored - markedBytes)]
  const step = Math.max(1, Math.ceil(blocks.length / markedMembers))
  for (let i = step; i < blocks.length; i += step) ends.push(Math.max(0, blocks[i]!.at - trailerSize))
  const parts = await Promise.all([
    file.read(0, markedBytes),
    ...ends.map((at, i) => file.read(at, i === 0 ? markedBytes : trailerSize)),
  ])
  return checksum(Buffer.concat(parts))
}

/**
 * The index of a .gz that the one beside it was not made of, or that was damaged since. Of a damaged one the index that
 * was there still knows where its members begin, and what was in them.
 */
async function rightIndex(
  file: DiskFile,
  size: number,
  stored: string,
  found: BlockIndex | undefined,
): Promise<BlockIndex> {
  const { index, sound } = await makeIndex(file, size, stored)
  if (sound || !found || size > found.stored || (index.head !== '' && index.head !== found.head)) return index
  return { ...found, mark: await markOf(file, size, found.blocks) }
}

/** Makes an index by decompressing the whole .gz. */
async function makeIndex(
  file: DiskFile,
  stored: number,
  path: string,
): Promise<{ index: BlockIndex; sound: boolean }> {
  const index: BlockIndex = { size: 0, stored, mark: '', head: '', blocks: [] }
  const { day } = parseFilePath(path)!
  let isSound = true
  let lastSeq: number | undefined
  let epoch = ''
  for await (const { at, text, sound, isExact } of wholeBatches(members(file, path))) {
    isSound &&= sound
    if (lastSeq === undefined) index.head = await headOf(text)
    if (!isExact) index.exact ??= index.size
    const block = await describeBlock(text, { day, offset: index.size, at, lastSeq, epoch })
    index.blocks.push(block)
    index.size += text.length
    // 0: there was no batch yet that says it
    lastSeq = block.lastSeq || undefined
    epoch = await epochBehind(text, epoch)
  }
  index.mark = await markOf(file, stored, index.blocks)
  return { index, sound: isSound }
}

/**
 * Members in groups that end with a C: an earlier version cut batches of over 16 MB, and others may cut anywhere. A broken
 * one stands alone.
 */
async function* wholeBatches(found: AsyncIterable<Member>): AsyncGenerator<Omit<Member, 'end'>> {
  let parts: Buffer[] = []
  let size = 0
  let at = 0
  const group = () => ({
    at,
    text: parts.length === 1 ? parts[0]! : Buffer.concat(parts),
    sound: true,
    isExact: true,
  })
  for await (const member of found) {
    if (!member.sound) {
      if (parts.length > 0) yield group()
      yield member
      parts = []
      size = 0
      continue
    }
    if (parts.length === 0) at = member.at
    parts.push(member.text)
    size += member.text.length
    if (cutBlock(member.text) !== member.text.length && size < longestBatch) continue
    yield group()
    parts = []
    size = 0
  }
  if (parts.length > 0) yield group()
}

/** The H line at the start of a file; empty where no checksum vouches for it. */
export async function headOf(text: Buffer): Promise<string> {
  for await (const span of scanFile(memoryFile(text), 0, text.length)) {
    return span.kind === 'batch' && span.header ? headerLine(span.header).trimEnd() : ''
  }
  return ''
}

/** An index is a convenience: where it cannot be stored (a medium that is read-only, or full), all goes on. */
async function saveIndex(disk: Disk, path: string, index: BlockIndex): Promise<void> {
  try {
    await writeIndex(disk, path, index)
  } catch (error) {
    if (errorCode(error) === undefined) throw asError(error)
  }
}
