// Which records go to which file. Files change with the writer's own day only: an entry of another day than the file's
// is an R line in it, so that no times that come from outside can scatter the journal over thousands of files.
import { dayOf, isPlausible, msPerDay } from '../format/time.ts'
import { type Held, type HeldEntry, lineSize, type Swapped } from './buffer.ts'

/** Records that go to one file at one time. */
export interface Run {
  /** of the file, days since 1970 */
  day: number
  records: readonly Held[]
  /** about the bytes that they take */
  size: number
}

/** Text written at one time, at most: what was held for long goes out in pieces. */
const longestWrite = 8 << 20

/**
 * The next run. Entries of the day of the file that is open go there, although it may be over by now: what was received
 * just before midnight. The first one of another day ends that file, unless it is today's.
 *
 * @param from the first record that is not in a run yet
 * @param fileDay day of the file that is open; undefined where there is none
 * @param now wall clock, ms since 1970
 */
export function nextRun(swapped: Swapped, from: number, fileDay: number | undefined, now: number): Run {
  const { records } = swapped
  const today = dayOf(now)
  let day = fileDay ?? today
  let start = day * msPerDay
  if (from === 0 && isOneRun(swapped, start)) return { day, records, size: swapped.size }
  let size = 0
  let entries = 0
  let at = from
  for (; at < records.length && size < longestWrite; at++) {
    const record = records[at]!
    if (record.kind !== 'N') {
      if (record.received < start || record.received >= start + msPerDay) {
        if (day !== today && entries > 0) break
        day = today
        start = day * msPerDay
        if (dayOf(record.received) !== day) makeRecord(record, day)
      }
      entries++
    }
    size += lineSize(record)
  }
  return { day, records: from === 0 && at === records.length ? records : records.slice(from, at), size }
}

/** Whether all of them go to the file of the day that begins then: nearly always. Then none needs to be looked at. */
function isOneRun({ size, earliest, latest }: Swapped, start: number): boolean {
  return size < longestWrite && earliest >= start && latest < start + msPerDay
}

/**
 * Makes an R line of an entry that does not belong to the file's day. The time that its sender gave is the moment it
 * belongs to, where that can be; it came when the journal was given it.
 */
function makeRecord(entry: HeldEntry, day: number): void {
  if (entry.form === 'R') return
  const { received, given } = entry
  entry.time = isPlausible(received, given) ? received : given
  entry.received = given
  if (entry.time === given && dayOf(given) === day) return
  entry.form = 'R'
  if (entry.kind === 'L') entry.kind = 'R'
}
