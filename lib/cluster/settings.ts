// How events are clustered. Runs in the browser, too.
import type { Method } from './find/run.ts'
import type { Scaling } from './find/scaling.ts'

/** Points that are kept where all are wanted: with 16 fields 12.8 MB, and as much again during a run. */
export const mostPoints = 100_000

export interface ClusterSettings {
  fields: string[]
  /** only events of this type; '' for all */
  eventType: string
  method: Method
  scaling: Scaling
  bandwidth: number | undefined
  k: number | undefined
  /** points that are kept, the last ones */
  last: number
  /** a run at each so many points; 0: not by their number */
  every: number
  /** a run at each so many minutes in which there was a new point; 0: not by time */
  minutes: number
}
