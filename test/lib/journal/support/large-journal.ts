// A large journal on real files, written with the journal's own encoder and without a writer: as fast as the disk.
import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { encodeBatches, type NewEntry } from '../../../../lib/journal/format/batch.ts'
import { filePath, headerLine } from '../../../../lib/journal/format/line.ts'
import { msPerDay } from '../../../../lib/journal/format/time.ts'

export interface LargeJournal {
  /** days since 1970 of the last file */
  lastDay: number
  days: number
  entriesPerDay: number
  /** entries in a batch; a batch is closed at 1 MiB of text all the same */
  batchSize: number
}

/** Writes one file a day; returns the bytes of text. */
export function makeLargeJournal(directory: string, plan: LargeJournal): number {
  const { lastDay, days, entriesPerDay, batchSize } = plan
  let lastSeq = 0
  let total = 0
  let before: { path: string; size: number; sha256: string } | undefined
  for (let day = lastDay - days + 1; day <= lastDay; day++) {
    const path = filePath(day, 0)
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    const file = openSync(join(directory, path), 'w')
    const hash = createHash('sha256')
    let size = 0
    let head = headerLine({
      time: day * msPerDay,
      epoch: 'soak0000',
      firstSeq: lastSeq + 1,
      previous: before?.path ?? null,
      previousSize: before?.size ?? 0,
      sha256: before?.sha256 ?? null,
    })
    for (let done = 0; done < entriesPerDay; done += batchSize) {
      const count = Math.min(batchSize, entriesPerDay - done)
      const batch = Array.from({ length: count }, (_, i) => largeJournalEntry(day, done + i, entriesPerDay))
      const { bytes, lastSeq: last } = encodeBatches(batch, lastSeq, batch.at(-1)!.received, head)
      head = ''
      lastSeq = last
      writeSync(file, bytes)
      hash.update(bytes)
      size += bytes.length
    }
    closeSync(file)
    before = { path, size, sha256: hash.digest('hex') }
    total += size
  }
  return total
}

/** Lines as a JeeLink gives them, spread over the day. */
function largeJournalEntry(day: number, n: number, count: number): NewEntry {
  const random = (n * 2_654_435_761) >>> 0
  const byte = (shift: number) => (random >>> shift) & 255
  return {
    kind: 'L',
    received: day * msPerDay + Math.floor((n / count) * msPerDay),
    source: n % 5 === 0 ? 'tcp:10.0.0.5:2000' : 'usb-A40117UK',
    text: `OK ${n % 31} ${byte(0)} ${byte(8)} ${byte(16)} ${byte(24)} ${n & 255} ${(n >> 8) & 255}`,
  }
}
