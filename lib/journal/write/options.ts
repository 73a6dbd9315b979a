// The options of a journal's writer, with their defaults.
import { randomInt } from 'node:crypto'
import { type Clock, systemClock } from '../../kit/clock.ts'
import { packageVersion } from '../../package.ts'
import { type Disk, systemDisk } from '../disk/disk.ts'
import { type Lock, takeLock } from '../disk/lock.ts'
import { defaultEntryLimit } from '../format/entry-limit.ts'

/** Makes a notice durable at once, with the room that is kept in reserve. */
export type NoteFirst = (kind: string, value: unknown) => Promise<void>

/** Options of a journal's writer. */
export interface JournalOptions {
  /** absolute path; made where it is missing */
  directory: string
  /** flush at this many events; default 100 */
  bufferSize?: number
  /**
   * flush this many seconds after the first event even if the buffer is not full; 0: when the disk is free;
   * default 5
   */
  flushInterval?: number
  /** events held in memory while the disk does not take them; default 100,000 */
  maxHeldEvents?: number
  /** their bytes; default 64 MiB */
  maxHeldBytes?: number
  /** bytes of text that an entry may have; at most 60 MiB; default 16 MiB */
  entryLimit?: number
  /** free bytes on the file system that are left to others; default 64 MB */
  reserve?: number
  /** bytes that are taken ahead of what is written, as zeros, at most; 0: none; default 1 MiB */
  preallocate?: number
  /** bytes at which the writer goes on in another file of the same day; default: one file a day */
  fileSize?: number
  /** called when the disk is full: removes what may go and resolves to whether there was any; default: nothing may */
  makeRoom?: (noteFirst: NoteFirst) => Promise<boolean>
  /** what its messages call it; default `journal` */
  subject?: string
  /** version that the `open` notice names; default: this package's */
  software?: string
  disk?: Disk
  clock?: Clock
  /** a new random epoch, 8 characters [a-z0-9] */
  drawEpoch?: () => string
  /** takes the directory's lock or throws */
  lock?: (directory: string, now: number) => Lock
}

/** What can change while the journal is open. */
export type LiveOptions = Pick<
  JournalOptions,
  'bufferSize' | 'flushInterval' | 'maxHeldEvents' | 'maxHeldBytes' | 'entryLimit' | 'reserve'
>

/** The options with every default filled in. */
export function withDefaults(options: JournalOptions): Required<JournalOptions> {
  return {
    bufferSize: 100,
    flushInterval: 5,
    maxHeldEvents: 100_000,
    maxHeldBytes: 64 << 20,
    entryLimit: defaultEntryLimit,
    reserve: 64_000_000,
    preallocate: 1 << 20,
    fileSize: Number.POSITIVE_INFINITY,
    makeRoom: async () => false,
    subject: 'journal',
    software: packageVersion,
    disk: systemDisk,
    clock: systemClock,
    drawEpoch: randomEpoch,
    lock: takeLock,
    ...options,
  }
}

function randomEpoch(): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('')
}
