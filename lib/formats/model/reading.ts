import type { Cut } from '../../event.ts'

/** What is decoded; other properties of an event may stand beside these. */
export interface Reading {
  /** the line's text or bytes (UTF-8), or a structured event: any JSON value */
  payload: unknown
  source: string
  /** the event's id, seq and time of receipt: with all three, formats that want it leave out repeats */
  id?: string
  seq?: number
  /** of a late reading the moment that it belongs to */
  received?: number
  /** it was logged later than that: it is compared with no other reading, and no other with it */
  late?: boolean | undefined
  /** what the line lacks: a format that takes it rejects it */
  cut?: Cut | undefined
}
