// How a store is, as its node, the pages and programs are told.

/**
 * - `start`: it is being opened, or its journal is; nothing can be read yet
 * - `ready`: everything that the flow is done with is in it
 * - `rebuilding`: it is made from the journal, as a whole or in part, or gets what it lacks. The file that was there before can be read
 *   meanwhile, where there is one (`isReadable`)
 * - `not stored`: it cannot be written (disk full, locked, read-only); the flow goes on, and it is filled from the journal later
 * - `disabled`: its settings are wrong, or no journal stands before it
 */
export type StoreCondition = 'start' | 'ready' | 'rebuilding' | 'not stored' | 'disabled'

export interface StoreState {
  state: StoreCondition
  /** the same in a sentence, with what to do where something is wrong */
  says: string
  /** whether the file at `path` can be read: false until there is one with everything in it */
  isReadable: boolean
  /** goes up with each file that takes the place of the one at `path`: whoever has it open must open it again */
  generation: number
  /** every event up to this seq is in the store */
  upTo: number
  /** the last seq of the journal */
  last: number
  /** part done of what is being made, 0 to 1; 1 where nothing is */
  done: number
  /** events a second of what is being made; null where nothing is, or where it is not known yet */
  rate: number | null
  /** seconds until it is made; null as above */
  left: number | null
  /** events whose verdicts are of earlier rules */
  oldVerdicts: number
  /** of the file and its log */
  bytes: number
}

/** What is made again from the journal: everything, or what has a time in the range (ms since 1970) and is of the type. */
export interface RebuildRequest {
  from?: number
  to?: number
  type?: string
}
