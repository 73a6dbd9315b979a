/** Part of a store that is made again: what has a time in it (ms since 1970, both ends included), of one type or of all. */
export interface Part {
  from: number
  to: number
  type?: string | undefined
  /** seqs that are to be sent again, both ends included, in order */
  ranges: Array<{ from: number; to: number }>
}
