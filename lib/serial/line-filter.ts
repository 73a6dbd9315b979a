// What may stand between a port and the flow: it is given every line, and decides what goes on in its place.
import type { PortLine } from './port-line.ts'

/** Of one source, over all its connections. It is made when the port opens the source for the first time. */
export interface LineFilter {
  /** A connection has begun, and no line of it has come yet. */
  connected(): void
  /** The connection has ended, and its last line was given. */
  disconnected(): void
  line(line: PortLine): void
  /** Somebody else has sent something to the device. */
  sent(): void
  /** The device has shown to be one that it knows. */
  readonly isCollector: boolean
  /** Why nothing else may be sent to the device for now; undefined where it may. */
  readonly busy: string | undefined
  /** What it does, for a status; undefined where lines pass as they are. */
  readonly progress: FilterProgress | undefined
}

/** The device is asked for what it has kept. */
export interface FilterProgress {
  /** asked for so far */
  pages: number
  /** undefined while nobody knows */
  of: number | undefined
}

/** What a filter needs of its port. */
export interface FilterContext {
  /** A line for the flow: now, or when the deploy that holds the port is over. */
  give(line: PortLine): void
  /** Rejects with a SourceError where the device is not connected. */
  send(data: Buffer): Promise<void>
  /** `busy` or `progress` has changed */
  changed(): void
  /** How far it is, as a message of the node that reads the port. */
  tell(payload: Record<string, unknown>): void
  report(level: 'info' | 'warn', text: string): void
  /** See Subscriber. */
  logged(): Promise<LoggedTo | undefined>
}

/** Where the lines of a port are logged. */
export interface LoggedTo {
  /** the journal's folder */
  directory: string
  /** of the last line that was given to the flow, or of one behind it */
  lastSeq: number
}

export type MakeFilter = (context: FilterContext) => LineFilter
