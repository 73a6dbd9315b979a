// An archived file as if it were plain: any part of its text can be read, with one or two gzip members in memory.
import { join } from 'node:path'
import { asError, errorCode } from '../../kit/errors.ts'
import type { Disk, DiskFile } from '../disk/disk.ts'
import { headerLine, parseFilePath } from '../format/line.ts'
import { scanBytes } from '../format/scan.ts'
import { type Block, type BlockIndex, describeBlock, epochBehind, readIndex, writeIndex } from './blocks.ts'
import { expandMember, members } from './gzip.ts'
import type { TextFile } from './text-file.ts'

/** The index beside an archived file: `2026/20261121.txt.gz` has `2026/20261121.idx`. */
export function indexPath(stored: string): string {
  return stored.replace(/\.txt(\.gz)?$/, '.idx')
}

/** Blocks kept decompressed: a read may span two. */
const cachedBlocks = 2

/** Opens an archived file; its index is made again where it is missing or wrong. */
export async function openGz(disk: Disk, directory: string, stored: string): Promise<GzText> {
  const file = await disk.open(join(directory, stored), 'read')
  try {
    const size = await file.size()
    const found = await readIndex(disk, join(directory, indexPath(stored)))
    // a .gz that was cut off still has the right index
    if (found && size <= found.stored) return new GzText(file, size, found)
    const index = await makeIndex(file, size, stored)
    await saveIndex(disk, join(directory, indexPath(stored)), index)
    return new GzText(file, size, index)
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Text of a `.txt.gz`; nothing can be written to it. */
export class GzText implements TextFile {
  readonly index: BlockIndex
  /** offsets in the .gz of the members that could not be decompressed whole, as far as they were read */
  readonly broken = new Set<number>()
  readonly #file: DiskFile
  readonly #stored: number
  readonly #cache = new Map<Block, Promise<Buffer>>()

  constructor(file: DiskFile, stored: number, index: BlockIndex) {
    this.#file = file
    this.#stored = stored
    this.index = index
  }

  get head(): string {
    return this.index.head
  }

  get blocks(): readonly Block[] {
    return this.index.blocks
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

  /** The last block that begins at or before a seq; undefined where there is none. */
  blockOf(seq: number): Block | undefined {
    const { blocks } = this.index
    let low = 0
    let high = blocks.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (blocks[middle]!.firstSeq <= seq) low = middle + 1
      else high = middle
    }
    return blocks[low - 1]
  }

  close(): Promise<void> {
    this.#cache.clear()
    return this.#file.close()
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
    const member = await this.#file.read(block.at, Math.max(0, end - block.at))
    const { text, sound } = await expandMember(member, block.size)
    if (!sound) this.broken.add(block.at)
    return text
  }
}

function blockAt(blocks: readonly Block[], position: number): number {
  const after = blocks.findIndex((block) => block.offset + block.size > position)
  return after === -1 ? blocks.length : after
}

/** Makes an index by decompressing the whole .gz. */
async function makeIndex(file: DiskFile, stored: number, path: string): Promise<BlockIndex> {
  const index: BlockIndex = { size: 0, stored, head: '', blocks: [] }
  const { day } = parseFilePath(path)!
  let lastSeq: number | undefined
  let epoch = ''
  for await (const { at, text } of members(file, path)) {
    if (at === 0) index.head = headOf(text)
    const block = await describeBlock(text, { day, offset: index.size, at, lastSeq, epoch })
    index.blocks.push(block)
    index.size += text.length
    lastSeq = block.lastSeq
    epoch = await epochBehind(text, epoch)
  }
  return index
}

/** The H line at the start of a file; empty where no checksum vouches for it. */
export function headOf(text: Buffer): string {
  const { value: first } = scanBytes(text).next()
  return first?.kind === 'batch' && first.header ? headerLine(first.header).trimEnd() : ''
}

/** An index is a convenience: where it cannot be stored (a medium that is read-only, or full), all goes on. */
async function saveIndex(disk: Disk, path: string, index: BlockIndex): Promise<void> {
  try {
    await writeIndex(disk, path, index)
  } catch (error) {
    if (errorCode(error) === undefined) throw asError(error)
  }
}
