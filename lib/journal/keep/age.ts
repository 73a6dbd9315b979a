// How old a journal's files are. The wall clock alone does not say it: a gateway without a clock of its own boots in 1970
// or in 2037, and logs there until it is set. So an age is counted in days that the journal itself has seen: from file to
// file, newest first, as far as their days follow each other. A jump of more than a day between two files counts for
// nothing, either way, unless the writer ran all through it or the user has confirmed it. Files can so be taken for
// younger than they are, never for older.

/** A file as far as its age goes. */
export interface DatedFile {
  /** days since 1970 */
  day: number
  firstSeq: number
}

/** What the user has confirmed: up to the file that begins with this seq all days are right, and so was this day then. */
export interface ConfirmedClock {
  seq: number
  /** days since 1970 */
  day: number
}

/** What is known beside the files. */
export interface AgeFacts {
  /** days since 1970, by the wall clock */
  today: number
  /** days since this process has looked after the journal, by the monotonic clock */
  uptime: number
  confirmed: ConfirmedClock | undefined
  /** whether the writer ran, and its clock was not set, between this file and the next one */
  isSteady(index: number): boolean
}

/** Files whose days do not follow each other, or the last one and the clock (`to`). */
export interface ClockDoubt {
  from: number
  to: number
}

export interface Ages {
  /** of each file, in days; undefined while the clock and the newest entries disagree */
  ages: Array<number | undefined>
  /** jumps that were not counted, the newest first */
  doubts: ClockDoubt[]
}

/** Days that follow each other, or are the same: a clock may be set by an hour around midnight. */
const agreeing = 1

/** The ages of a journal's files, which are in order of seq; the last one is being written. */
export function agesOf(files: readonly DatedFile[], facts: AgeFacts): Ages {
  const { today, uptime, confirmed, isSteady } = facts
  const last = files.at(-1)
  if (!last) return { ages: [], doubts: [] }
  const reference = confirmed && confirmed.seq >= last.firstSeq ? confirmed.day : last.day
  if (Math.abs(today - reference) > agreeing + uptime)
    return { ages: files.map(() => undefined), doubts: [{ from: last.day, to: today }] }
  const doubts: ClockDoubt[] = []
  const ages: number[] = [today - last.day]
  // as counted so far; a file is at least as old as each one behind it
  let counted = today - last.day
  for (let index = files.length - 2; index >= 0; index--) {
    const [file, next] = [files[index]!, files[index + 1]!]
    const step = next.day - file.day
    const isTrusted =
      Math.abs(step) <= agreeing || (confirmed && next.firstSeq <= confirmed.seq) || isSteady(index)
    if (isTrusted) counted += step
    else doubts.push({ from: file.day, to: next.day })
    ages.push(Math.max(counted, ages.at(-1)!))
  }
  return { ages: ages.reverse(), doubts }
}
