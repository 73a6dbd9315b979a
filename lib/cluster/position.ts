// Up to which event something has learnt, so that events that are sent again are not counted twice.
import type { FieldlogEvent } from '../event.ts'

/** Plain JSON. */
export interface Position {
  seq: number
  /** of several events of one line the number of the last one; 0 where the line has one event */
  part: number
}

export const start: Position = { seq: 0, part: 0 }

/**
 * Whether an event is new to one who has learnt up to a position. What is sent for the first time always is: where an
 * older copy of a journal was put in the place of another, its seqs begin lower. What is sent again is new only beyond
 * the position.
 */
export function isNew(event: FieldlogEvent, { seq, part }: Position): boolean {
  return !event.replayed || event.seq > seq || (event.seq === seq && partOf(event) > part)
}

export function positionOf(event: FieldlogEvent): Position {
  return { seq: event.seq, part: partOf(event) }
}

/** 2 of the id `k3x9a7qd-7.2`. */
function partOf({ id }: FieldlogEvent): number {
  const dot = id.lastIndexOf('.')
  return dot < 0 ? 0 : Number(id.slice(dot + 1)) || 0
}
