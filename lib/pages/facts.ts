// What the runtime knows at a moment, as the status is made of it. It comes as it is counted; nothing is worked out yet.
import type { LogState } from '../delivery/log-service.ts'
import type { StoreState } from '../history/model/store-state.ts'
import type { DeliveryCounts } from '../mqtt/session/delivery.ts'
import type { SessionState } from '../mqtt/session/session-options.ts'
import type { SourceState } from '../serial/supervisor.ts'
import type { EditorNodes, JournalStatus } from './status.ts'

export interface Facts {
  gateway: { name: string; version: string }
  /** An update that did not come up, and in whose place this version runs: what was noted of it, and the file with the note. */
  rollback: { path: string; says: string } | undefined
  journals: JournalFacts[]
  brokers: BrokerFacts[]
  ports: PortFacts[]
  /** devices that have fallen silent, the latest first */
  silent: SilentFacts[]
  /** the one that the pages show; undefined where the flows have none */
  store: StoreState | undefined
  nodes: EditorNodes
}

export interface JournalFacts {
  id: string
  name: string
  /** absolute */
  directory: string
  state: LogState
  /** the last check of its files; null: never */
  verified: JournalStatus['verified']
  /** the clean nodes behind it, added up; undefined where there is none */
  cleaning: CleaningCounts | undefined
  /** the label nodes behind it; undefined where there is none */
  labelling: LabellingCounts | undefined
}

/** Lines, by what the formats made of them. */
export interface CleaningCounts {
  /** ms since 1970: since when it is counted */
  since: number
  clean: number
  rejected: number
  unknown: number
  /** repeats and headers */
  suppressed: number
  /** lines of records of several lines */
  part: number
}

/** Events, by what the rules said. */
export interface LabellingCounts {
  since: number
  good: number
  bad: number
  /** until they can be judged */
  held: number
}

export interface BrokerFacts {
  id: string
  name: string
  address: string
  state: SessionState
  counts: DeliveryCounts
}

export interface PortFacts {
  id: string
  name: string
  address: string
  /** what is wrong with its settings; undefined where they are right */
  wrong: string | undefined
  state: SourceState
  /** no byte has come for a time */
  isSilent: boolean
  /** what is wrong without any error, in a few words */
  trouble: string | undefined
  /** lines given to the flow since the process began */
  lines: number
  /** ms since 1970; undefined: none yet */
  lastLine: number | undefined
}

export interface SilentFacts {
  device: string
  type: string
  /** ms since 1970; undefined: never */
  lastHeard: number | undefined
  /** seconds; undefined: not known */
  interval: number | undefined
}
