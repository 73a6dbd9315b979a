/** The properties of a `fieldlog-clean` node. */
export interface CleanOptions {
  /** shown under the node; default empty */
  name: string
  /** ids of the `fieldlog-format` nodes to try, in order; default none: all formats of the flows, in theirs */
  formats: string[]
}

export const cleanDefaults: CleanOptions = { name: '', formats: [] }
