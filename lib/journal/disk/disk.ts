// All file access of the journal goes through these two interfaces, so that tests can fail, delay, tear or cut
// power at each single operation. Nothing here knows what the files hold.
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, statfs, unlink } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { errorCode } from '../../kit/errors.ts'

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
  truncate(size: number): Promise<void>
  close(): Promise<void>
}

/** `create` fails where the file exists, `read` and `write` where it does not. */
export type OpenMode = 'read' | 'write' | 'create'

/** A file system. Paths are absolute. */
export interface Disk {
  open(path: string, mode: OpenMode): Promise<DiskFile>
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

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    let done = 0
    while (done < bytes.length) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, position + done)
      done += bytesWritten
    }
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

  close(): Promise<void> {
    return this.#handle.close()
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

/** The operating system's files. */
export const systemDisk: Disk = {
  async open(path, mode) {
    return new SystemFile(await open(path, flags[mode], 0o644))
  },

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
