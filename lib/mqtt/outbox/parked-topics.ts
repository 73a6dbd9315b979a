// What is stored of the lines of parked messages: which messages of each topic are acknowledged. One sealed file that
// is replaced as a whole (docs/mqtt.md, "The outbox on disk").
import type { Disk } from '../../journal/disk/disk.ts'
import { readSealed, writeSealed } from '../../journal/disk/sealed-file.ts'

export interface StoredLine {
  topic: string
  /** not acknowledged */
  count: number
  /** none of these is below */
  first: number
  /** acknowledged: all of the topic up to this seq, and those in `done` */
  upTo: number
  done: number[]
}

export interface StoredTopics {
  /** what is said holds for all entries up to this seq */
  seq: number
  topics: StoredLine[]
}

/** What is stored; undefined where that is nothing, damaged, or about more than the journal has. */
export async function readTopics(
  disk: Disk,
  path: string,
  lastSeq: number,
): Promise<StoredTopics | undefined> {
  const text = await readSealed(disk, path)
  if (text === undefined) return undefined
  const stored = JSON.parse(text) as StoredTopics
  return stored.seq <= lastSeq ? stored : undefined
}

export function writeTopics(disk: Disk, path: string, stored: StoredTopics): Promise<void> {
  return writeSealed(disk, path, JSON.stringify(stored), { durable: true, onlyWriter: true })
}
