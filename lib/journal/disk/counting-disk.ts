// Wraps a disk and counts what wears it out: bytes written and syncs.
import type { Disk, DiskFile, OpenMode } from './disk.ts'

export class CountingDisk implements Disk {
  /** bytes that were written to files */
  bytes = 0
  /** files and directories that were synced */
  syncs = 0
  readonly #disk: Disk

  constructor(disk: Disk) {
    this.#disk = disk
  }

  async open(path: string, mode: OpenMode): Promise<DiskFile> {
    const file = await this.#disk.open(path, mode)
    return mode === 'read' ? file : new CountingFile(file, this)
  }

  list(path: string): Promise<string[]> {
    return this.#disk.list(path)
  }

  makeDirectory(path: string): Promise<void> {
    return this.#disk.makeDirectory(path)
  }

  syncDirectory(path: string): Promise<void> {
    this.syncs++
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

  constructor(file: DiskFile, counts: CountingDisk) {
    this.#file = file
    this.#counts = counts
  }

  write(bytes: Uint8Array, position: number): Promise<void> {
    this.#counts.bytes += bytes.length
    return this.#file.write(bytes, position)
  }

  sync(): Promise<void> {
    this.#counts.syncs++
    return this.#file.sync()
  }

  read(position: number, length: number): Promise<Buffer> {
    return this.#file.read(position, length)
  }

  size(): Promise<number> {
    return this.#file.size()
  }

  truncate(size: number): Promise<void> {
    return this.#file.truncate(size)
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
