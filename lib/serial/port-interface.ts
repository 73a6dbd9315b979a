// What a port is told, and what it tells.
import type { FrameCounts } from './framing/frame.ts'
import type { LineSettings } from './framing/settings.ts'
import type { LoggedTo, MakeFilter } from './line-filter.ts'
import type { PortLine } from './port-line.ts'
import type { SendSettings } from './sending/settings.ts'
import type { LineSource } from './source/source.ts'
import type { WatchSettings } from './watch/settings.ts'

export interface PortCounts extends FrameCounts {
  /** lines given to the flow */
  sent: number
  /** lines dropped because too many were held, or nobody was there to take them */
  dropped: number
}

/** What a port says beside its lines. */
export interface PortMessage {
  /** `silent`: no byte has come; `catchup`: of the port's filter */
  topic: 'silent' | 'catchup'
  payload: { source: string } & Record<string, unknown>
}

/** Why a port lends its device, in words for the log. */
export interface LoanReason {
  /** what is done with it */
  why: string
  /** what that costs */
  lost: string
}

/** A connection whose device somebody else has for a while. */
export interface Loan {
  source: LineSource
  /** What came by the port's own source meanwhile; the buffer may be used again afterwards. */
  data(chunk: Buffer, received: number): void
  /** The device is free again: the port is opened. */
  giveBack(): void
}

export interface Subscriber {
  line(line: PortLine): void
  /** something that is no line has happened */
  told?(message: PortMessage): void
  /** the state or the counts have changed */
  changed(): void
  /**
   * False where what takes the lines can take no more for now; `ready` says when it can. A source that can make its
   * sender wait then does; any other is read on, and it is the taker's to count what it drops. Default: always
   */
  canTake?(): boolean
  /** Resolves when all lines that it was given are durable: where they are. Undefined where they are not logged. */
  logged?(): Promise<LoggedTo | undefined>
}

export interface PortSetup {
  /** tells settings apart: with the same key an open connection stays as it is */
  key: string
  source: LineSource
  lines: LineSettings
  /** what stands between the port and the flow; default nothing */
  filter?: MakeFilter | undefined
  /** default: nothing is watched for silence */
  watch?: WatchSettings
  /** not part of the key: a change of these needs no new connection. Default: `defaultSendSettings` */
  sending?: SendSettings
  report(level: 'info' | 'warn', text: string): void
}
