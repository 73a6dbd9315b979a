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
  /** what came of it, once it has ended or was given up */
  lines?: number
  logged?: number
  duplicates?: number
  unplaced?: number
  from?: number | undefined
  to?: number | undefined
  seconds?: number
  complete?: boolean
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
  notBefore?: number | undefined
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

/** Numbers of damaged pages in a notice: it must fit into a line that people read. */
const mostNamed = 100

interface CountedPage {
  packets: ReadonlyArray<{ time: number }>
  duplicates: number
  isEstimated: boolean
}

/** What one catch-up has brought so far, over all of its attempts. */
export class Tally {
  readonly #corrupt = new Set<number>()
  #bounds: Pick<CatchUpResult, 'notBefore' | 'notAfter'> | undefined
  #isEstimated = false
  #from: number | undefined
  #to: number | undefined
  pages = 0
  packets = 0
  logged = 0

  page({ packets, duplicates, isEstimated }: CountedPage): void {
    this.pages++
    this.packets += packets.length + duplicates
    this.logged += packets.length
    if (isEstimated) this.#isEstimated = true
    const [first, last] = [packets[0]?.time, packets.at(-1)?.time]
    if (first !== undefined) this.#from = Math.min(this.#from ?? first, first)
    this.#to = last ?? this.#to
  }

  /** Page numbers have 16 bits, so there are not more than so many. */
  corrupt(page: number): void {
    this.#corrupt.add(page & 0xffff)
  }

  estimated(bounds: Pick<CatchUpResult, 'notBefore' | 'notAfter'>): void {
    this.#bounds = bounds
  }

  result(seconds: number, complete: boolean): CatchUpResult {
    return {
      pages: this.pages,
      packets: this.packets,
      logged: this.logged,
      duplicates: this.packets - this.logged,
      corrupt: [...this.#corrupt].slice(0, mostNamed),
      corruptPages: this.#corrupt.size,
      from: this.#from,
      to: this.#to,
      seconds,
      complete,
      ...(this.#isEstimated && { clock: 'estimated' }),
      ...this.#bounds,
    }
  }
}
