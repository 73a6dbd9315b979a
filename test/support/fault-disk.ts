// One process's sight of a disk, with faults: every operation has a number, and a plan says what happens to it.
import type { Disk, DiskFile, OpenMode } from '../../lib/journal/disk/disk.ts'
import type { FileState } from '../../lib/journal/disk/file-state.ts'
import { type MemoryDisk, type MemoryFile, systemError } from './memory-disk.ts'

/**
 * What may happen to one operation.
 * - `fail`: it does nothing and throws; of a sync, nothing that it should have written will ever be
 * - `late`: it takes effect and throws all the same
 * - `tear`: a write puts down half of its bytes and throws; others as `fail`
 * - `hang`: it waits for `release`, then goes on
 * - `kill`: the process is gone; this operation and all later ones never answer
 * - `kill-after`: the same, but this one took effect
 */
export type Fault = 'fail' | 'late' | 'tear' | 'hang' | 'kill' | 'kill-after'

export interface Operation {
  /** 1, 2, 3 … */
  number: number
  name:
    | 'open'
    | 'create'
    | 'list'
    | 'stat'
    | 'mkdir'
    | 'syncdir'
    | 'rename'
    | 'remove'
    | 'space'
    | 'close'
    | FileOperation
  path: string
}

type FileOperation = 'write' | 'write-durably' | 'read' | 'size' | 'sync' | 'truncate'

export interface FaultPlan {
  /** undefined: the operation is done as it should be */
  fault?: (operation: Operation) => Fault | undefined
  /** code of the errors; default EIO */
  code?: string
  /** the disk writes and syncs in one request, as the system's does; default: in two, each with faults of its own */
  durableWrites?: boolean
}

const never = new Promise<never>(() => {})

export class FaultDisk implements Disk {
  readonly operations: Operation[] = []
  fault: FaultPlan['fault']
  code: string
  /** what wants to know that the process was killed */
  onKill: (() => void) | undefined
  #killed = false
  #hanging: Array<() => void> = []
  readonly #disk: MemoryDisk
  readonly #durableWrites: boolean

  constructor(disk: MemoryDisk, { fault, code = 'EIO', durableWrites = false }: FaultPlan = {}) {
    this.#disk = disk
    this.fault = fault
    this.code = code
    this.#durableWrites = durableWrites
  }

  get killed(): boolean {
    return this.#killed
  }

  /** Operations that hang. */
  get hanging(): number {
    return this.#hanging.length
  }

  /** The process is gone: no operation answers from now on. */
  kill(): void {
    this.#killed = true
    this.onKill?.()
  }

  /** Lets what hangs go on. */
  release(): void {
    for (const resume of this.#hanging.splice(0)) resume()
  }

  async open(path: string, mode: OpenMode): Promise<DiskFile> {
    const file = await this.run(mode === 'create' ? 'create' : 'open', path, () =>
      this.#disk.open(path, mode),
    )
    return this.#durableWrites ? new DurableFaultFile(this, file, path) : new FaultFile(this, file, path)
  }

  stat(path: string): Promise<FileState | undefined> {
    return this.run('stat', path, () => this.#disk.stat(path))
  }

  list(path: string): Promise<string[]> {
    return this.run('list', path, () => this.#disk.list(path))
  }

  makeDirectory(path: string): Promise<void> {
    return this.run('mkdir', path, () => this.#disk.makeDirectory(path))
  }

  syncDirectory(path: string): Promise<void> {
    return this.run('syncdir', path, () => this.#disk.syncDirectory(path))
  }

  rename(from: string, to: string): Promise<void> {
    return this.run('rename', from, () => this.#disk.rename(from, to))
  }

  remove(path: string): Promise<void> {
    return this.run('remove', path, () => this.#disk.remove(path))
  }

  freeSpace(path: string): Promise<number> {
    return this.run('space', path, () => this.#disk.freeSpace())
  }

  /** Does an operation, or what the plan says instead. `spoil` leaves what it leaves when it goes wrong. */
  async run<T>(
    name: Operation['name'],
    path: string,
    act: () => Promise<T>,
    spoil: (fault: Fault) => Promise<void> = async () => {},
  ): Promise<T> {
    // a moment later, as with a real disk; of a process that is gone nothing more is heard
    await undefined
    if (this.#killed) return never
    const operation = { number: this.operations.length + 1, name, path }
    this.operations.push(operation)
    const fault = this.fault?.(operation)
    if (fault === 'hang') await new Promise<void>((resolve) => this.#hanging.push(resolve))
    if (this.#killed) return never
    if (fault === undefined || fault === 'hang') return this.#answer(act())
    // whether it would have succeeded or not
    if (fault === 'late' || fault === 'kill-after') await act().catch(() => undefined)
    else await spoil(fault)
    if (fault === 'kill' || fault === 'kill-after') {
      this.kill()
      return never
    }
    throw systemError(this.code, name, path)
  }

  async #answer<T>(result: Promise<T>): Promise<T> {
    try {
      return await (this.#killed ? never : result)
    } catch (error) {
      if (this.#killed) return never
      throw error
    }
  }
}

class FaultFile implements DiskFile {
  protected readonly disk: FaultDisk
  protected readonly file: MemoryFile
  protected readonly path: string

  constructor(disk: FaultDisk, file: MemoryFile, path: string) {
    this.disk = disk
    this.file = file
    this.path = path
  }

  write(bytes: Uint8Array, position: number): Promise<void> {
    return this.disk.run(
      'write',
      this.path,
      () => this.file.write(bytes, position),
      async (fault) => {
        if (fault === 'tear') await this.file.write(bytes.subarray(0, bytes.length >> 1), position)
      },
    )
  }

  read(position: number, length: number): Promise<Buffer> {
    return this.disk.run('read', this.path, () => this.file.read(position, length))
  }

  size(): Promise<number> {
    return this.disk.run('size', this.path, () => this.file.size())
  }

  sync(): Promise<void> {
    return this.disk.run(
      'sync',
      this.path,
      () => this.file.sync(),
      async (fault) => {
        if (fault !== 'kill') this.file.loseSync()
      },
    )
  }

  truncate(size: number): Promise<void> {
    return this.disk.run('truncate', this.path, () => this.file.truncate(size))
  }

  close(): Promise<void> {
    return this.disk.run('close', this.path, () => this.file.close())
  }
}

class DurableFaultFile extends FaultFile {
  writeDurably(bytes: Uint8Array, position: number): Promise<void> {
    return this.disk.run(
      'write-durably',
      this.path,
      () => this.file.writeDurably(bytes, position),
      async (fault) => {
        // the bytes reach the system in any case, and the medium perhaps: a power cut tears them; after an error, never
        await this.file.write(fault === 'tear' ? bytes.subarray(0, bytes.length >> 1) : bytes, position)
        if (fault === 'fail') this.file.loseSync()
      },
    )
  }
}
