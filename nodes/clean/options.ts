import type { Match } from '../../lib/formats/compile.ts'

/** The properties of a `fieldlog-clean` node. */
export interface CleanOptions {
  /** shown under the node; default empty */
  name: string
  /** ids of the `fieldlog-format` nodes to try, in order; default none: all formats of the flows, in theirs */
  formats: string[]
  /** which of several formats that take a line decodes it; default `first` */
  match: Match
}

export const cleanDefaults: CleanOptions = { name: '', formats: [], match: 'first' }
