// All file access of the journal goes through these two interfaces, so that tests can fail, delay, tear or cut
// power at each single operation. Nothing here knows what the files hold.
import { write as callWrite, constants } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, statfs, unlink } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { errorCode, withCode } from '../../kit/errors.ts'
import { type FileState, stateOf } from './file-state.ts'

/** One open file. */
export interface DiskFile {
  /** Writes all bytes at a position, in one request where the system takes it in one. */
  write(bytes: Uint8Array, position: number): Promise<void>
  /** Reads up to `length` bytes; fewer only at the end of the file. */
  read(position: number, length: number): Promise<Buffer>
  /** Size in bytes. */
  size(): Promise<number>
  /** Content and size are on the medium when it returns (fdatasync). */
  sync(): Promise<void>
  /** `write` and `sync` of these bytes alone in one request, where a disk has one (O_DSYNC): it saves a turn. */
  writeDurably?(bytes: Uint8Array, position: number): Promise<void>
  truncate(size: number): Promise<void>
  close(): Promise<void>
}

/** `create` fails where the file exists, `read` and `write` where it does not. */
export type OpenMode = 'read' | 'write' | 'create'

/** A file system. Paths are absolute. */
export interface Disk {
  open(path: string, mode: OpenMode): Promise<DiskFile>
  /** The file that has a path now; undefined where there is none. At once where the disk need not be asked. */
  stat(path: string): FileState | undefined | Promise<FileState | undefined>
  /** Names in a directory, empty where there is no such directory. */
  list(path: string): Promise<string[]>
  /**
   * Makes a directory where it is missing, with its parents. The entries of parents that had to be made are on
   * the medium when it returns; its own entry is once its parent was synced.
   */
  makeDirectory(path: string): Promise<void>
  /** The directory's entries are on the medium when it returns. */
  syncDirectory(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Removes a file; no error where it is gone already. */
  remove(path: string): Promise<void>
  /** Free bytes for this user on the file system that holds a path. */
  freeSpace(path: string): Promise<number>
}

const flags: Record<OpenMode, number> = {
  read: constants.O_RDONLY,
  write: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
}

class SystemFile implements DiskFile {
  readonly #handle: FileHandle
  /** the same file, open for writes that are synced by themselves; null where the system cannot open it so */
  #durable: FileHandle | null | undefined
  /** durable writes that are under way */
  #writes = 0
  #lastWritten: (() => void) | undefined

  constructor(handle: FileHandle, mode: OpenMode) {
    this.#handle = handle
    // opened once more it could be written
    if (mode === 'read') this.#durable = null
  }

  write(bytes: Uint8Array, position: number): Promise<void> {
    return writeAll(this.#handle, bytes, position)
  }

  writeDurably(bytes: Uint8Array, position: number): Promise<void> {
    // nearly always: by the shortest way, for each turn of a promise costs a part of what the disk takes
    if (this.#durable) return this.#writeSynced(this.#durable, bytes, position)
    return this.#writeDurablyAtFirst(bytes, position)
  }

  async #writeDurablyAtFirst(bytes: Uint8Array, position: number): Promise<void> {
    if (this.#durable === undefined) this.#durable = await openAgain(this.#handle)
    if (this.#durable) return this.#writeSynced(this.#durable, bytes, position)
    await writeAll(this.#handle, bytes, position)
    await this.#handle.datasync()
  }

  /** By the descriptor itself: the handle's promises would cost a tenth of what the disk takes. */
  #writeSynced({ fd }: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
    return new Promise((resolve, reject) => {
      // a handle that is closed has none any more
      if (fd < 0) throw withCode('EBADF', new Error('EBADF: bad file descriptor, write'))
      this.#writes++
      const done = (error: Error | null) => {
        if (--this.#writes === 0) this.#lastWritten?.()
        if (error) reject(error)
        else resolve()
      }
      writeRest(fd, bytes, position, 0, done)
    })
  }

  async read(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafeSlow(length)
    let done = 0
    while (done < length) {
      const { bytesRead } = await this.#handle.read(buffer, done, length - done, position + done)
      if (bytesRead === 0) break
      done += bytesRead
    }
    return buffer.subarray(0, done)
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size
  }

  sync(): Promise<void> {
    return this.#handle.datasync()
  }

  truncate(size: number): Promise<void> {
    return this.#handle.truncate(size)
  }

  async close(): Promise<void> {
    // not under a write: the descriptor's number may be that of another file before the system looks at it
    if (this.#writes > 0) await new Promise<void>((resolve) => (this.#lastWritten = resolve))
    try {
      await this.#durable?.close()
    } finally {
      await this.#handle.close()
    }
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

/** Writes what follows the first `from` bytes. */
function writeRest(
  fd: number,
  bytes: Uint8Array,
  position: number,
  from: number,
  done: (error: Error | null) => void,
): void {
  callWrite(fd, bytes, from, bytes.length - from, position + from, (error, written) => {
    if (error || from + written === bytes.length) done(error)
    else writeRest(fd, bytes, position, from + written, done)
  })
}

/** Opens the file of a handle once more, for synced writes; by its descriptor: its name may be another's by now. */
async function openAgain(handle: FileHandle): Promise<FileHandle | null> {
  try {
    return await open(`/proc/self/fd/${handle.fd}`, constants.O_WRONLY | constants.O_DSYNC)
  } catch {
    // no /proc here, or no descriptor is left: two requests do the same
    return null
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await handle.sync()
  } catch (error) {
    // file systems that keep no directory on a medium of their own (shares, FUSE) say so: nothing to wait for
    if (errorCode(error) !== 'EINVAL') throw error
  } finally {
    await handle.close()
  }
}

/** Writes bytes and syncs them, in as few requests as the disk has for it. */
export function writeDurably(file: DiskFile, bytes: Uint8Array, position: number): Promise<void> {
  return file.writeDurably?.(bytes, position) ?? writeAndSync(file, bytes, position)
}

async function writeAndSync(file: DiskFile, bytes: Uint8Array, position: number): Promise<void> {
  await file.write(bytes, position)
  await file.sync()
}

/** The operating system's files. */
export const systemDisk: Disk = {
  async open(path, mode) {
    return new SystemFile(await open(path, flags[mode], 0o644), mode)
  },

  stat: stateOf,

  async list(path) {
    try {
      return await readdir(path)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return []
      throw error
    }
  },

  async makeDirectory(path) {
    const first = await mkdir(path, { recursive: true })
    if (first === undefined) return
    for (let parent = dirname(resolve(path)); parent.length >= first.length; parent = dirname(parent)) {
      await syncDirectory(dirname(parent))
    }
  },

  syncDirectory,

  rename,

  async remove(path) {
    try {
      await unlink(path)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
  },

  async freeSpace(path) {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize
  },
}
