// A disk in memory that keeps what a real one promises and no more: bytes are safe after `sync`, names after
// `syncDirectory`. At a power cut all else is lost in part, in any order: writes tear at any byte or sector,
// sectors of a file that grew may be zeros, names come and go one by one.
import type { Disk, DiskFile, OpenMode } from '../../lib/journal/disk/disk.ts'
import type { FileState } from '../../lib/journal/disk/file-state.ts'
import type { Random } from './random.ts'

/** An error as the system throws it. */
export function systemError(code: string, operation: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${operation} '${path}'`), { code, syscall: operation, path })
}

const sector = 512

interface Change {
  position: number
  /** what was written; undefined for a cut to `position` */
  bytes: Buffer | undefined
  /** `lost`: a sync failed, and the system forgot that it is not on the medium */
  state: 'pending' | 'synced' | 'lost'
}

let inodes = 0

class Inode {
  readonly number = ++inodes
  /** as processes see it */
  data: Buffer = Buffer.alloc(0)
  /** on the medium, before all changes */
  #medium: Buffer = Buffer.alloc(0)
  #changes: Change[] = []

  change(position: number, bytes: Buffer | undefined, state: Change['state'] = 'pending'): void {
    this.data = applied(this.data, position, bytes)
    this.#changes.push({ position, bytes, state })
    this.#settle()
  }

  sync(): void {
    for (const change of this.#changes) if (change.state === 'pending') change.state = 'synced'
    this.#settle()
  }

  #settle(): void {
    while (this.#changes[0]?.state === 'synced') {
      const { position, bytes } = this.#changes.shift()!
      this.#medium = applied(this.#medium, position, bytes)
    }
  }

  /** A sync that failed, as on Linux: later ones succeed, and never write what this one did not. */
  loseSync(): void {
    for (const change of this.#changes) if (change.state === 'pending') change.state = 'lost'
  }

  powerCut(random: Random): void {
    // whole seconds of the disk's work are lost together more often than not
    const luck = random()
    for (const { position, bytes, state } of this.#changes) {
      if (state === 'synced') this.#medium = applied(this.#medium, position, bytes)
      else if (luck > 0.8 || (luck > 0.2 && random() > 0.4))
        this.#medium = bytes
          ? torn(this.#medium, position, bytes, random)
          : applied(this.#medium, position, bytes)
    }
    this.#changes = []
    this.data = this.#medium
  }
}

function applied(data: Buffer, position: number, bytes: Buffer | undefined): Buffer {
  if (!bytes) return Buffer.concat([data], position)
  const grown = Buffer.concat([data], Math.max(data.length, position + bytes.length))
  bytes.copy(grown, position)
  return grown
}

/** A write that power was cut in: whole, a part from the start, or each sector old, new or zeros. */
function torn(data: Buffer, position: number, bytes: Buffer, random: Random): Buffer {
  const kind = random()
  if (kind < 0.3) return applied(data, position, bytes)
  if (kind < 0.6) return applied(data, position, bytes.subarray(0, Math.floor(random() * (bytes.length + 1))))
  let result = data
  for (let at = position; at < position + bytes.length; ) {
    const end = Math.min((Math.floor(at / sector) + 1) * sector, position + bytes.length)
    const piece = bytes.subarray(at - position, end - position)
    const fate = random()
    if (fate < 0.5) result = applied(result, at, piece)
    // only what the file grew by can be zeros: a sector that was there is old or new
    else if (fate < 0.75 && at >= data.length) result = applied(result, at, Buffer.alloc(piece.length))
    at = end
  }
  return result
}

class Directory {
  entries = new Map<string, Inode | Directory>()
  #medium = new Map<string, Inode | Directory>()
  #pending: Array<(entries: Map<string, Inode | Directory>) => void> = []

  change(apply: (entries: Map<string, Inode | Directory>) => void): void {
    apply(this.entries)
    this.#pending.push(apply)
  }

  sync(): void {
    this.#medium = new Map(this.entries)
    this.#pending = []
  }

  powerCut(random: Random): void {
    const luck = random()
    for (const apply of this.#pending) if (luck > 0.75 || (luck > 0.25 && random() > 0.5)) apply(this.#medium)
    this.#pending = []
    this.entries = new Map(this.#medium)
    for (const entry of this.entries.values()) entry.powerCut(random)
  }
}

/** One medium. Every operation takes effect at once and answers a moment later. */
export class MemoryDisk implements Disk {
  /** bytes that fit; files count in whole blocks of 512 */
  quota = Number.POSITIVE_INFINITY
  openFiles = 0
  readonly #root = new Directory()

  /** Loses what was not synced, in part, as the random numbers say. Files that are open must not be used again. */
  powerCut(random: Random): void {
    this.#root.powerCut(random)
    this.openFiles = 0
  }

  async open(path: string, mode: OpenMode): Promise<MemoryFile> {
    const parent = this.#directory(parentOf(path), 'open')
    const name = nameOf(path)
    let inode = parent.entries.get(name)
    if (mode === 'create') {
      if (inode) throw systemError('EEXIST', 'open', path)
      if (this.#free() <= 0) throw systemError('ENOSPC', 'open', path)
      const created = new Inode()
      inode = created
      parent.change((entries) => entries.set(name, created))
    }
    if (!inode) throw systemError('ENOENT', 'open', path)
    if (inode instanceof Directory) throw systemError('EISDIR', 'open', path)
    this.openFiles++
    return new MemoryFile(this, inode, path, mode !== 'read')
  }

  async stat(path: string): Promise<FileState | undefined> {
    const inode = this.#find(path)
    return inode instanceof Inode ? { size: inode.data.length, inode: inode.number } : undefined
  }

  async list(path: string): Promise<string[]> {
    const directory = this.#find(path)
    if (directory instanceof Inode) throw systemError('ENOTDIR', 'scandir', path)
    return directory ? [...directory.entries.keys()] : []
  }

  async makeDirectory(path: string): Promise<void> {
    let directory = this.#root
    const names = path.split('/').filter(Boolean)
    for (const [index, name] of names.entries()) {
      const entry = directory.entries.get(name)
      if (entry instanceof Inode) {
        throw systemError(index < names.length - 1 ? 'ENOTDIR' : 'EEXIST', 'mkdir', path)
      }
      const next = entry ?? new Directory()
      if (!entry) directory.change((entries) => entries.set(name, next))
      // as the interface says: missing parents are safe, the directory itself is not
      if (!entry && index < names.length - 1) directory.sync()
      directory = next
    }
  }

  async syncDirectory(path: string): Promise<void> {
    this.#directory(path, 'fsync').sync()
  }

  async rename(from: string, to: string): Promise<void> {
    const parent = this.#directory(parentOf(from), 'rename')
    if (parentOf(from) !== parentOf(to)) throw systemError('EXDEV', 'rename', from)
    const entry = parent.entries.get(nameOf(from))
    if (!entry) throw systemError('ENOENT', 'rename', from)
    parent.change((entries) => {
      entries.delete(nameOf(from))
      entries.set(nameOf(to), entry)
    })
  }

  async remove(path: string): Promise<void> {
    const parent = this.#find(parentOf(path))
    if (!(parent instanceof Directory && parent.entries.has(nameOf(path)))) return
    parent.change((entries) => entries.delete(nameOf(path)))
  }

  async freeSpace(): Promise<number> {
    return Math.max(0, this.#free())
  }

  /** The bytes of a file as processes see them; undefined where there is none. */
  peek(path: string): Buffer | undefined {
    const inode = this.#find(path)
    return inode instanceof Inode ? Buffer.from(inode.data) : undefined
  }

  /** Puts a file there, on the medium. */
  place(path: string, bytes: Uint8Array | string): void {
    let directory = this.#root
    for (const name of parentOf(path).split('/').filter(Boolean)) {
      if (!directory.entries.has(name)) directory.change((entries) => entries.set(name, new Directory()))
      directory.sync()
      directory = directory.entries.get(name) as Directory
    }
    const inode = new Inode()
    inode.change(0, Buffer.from(bytes))
    inode.sync()
    directory.change((entries) => entries.set(nameOf(path), inode))
    directory.sync()
  }

  /** Takes a file away, from the medium too. */
  drop(path: string): void {
    const parent = this.#directory(parentOf(path), 'unlink')
    parent.change((entries) => entries.delete(nameOf(path)))
    parent.sync()
  }

  /** The paths of all files below a directory, in order of their names. */
  paths(below: string): string[] {
    const directory = this.#find(below)
    if (!(directory instanceof Directory)) return []
    return [...directory.entries.keys()].sort().flatMap((name) => {
      const path = `${below}/${name}`
      return directory.entries.get(name) instanceof Directory ? this.paths(path) : [path]
    })
  }

  /** The size that a file of this size may grow to. */
  largest(size: number): number {
    return blocks(size) + Math.floor(this.#free() / sector) * sector
  }

  #free(): number {
    return this.quota === Number.POSITIVE_INFINITY ? 1e12 : this.quota - usedBy(this.#root)
  }

  #find(path: string): Inode | Directory | undefined {
    let entry: Inode | Directory | undefined = this.#root
    for (const name of path.split('/').filter(Boolean)) {
      entry = entry instanceof Directory ? entry.entries.get(name) : undefined
    }
    return entry
  }

  #directory(path: string, operation: string): Directory {
    const found = this.#find(path)
    if (found instanceof Directory) return found
    throw systemError(found ? 'ENOTDIR' : 'ENOENT', operation, path)
  }
}

/** An open file of a `MemoryDisk`. */
export class MemoryFile implements DiskFile {
  readonly #disk: MemoryDisk
  readonly #inode: Inode
  readonly #path: string
  readonly #isWritable: boolean
  #open = true

  constructor(disk: MemoryDisk, inode: Inode, path: string, isWritable: boolean) {
    this.#disk = disk
    this.#inode = inode
    this.#path = path
    this.#isWritable = isWritable
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    this.#write(bytes, position, 'pending')
  }

  /** These bytes alone: what was written before them and not synced stays so. */
  async writeDurably(bytes: Uint8Array, position: number): Promise<void> {
    this.#write(bytes, position, 'synced')
  }

  #write(bytes: Uint8Array, position: number, state: Change['state']): void {
    this.#check('write')
    if (!this.#isWritable) throw systemError('EBADF', 'write', this.#path)
    const room = this.#disk.largest(this.#inode.data.length) - position
    const fit = Math.max(0, Math.min(bytes.length, room))
    this.#inode.change(position, Buffer.from(bytes.subarray(0, fit)), state)
    if (fit < bytes.length) throw systemError('ENOSPC', 'write', this.#path)
  }

  async read(position: number, length: number): Promise<Buffer> {
    this.#check('read')
    return Buffer.from(this.#inode.data.subarray(position, position + length))
  }

  async size(): Promise<number> {
    this.#check('fstat')
    return this.#inode.data.length
  }

  async sync(): Promise<void> {
    this.#check('fdatasync')
    this.#inode.sync()
  }

  async truncate(size: number): Promise<void> {
    this.#check('ftruncate')
    if (!this.#isWritable) throw systemError('EINVAL', 'ftruncate', this.#path)
    this.#inode.change(size, undefined)
  }

  async close(): Promise<void> {
    this.#check('close')
    this.#open = false
    this.#disk.openFiles--
  }

  /** What a failed sync does. */
  loseSync(): void {
    this.#inode.loseSync()
  }

  #check(operation: string): void {
    if (!this.#open) throw systemError('EBADF', operation, this.#path)
  }
}

function usedBy(entry: Inode | Directory): number {
  if (entry instanceof Inode) return blocks(entry.data.length)
  let sum = 0
  for (const inner of entry.entries.values()) sum += usedBy(inner)
  return sum
}

function blocks(size: number): number {
  return Math.ceil(size / sector) * sector
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.replace(/\/+$/, '').lastIndexOf('/')))
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
