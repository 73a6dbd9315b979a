// How the gateway is, as the pages and programs are told: the answer of `GET status` (docs/history.md, "The interface").
import type { StoreCondition } from '../history/model/store-state.ts'

export interface Status {
  /** ms since 1970, as all times here */
  now: number
  gateway: { name: string; version: string; started: number }
  accounts: Account[]
  brokers: BrokerStatus[]
  ports: PortStatus[]
  disk: DiskStatus
  journal: JournalStatus[]
  store: StoreStatus
  machine: MachineStatus
  alarms: Alarm[]
  nodes: EditorNodes
}

/** Ids of nodes in the editor, for links to them. */
export interface EditorNodes {
  devices: string | null
  store: string | null
  /** the format node of each type */
  formats: Record<string, string>
}

/** What became of the events of a journal. */
export interface Account {
  /** id of the journal's node */
  journal: string
  name: string
  boxes: Box[]
  /** everything is where one of the boxes says */
  balanced: boolean
  /** events that were lost, or that no box has */
  missing: number
  /** the same in a sentence, with what to do where something is missing */
  says: string
}

export interface Box {
  name: string
  count: number
  of: 'lines' | 'events'
  /** it counts since then; null: since the journal began */
  since: number | null
  /** it stands beside the box before it, not behind it: cleaned, rejected and unknown together are what was logged */
  beside: boolean
}

export interface BrokerStatus {
  /** of the mqtt-broker's node */
  id: string
  name: string
  /** scheme, host and port, without a login */
  address: string
  connected: boolean
  /** it is connected, or away, since then; null where that was before the status was looked at */
  since: number | null
  /** messages without the broker's answer */
  waiting: number
  /** messages that it does not take, which are kept */
  refused: number
  problem: string | null
}

export interface PortStatus {
  /** of the port's node */
  id: string
  name: string
  address: string
  /** `away`: it cannot be opened, and is tried again */
  state: 'open' | 'opening' | 'silent' | 'wrong' | 'away' | 'closed'
  lastLine: number | null
  perMinute: number
  problem: string | null
}

export interface DiskStatus {
  free: number
  total: number
  /** bytes that are filled in a day; null where that is not known yet */
  perDay: number | null
  daysLeft: number | null
}

export interface JournalStatus {
  id: string
  name: string
  /** time of the oldest entry */
  first: number | null
  lastSeq: number
  /** of all its files */
  bytes: number
  /** The last check of all its files, begun in the background; null: never. `says` where it is not whole, and else what was read. */
  verified: { at: number; ok: boolean; says: string } | null
}

export interface StoreStatus {
  state: 'none' | StoreCondition
  says: string
  upTo: number
  last: number
  /** events a second */
  rate: number | null
  /** seconds */
  left: number | null
  oldVerdicts: number
  bytes: number
}

export interface MachineStatus {
  /** °C, of the processor; null where nothing measures it */
  temperature: number | null
  /** of the process, bytes */
  rss: number
  /** of the last minute, as the system counts it */
  load: number
}

/** Something that a user should look at. */
export interface Alarm {
  /** the same for as long as it lasts */
  id: string
  level: 'warning' | 'error'
  since: number | null
  /** what is wrong, and what to do */
  says: string
  /** the page where more is said of it */
  link: string | null
}
