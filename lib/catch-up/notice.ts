// What the journal notes of a catch-up (docs/journal-format.md, "Notices").
import type { Marker } from './jeelink-line.ts'

export type Notice = CatchUpNotice | (CatchUpNotice & CatchUpResult) | AnyDeviceNotice | OverwrittenNotice

export interface CatchUpNotice {
  kind: 'catchup'
  source: string
  /** `due`: readings are missing behind the marker. `ended`: all that the flash has was asked for, up to the marker */
  state: 'due' | 'ended'
  marker: [page: number, seq: number, time: number]
}

/** The same of a device that is no collector: it is asked for what is younger than a moment. */
export interface AnyDeviceNotice {
  kind: 'catchup'
  source: string
  state: 'due' | 'ended'
  /** of the last line before the pause, ms since 1970 */
  since: number
  /** what numbered it, where the device numbers its lines */
  number?: string
}

/** Pages had been overwritten before they could be asked for: what was on the air between these moments is lost. */
export interface OverwrittenNotice {
  kind: 'gap'
  source: string
  /** ms since 1970; null where it is not known */
  from: number | null
  to: number | null
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
  /** numbers of pages whose checksum was wrong: the first hundred */
  corrupt: number[]
  /** how many there are */
  corruptPages: number
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

/** A notice as the journal has it; undefined where it is damaged, or is none of a collector. */
export function noticeIn(json: string): Omit<CatchUpNotice, 'kind'> | undefined {
  const { source, state, marker } = valuesIn(json)
  const isRight =
    typeof source === 'string' &&
    (state === 'due' || state === 'ended') &&
    Array.isArray(marker) &&
    marker.length === 3 &&
    marker.every(Number.isSafeInteger)
  return isRight ? { source, state, marker: marker as CatchUpNotice['marker'] } : undefined
}

/** The same of a device that is no collector. */
export function anyDeviceNoticeIn(json: string): Omit<AnyDeviceNotice, 'kind'> | undefined {
  const { source, state, since, number } = valuesIn(json)
  const isRight =
    typeof source === 'string' &&
    (state === 'due' || state === 'ended') &&
    typeof since === 'number' &&
    (number === undefined || typeof number === 'string')
  return isRight ? { source, state, since, ...(number !== undefined && { number }) } : undefined
}

function valuesIn(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
