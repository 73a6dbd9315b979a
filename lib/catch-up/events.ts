// What every catch-up shares, of whatever device: what it tells whoever stands between it and the port, and its patience.
import type { Notice } from './notice.ts'

/** What goes on into the flow: the line as it came, or a reading of an earlier moment in its place. */
export interface Given<L> {
  line: L
  /** a reading out of the device's memory: its text, and when it was made, ms since 1970 */
  recovered?: { text: string; time: number }
  /** for the journal, with this line */
  notice?: Notice
}

export interface CatchUpEvents<L> {
  give(given: Given<L>): void
  /** Sends bytes to the device. */
  send(text: string): Promise<void>
  /** where it stands, or how far it is, has changed */
  changed(): void
  report(level: 'info' | 'warn', text: string): void
}

export type CatchUpState =
  /** nothing is missing, or it cannot be asked for */
  | { state: 'live' }
  /** it is not known yet what is missing, or the moment to ask has not come */
  | { state: 'waiting' }
  /** `of` is unknown where the log began anew meanwhile, or the device does not tell */
  | { state: 'asking'; pages: number; of: number | undefined; packets: number }

/** Between two attempts, ms. After the last of them it gives up until the next connection. */
export const pauses: readonly number[] = [5_000, 30_000, 120_000, 120_000]
