// What the interface answers (docs/history.md, "The interface"), in the words of the pages. It is declared where it is made, and only its types
// are taken from there. All texts in it come from devices and users: they are shown as text only.
import type { LatestField, LatestSeries } from '../../lib/history/query/read/answers.ts'

export type {
  BadPoint as BadReading,
  FieldAnswer as Field,
  FieldKind,
  RejectAnswer as Reject,
  SeriesAnswer as Series,
  SpansAnswer as SpanRow,
  StatisticsAnswer as Statistics,
  ValuesAnswer as Values,
  VerdictName as Verdict,
} from '../../lib/history/query/read/answers.ts'
export type { ClustersAnswer as ClusterRun } from '../../lib/pages/clusters.ts'
export type { Waiting } from '../../lib/pages/live-feed.ts'
export type {
  Account,
  Alarm,
  Box,
  BrokerStatus as BrokerState,
  DiskStatus as DiskState,
  EditorNodes,
  JournalStatus as JournalState,
  PortStatus as PortState,
  Status,
  StoreStatus as StoreState,
} from '../../lib/pages/status.ts'

export type Value = LatestField['value']

/** Live updates have no spark. */
export type FieldReading = Omit<LatestField, 'spark'> & Partial<Pick<LatestField, 'spark'>>

/** The newest reading of a series. */
export type Reading = Omit<LatestSeries, 'fields'> & { fields: FieldReading[] }

export interface Latest {
  now: number
  series: Reading[]
}
