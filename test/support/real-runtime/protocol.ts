// What real-runtime.ts and its child process say to each other.
import type { LogState } from '../../../lib/delivery/log-service.ts'
import type { ReplayRequest, ReplayResult } from '../../../lib/delivery/send/replay.ts'

export interface RuntimeConfig {
  /** Node-RED's name in node_modules: `node-red` or `node-red-4` */
  nodeRed: string
  /** user directory */
  folder: string
  /** node files that are not loaded */
  exclude: string[]
}

export type Question = { number: number } & (
  | { kind: 'pause'; paused: boolean }
  | { kind: 'state'; journal: string }
  /** without a request: what is noted as incomplete */
  | { kind: 'replay'; journal: string; request: ReplayRequest | undefined }
  | { kind: 'stop' }
)

export type Answer =
  | { kind: 'running'; port: number; version: string }
  | { kind: 'done'; number: number }
  | { kind: 'state'; number: number; state: LogState | undefined }
  | { kind: 'replayed'; number: number; result: ReplayResult }
  | { kind: 'failed'; number: number; reason: string }
