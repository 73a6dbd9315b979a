// Lets clusters keep their numbers from run to run.
import { nearest, type Points } from './points.ts'

/** What a new cluster is called, and which cluster of the run before it continues. */
export interface Numbered {
  label: number
  /** null where it continues none */
  previous: number | null
}

/**
 * A new centre takes the number of an earlier one where each is the other's nearest. All others get the lowest numbers
 * that were not in use before, in the order of the centres.
 * @param earlier the centres of the run before, with the same width
 * @param labels their numbers
 */
export function numbered(centres: Points, earlier: Points, labels: readonly number[]): Numbered[] {
  const used = new Set(labels)
  let next = 0
  return Array.from({ length: centres.count }, (_, c) => {
    const match = nearest(centres, c, earlier)
    if (match >= 0 && nearest(earlier, match, centres) === c) {
      return { label: labels[match]!, previous: labels[match]! }
    }
    while (used.has(next)) next++
    used.add(next)
    return { label: next, previous: null }
  })
}
