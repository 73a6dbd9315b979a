// Wraps a disk and counts what wears it out: syncs, and an estimate of the bytes that reach the device. The journal's
// README says how good the estimate is.
import { type Disk, type DiskFile, type OpenMode, writeDurably } from './disk.ts'
import type { FileState } from './file-state.ts'

/** A device takes whole blocks of the file system: a line of 60 bytes that is synced writes one. */
const block = 4096
/**
 * What the file system's own journal writes when a sync has to make a new size, new blocks or a new name safe too
 * (ext4: descriptor, inode and commit block; measured 12.5 kB). A sync of bytes that only replace others writes none.
 */
export const metadata = 3 * block
/**
 * Where bytes only replace others the file's time has changed all the same: the file system writes that so often at
 * most, ms (ext4's commit interval). At a line every few seconds it is half of all that is written.
 */
const commitInterval = 5_000

export class CountingDisk implements Disk {
  /** bytes that reached the device, estimated */
  bytes = 0
  /** files and directories that were synced */
  syncs = 0
  readonly #disk: Disk
  readonly #now: () => number
  #committed = Number.NEGATIVE_INFINITY

  /** @param now monotonic, ms */
  constructor(disk: Disk, now: () => number = () => performance.now()) {
    this.#disk = disk
    this.#now = now
  }

  /** Counts what a sync writes; `isNew`: a size, blocks or a name are among it. */
  addSynced(bytes: number, isNew: boolean): void {
    this.bytes += bytes
    const now = this.#now()
    if (!isNew && now - this.#committed < commitInterval) return
    this.#committed = now
    this.bytes += metadata
  }

  async open(path: string, mode: OpenMode): Promise<DiskFile> {
    const file = await this.#disk.open(path, mode)
    if (mode === 'read') return file
    return new CountingFile(file, this, mode === 'create' ? 0 : await file.size())
  }

  stat(path: string): FileState | undefined | Promise<FileState | undefined> {
    return this.#disk.stat(path)
  }

  list(path: string): Promise<string[]> {
    return this.#disk.list(path)
  }

  makeDirectory(path: string): Promise<void> {
    return this.#disk.makeDirectory(path)
  }

  syncDirectory(path: string): Promise<void> {
    this.syncs++
    this.addSynced(0, true)
    return this.#disk.syncDirectory(path)
  }

  rename(from: string, to: string): Promise<void> {
    return this.#disk.rename(from, to)
  }

  remove(path: string): Promise<void> {
    return this.#disk.remove(path)
  }

  freeSpace(path: string): Promise<number> {
    return this.#disk.freeSpace(path)
  }
}

class CountingFile implements DiskFile {
  readonly #file: DiskFile
  readonly #counts: CountingDisk
  #size: number
  /** blocks that were written since the last sync; adjoining writes share one */
  #blocks = 0
  #lastBlock = -1
  #resized = false

  constructor(file: DiskFile, counts: CountingDisk, size: number) {
    this.#file = file
    this.#counts = counts
    this.#size = size
  }

  write(bytes: Uint8Array, position: number): Promise<void> {
    this.#note(bytes.length, position)
    return this.#file.write(bytes, position)
  }

  sync(): Promise<void> {
    this.#noteSync()
    return this.#file.sync()
  }

  writeDurably(bytes: Uint8Array, position: number): Promise<void> {
    this.#note(bytes.length, position)
    this.#noteSync()
    return writeDurably(this.#file, bytes, position)
  }

  read(position: number, length: number): Promise<Buffer> {
    return this.#file.read(position, length)
  }

  size(): Promise<number> {
    return this.#file.size()
  }

  truncate(size: number): Promise<void> {
    this.#resized ||= size !== this.#size
    this.#size = size
    return this.#file.truncate(size)
  }

  close(): Promise<void> {
    // the system writes it sooner or later
    if (this.#blocks > 0 || this.#resized) this.#addBytes()
    return this.#file.close()
  }

  #note(length: number, position: number): void {
    if (length === 0) return
    const first = Math.floor(position / block)
    const last = Math.floor((position + length - 1) / block)
    this.#blocks += last - first + (first === this.#lastBlock ? 0 : 1)
    this.#lastBlock = last
    if (position + length > this.#size) {
      this.#size = position + length
      this.#resized = true
    }
  }

  #noteSync(): void {
    this.#counts.syncs++
    this.#addBytes()
  }

  #addBytes(): void {
    this.#counts.addSynced(this.#blocks * block, this.#resized)
    this.#blocks = 0
    this.#lastBlock = -1
    this.#resized = false
  }
}
