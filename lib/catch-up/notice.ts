// What the journal notes of a catch-up (docs/journal-format.md, "Notices").
import type { Marker } from './jeelink-line.ts'

export interface CatchUpNotice {
  kind: 'catchup'
  source: string
  /** `due`: readings are missing behind the marker. `ended`: all that the flash has was asked for, up to the marker */
  state: 'due' | 'ended'
  marker: [page: number, seq: number, time: number]
}

/** What came of a catch-up. */
export interface CatchUpResult {
  /** pages that came whole */
  pages: number
  /** packets in them */
  packets: number
  /** of these: logged now, and those that had been logged when they were received */
  logged: number
  duplicates: number
  /** numbers of pages whose checksum was wrong */
  corrupt: number[]
  /** the moments of the first and the last packet that was logged, ms since 1970 */
  from: number | undefined
  to: number | undefined
  /** how long it took */
  seconds: number
  /** everything behind the marker has come */
  complete: boolean
  /** Where a clock of the collector was never seen with ours: the times are a guess between these bounds, ms since 1970. */
  clock?: 'estimated'
  notBefore?: number
  notAfter?: number
  /** pages behind the marker had been overwritten: what was on the air between these moments is lost, ms since 1970 */
  lost?: { from: number | undefined; to: number | undefined }
}

export function dueNotice(source: string, { page, seq, time }: Marker): CatchUpNotice {
  return { kind: 'catchup', source, state: 'due', marker: [page, seq, time] }
}

export function endNotice(
  source: string,
  { page, seq, time }: Marker,
  result: CatchUpResult,
): CatchUpNotice & CatchUpResult {
  return { kind: 'catchup', source, state: 'ended', marker: [page, seq, time], ...result }
}

/** A notice as the journal has it; undefined where it is damaged. */
export function noticeIn(json: string): Omit<CatchUpNotice, 'kind'> | undefined {
  try {
    const { source, state, marker } = JSON.parse(json) as Partial<CatchUpNotice>
    const isRight =
      typeof source === 'string' &&
      (state === 'due' || state === 'ended') &&
      Array.isArray(marker) &&
      marker.length === 3 &&
      marker.every(Number.isSafeInteger)
    return isRight ? { source, state, marker } : undefined
  } catch {
    return undefined
  }
}
