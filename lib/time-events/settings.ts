import type { UdpAddress } from './transport/udp.ts'

/** How a server of time events is set. A transport that is absent is off. */
export interface ServerSettings {
  queue?: { name: string; mode: number }
  socket?: { name: string; mode: number }
  udp?: UdpAddress
  /** events a second of each transport that go on; 0: all */
  limit: number
  /** categories that are known by name */
  known: ReadonlySet<string>
}

/** The levels of Node-RED's log at which time events may be written to it. */
export const logLevels = ['off', 'info', 'warn', 'debug', 'trace'] as const
export type LogLevel = (typeof logLevels)[number]
