// The readings that panels try their drafts on, as they travel from the gateway to the browser.
import type { Cut } from '../event.ts'

/** One entry of the journal. Exactly one of text, bytes and json is there. */
export interface RecentReading {
  seq: number
  /** `<epoch>-<seq>`, as in `event.id` */
  id: string
  /** L a line, R a line of an earlier moment, E a structured event */
  kind: 'L' | 'R' | 'E'
  source: string
  /** when it came, ms since 1970, UTC */
  received: number
  /** the moment it belongs to, where a kind R came later; ms since 1970, UTC */
  time: number
  /** it belongs to another moment than that at which it came; absent of all else */
  late?: true
  /** the line as it came, where it is valid UTF-8 */
  text?: string
  /** else its bytes, in base64 */
  bytes?: string
  /** a structured event */
  json?: unknown
  /** what the line lacks; absent of a whole one */
  cut?: Cut
}

/** The last readings of a journal, in order of seq. */
export interface RecentReadings {
  /** id of the `fieldlog-journal` */
  journal: string
  /** seq of the journal's last durable entry; 0 where it is empty */
  lastSeq: number
  readings: RecentReading[]
  /** entries among those asked for that are damaged, or too long to be sent */
  leftOut: number
  /** there are earlier ones of the period, which are not among them */
  isCut?: true
}

/** What `msg.payload` of this reading is: a string, bytes, or a JSON value. */
export function payloadOf(reading: RecentReading): unknown {
  if (reading.text !== undefined) return reading.text
  if (reading.bytes === undefined) return reading.json
  return Uint8Array.from(atob(reading.bytes), (character) => character.charCodeAt(0))
}
