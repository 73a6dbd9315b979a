// Where bytes come from: one interface for a device, TCP, telnet, the demo collector and stored lines.

export interface LinkEvents {
  /**
   * Bytes as they came, with the time they were read (ms since 1970, UTC). The buffer is used again for the
   * next ones: copy what must be kept.
   */
  data(chunk: Buffer, received: number): void
  /** The connection ended, and not by `close`. Called once at most; nothing follows it. */
  closed(reason: SourceError): void
  /** A sentence for the log, about what the connection itself has seen. */
  report?(level: 'info' | 'warn', text: string): void
}

/** One connection, open from the start until `close` resolves or `closed` is called. */
export interface Link {
  /** Resolves when the system has taken the bytes. */
  write(data: Buffer): Promise<void>
  /** No `data` until `resume`, but for what is already on its way. */
  pause(): void
  resume(): void
  /** Restarts the device (DTR low for 100 ms). Absent where the connection has no such line. */
  reset?(): Promise<void>
  /** Ends the connection in less than a second. All that had been read goes to `data` before it resolves. */
  close(): Promise<void>
}

export interface LineSource {
  /** as the log names it: [A-Za-z0-9._:@-]+ */
  readonly name: string
  /** as a message names it */
  readonly text: string
  /** back-pressure reaches the sender, so nothing is lost by a pause (TCP, flow control by wire or XON/XOFF) */
  readonly holdsBack: boolean
  /**
   * What is not read in time is lost, in the middle of lines: a serial port without flow control. It is read on where
   * another source would be paused. Default: what is not read waits
   */
  readonly losesUnread?: boolean
  /**
   * ms without bytes after a connection, behind which the first byte is the beginning of a line and not the middle of one that
   * was being sent. 0: it always is
   */
  readonly settlesAfter: number
  /** bits a second, where it is set from here */
  readonly baudRate?: number
  /** how its line is set from here, in a few words: `57600 8N1`. Absent where nothing is set */
  readonly speed?: string
  /**
   * what is opened: a device's path, whatever name it was found by, or a server's address. Two sources with the same one should not be
   * open at a time. Absent where nothing is shared
   */
  place?(): Promise<string>
  /** Resolves with the open connection, rejects with a SourceError. `signal` gives up trying. */
  connect(events: LinkEvents, signal: AbortSignal): Promise<Link>
}

/** Where a source keeps files of its own, and where relative paths begin. */
export interface SourceHome {
  directory: string
  /** tells the sources of one directory apart; stays the same over restarts */
  id: string
  /** says in the log what is wrong with a file, once */
  warn(text: string): void
}

/** Why a source cannot be opened or has gone, in a few words, which are a status's and its code. */
export const reasons = [
  'does not exist',
  'no device',
  'no permission',
  'in use',
  'not a serial port',
  'has gone',
  'refused',
  'unknown host',
  'no name service',
  'unreachable',
  'no answer',
  'reset',
  'closed',
  'error',
  'not plugged in',
  'ambiguous',
  'no list',
  'no RFC 2217',
  'settings refused',
  'no DTR',
  'not connected',
  'cannot be reset',
  'no such file',
  'cannot be read',
  'not a log',
  'no input',
] as const

export type Reason = (typeof reasons)[number]

/** Why a source cannot be opened or has gone. */
export class SourceError extends Error {
  /** for a node's status */
  readonly short: Reason

  /** @param message what happened, where, and what to do; without a full stop */
  constructor(message: string, short: Reason, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SourceError'
    this.short = short
  }
}
