// Makes sure that a journal has one writer. The lock belongs to an open file description (flock), so that nothing else
// that this process opens and closes can drop it, and the operating system ends it with the process. Where a file system
// has no locks, a file that only one process can make says who holds the journal. docs/journal-format.md says what each
// file is, docs/decisions/011-flock.md why.
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { asError, errorCode, withCode } from '../../kit/errors.ts'
import { type Holder, type LockHost, systemLockHost } from './lock-host.ts'

/** Thrown where another writer holds the journal. */
export class JournalLockedError extends Error {
  readonly code = 'JOURNAL_LOCKED'
  override name = 'JournalLockedError'
}

/** A held lock; `release` gives it back. */
export interface Lock {
  release(): void
}

/** The file that flock locks. It stays; what stands in it says who locked it last. */
const lockFile = '.lock'
/** Made by a writer where `lockFile` cannot be locked, and removed at its end. */
const ownerFile = '.lock-owner'

/** Who holds it, as it stands in either file. `inode` is that file's own: in a copy it is another one. */
interface LockRecord extends Holder {
  inode: number
  since: string
}

/** What stands in such a file, undefined where that cannot be read, and which file it is. */
interface Found {
  record: LockRecord | undefined
  inode: number
}

/** An owner's file without a name in it that is younger, ms, is being written. */
const beginning = 10_000

/**
 * Takes the journal's lock, or throws a JournalLockedError that names the holder. The directory must be there.
 */
export function takeLock(directory: string, now: number, host: LockHost = systemLockHost): Lock {
  const path = join(directory, lockFile)
  let descriptor: number
  try {
    descriptor = openSync(path, 'a+')
  } catch (error) {
    throw lockFailed(directory, error)
  }
  let lock: Lock | undefined
  try {
    lock = lockOpen(directory, descriptor, now, host)
  } finally {
    if (!lock) closeSync(descriptor)
  }
  return lock ?? ownJournal(directory, now, host)
}

function lockFailed(path: string, error: unknown): Error {
  return withCode('JOURNAL_LOCK_FAILED', new Error(`journal: cannot lock ${path}: ${asError(error).message}`))
}

/** Undefined where the file cannot be locked, and nobody else could. */
function lockOpen(directory: string, descriptor: number, now: number, host: LockHost): Lock | undefined {
  const answer = host.flock(descriptor)
  const locked = readRecord(descriptor)
  if (answer === 'held') throw held(directory, locked)
  if (answer === 'taken') {
    refuseOwner(directory, host)
    writeRecord(descriptor, now, host)
    return { release: () => releaseLock(descriptor) }
  }
  // another writer may have been able to lock it
  refuse(directory, join(directory, lockFile), { record: locked, inode: fstatSync(descriptor).ino }, host)
  return undefined
}

function releaseLock(descriptor: number): void {
  try {
    ftruncateSync(descriptor)
  } catch {
    // the name of a process that has given it back, and will be gone
  }
  // with the last descriptor of the file description the lock is gone
  closeSync(descriptor)
}

/** Throws where a record is that of a process that runs, or of one that cannot be looked at. */
function refuse(directory: string, path: string, { record, inode }: Found, host: LockHost): void {
  if (isAlive(record, inode, host)) throw held(directory, record)
  if (isElsewhere(record, inode, host)) throw unknown(directory, path, record)
}

/** Another writer, for which no lock could be had, may hold it all the same. */
function refuseOwner(directory: string, host: LockHost): void {
  const owner = readOwner(directory)
  if (owner) refuse(directory, join(directory, ownerFile), owner, host)
}

/** Without locks: the file that only one can make. */
function ownJournal(directory: string, now: number, host: LockHost): Lock {
  const path = join(directory, ownerFile)
  for (;;) {
    const inode = makeOwner(path, now, host)
    if (inode !== undefined) return { release: () => removeOwner(path, inode) }
    const owner = readOwner(directory)
    if (!owner) continue
    refuse(directory, path, owner, host)
    // it may be about to say who it is
    if (!owner.record && now - owner.changed < beginning) throw held(directory, undefined)
    putAside(path, owner.inode)
  }
}

/** The inode of the new file; undefined where one is there. */
function makeOwner(path: string, now: number, host: LockHost): number | undefined {
  let descriptor: number
  try {
    descriptor = openSync(path, 'wx+')
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return undefined
    throw lockFailed(path, error)
  }
  try {
    writeRecord(descriptor, now, host)
    return fstatSync(descriptor).ino
  } finally {
    closeSync(descriptor)
  }
}

function readOwner(directory: string): (Found & { changed: number }) | undefined {
  try {
    const descriptor = openSync(join(directory, ownerFile), 'r')
    try {
      const { ino, mtimeMs } = fstatSync(descriptor)
      return { record: readRecord(descriptor), inode: ino, changed: mtimeMs }
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Takes a dead owner's file away, and no other: two may find it at the same time. */
function putAside(path: string, inode: number): void {
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw error
  }
  if (statSync(aside).ino === inode) rmSync(aside)
  else renameSync(aside, path)
}

function removeOwner(path: string, inode: number): void {
  try {
    if (statSync(path).ino === inode) rmSync(path)
  } catch {
    // it was taken away: then there is nothing to give back
  }
}

/** A process of this system that still runs. Of a file that was copied, or by one that left no name, nothing is known. */
function isAlive(record: LockRecord | undefined, inode: number, host: LockHost): boolean {
  if (!record || record.inode !== inode) return false
  const own = host.self()
  return record.boot === own.boot && record.space === own.space && host.startOf(record.pid) === record.start
}

/** A process that cannot be looked at from here: of another machine, or of another container on this one. */
function isElsewhere(record: LockRecord | undefined, inode: number, host: LockHost): boolean {
  if (!record || record.inode !== inode) return false
  const own = host.self()
  return record.boot === own.boot ? record.space !== own.space : record.host !== own.host
}

function writeRecord(descriptor: number, now: number, host: LockHost): void {
  const { ino } = fstatSync(descriptor)
  const record: LockRecord = { ...host.self(), inode: ino, since: new Date(now).toISOString() }
  try {
    ftruncateSync(descriptor)
    writeSync(descriptor, `${JSON.stringify(record)}\n`, 0)
  } catch {
    // a full disk: the lock holds all the same, only its holder cannot be named
  }
}

function readRecord(descriptor: number): LockRecord | undefined {
  const bytes = Buffer.alloc(1024)
  try {
    const value = JSON.parse(
      bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, bytes.length, 0)),
    ) as unknown
    return isRecord(value) ? value : undefined
  } catch {
    // a full disk when it was written, or a lock of an earlier version
    return undefined
  }
}

function isRecord(value: unknown): value is LockRecord {
  const record = value as Partial<LockRecord> | null
  return typeof record?.pid === 'number' && typeof record.boot === 'string' && typeof record.host === 'string'
}

function held(directory: string, record: LockRecord | undefined): JournalLockedError {
  return new JournalLockedError(
    `journal: ${directory} is written by another writer already (${nameOf(record)}); ` +
      'stop that one, or choose another directory',
  )
}

function unknown(directory: string, path: string, record: LockRecord | undefined): JournalLockedError {
  return new JournalLockedError(
    `journal: ${directory} may be written by another writer (${nameOf(record)}): its file system has no locks, and ` +
      `that process cannot be seen from here; stop it, or remove ${path} if it is gone`,
  )
}

function nameOf(record: LockRecord | undefined): string {
  return record ? `process ${record.pid} on ${record.host}, since ${record.since}` : 'it left no name'
}
