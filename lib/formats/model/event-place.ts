/** Where an event stands among the others: its entry's seq, and its place among the events of one line. */
export interface EventPlace {
  /** `<epoch>-<seq>`, and `.1`, `.2` … where a line gives several */
  id: string
  seq: number
  part: number
  /** the device's own time, or when it was received: ms since 1970 UTC */
  time: number
  received: number
  /** it came later than its moment: it has no place in the order of the others */
  isLate: boolean
}

export type Position = Pick<EventPlace, 'seq' | 'part'>

export function isBefore(a: Position, b: Position): boolean {
  return a.seq < b.seq || (a.seq === b.seq && a.part < b.part)
}
