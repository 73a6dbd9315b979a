// What a journal's writer is told, with the defaults.
import { randomInt } from 'node:crypto'
import { systemTimers, type Timers } from '../../kit/timers.ts'
import { type Disk, systemDisk } from '../disk/disk.ts'
import { type Lock, takeLock } from '../disk/lock.ts'
import { type Clock, systemClock } from '../format/time.ts'

/** Makes a notice durable at once, with the room that is kept in reserve. */
export type NoteFirst = (kind: string, value: unknown) => Promise<void>

/** Options of a journal's writer. */
export interface JournalOptions {
  /** absolute path; made where it is missing */
  directory: string
  /** events at which the buffers swap; default 100 */
  bufferSize?: number
  /** seconds after the first event at which they swap all the same; 0: as soon as the disk is free; default 5 */
  flushInterval?: number
  /** events held in memory while the disk does not take them; default 100,000 */
  maxHeldEvents?: number
  /** their bytes; default 64 MiB */
  maxHeldBytes?: number
  /** free bytes on the file system that are left to others; default 64 MB */
  reserve?: number
  /** bytes at which the writer goes on in another file of the same day; default: one file a day */
  fileSize?: number
  /** called when the disk is full: removes what may go and resolves to whether there was any; default: nothing may */
  makeRoom?: (noteFirst: NoteFirst) => Promise<boolean>
  /** version that the `open` notice names */
  software?: string
  disk?: Disk
  clock?: Clock
  timers?: Timers
  /** a new random epoch, 8 characters [a-z0-9] */
  drawEpoch?: () => string
  /** takes the directory's lock or throws */
  lock?: (directory: string, now: number) => Lock
}

/** What can change while the journal is open. */
export type LiveOptions = Pick<
  JournalOptions,
  'bufferSize' | 'flushInterval' | 'maxHeldEvents' | 'maxHeldBytes' | 'reserve'
>

/** The options with every default filled in. */
export function withDefaults(options: JournalOptions): Required<JournalOptions> {
  return {
    bufferSize: 100,
    flushInterval: 5,
    maxHeldEvents: 100_000,
    maxHeldBytes: 64 << 20,
    reserve: 64_000_000,
    fileSize: Number.POSITIVE_INFINITY,
    makeRoom: async () => false,
    software: '1.0.0',
    disk: systemDisk,
    clock: systemClock,
    timers: systemTimers,
    drawEpoch: randomEpoch,
    lock: takeLock,
    ...options,
  }
}

function randomEpoch(): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('')
}
