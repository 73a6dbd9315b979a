// The words for a failing disk: what happened, where, and what to do.
import { asError, errorCode } from '../../kit/errors.ts'
import type { Gap } from './buffer.ts'

/** The file system has less room than the reserve and the batch need. */
export class DiskFullError extends Error {
  override name = 'DiskFullError'
  readonly code = 'ENOSPC'
  readonly free: number

  constructor(free: number, reserve: number) {
    super(
      `disk is full (${megabytes(free)} free, ${megabytes(reserve)} of it kept for the system): make room`,
    )
    this.free = free
  }
}

/** The disk neither takes a write nor refuses it. */
export class SlowDiskError extends Error {
  override name = 'SlowDiskError'
  readonly code = 'DISK_SLOW'

  constructor(ms: number) {
    super(`the disk has not answered for ${ms / 1000} s`)
  }
}

/** The journal had to close before the disk took everything. */
export class UnwrittenError extends Error {
  override name = 'UnwrittenError'
  readonly code = 'JOURNAL_NOT_WRITTEN'
  readonly gap: Gap
  /** of the entries among them */
  readonly tags: unknown[]

  constructor(directory: string, gap: Gap, tags: unknown[]) {
    const count = gap.dropped.toLocaleString('en-US')
    super(`journal: ${directory} was closed with ${count} events that the disk did not take`)
    this.gap = gap
    this.tags = tags
  }
}

/** What tells one failure from another: each kind is reported once, not once a try or a file. */
export function failureKind(thrown: unknown, path: string): string {
  return [asError(thrown).name, errorCode(thrown), path.replace(/\d+/g, '')].join(' ')
}

/** Whether a write failed for want of room. */
export function isDiskFull(error: unknown): boolean {
  const code = errorCode(error)
  return code === 'ENOSPC' || code === 'EDQUOT'
}

const advice: Record<string, string> = {
  ENOSPC: 'disk is full: make room',
  EDQUOT: 'the disk quota is used up: raise it or make room',
  EROFS: 'the file system is read-only: remount it, or check the card',
  EACCES: 'no permission: give this user write access',
  EPERM: 'no permission: give this user write access',
  EMFILE: 'too many open files in this process',
  ENFILE: 'too many open files on this system',
  EIO: 'the medium fails: check or replace it',
  ENOENT: 'the directory is gone',
}

/** One line for status and log, e.g. `cannot write 2026/20261121.txt: disk is full: make room`. */
export function describeFailure(thrown: unknown, where: string): string {
  const error = asError(thrown)
  const code = errorCode(thrown)
  const what = thrown instanceof DiskFullError ? error.message : ((code && advice[code]) ?? error.message)
  return `cannot write ${where}: ${what}`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
}
