// The chips that a collector may have: which of their pages hold the log, and how many are erased at a time.

export interface Geometry {
  /** the first page of the log */
  readonly first: number
  /** the page after the last one of the log */
  readonly limit: number
  /** pages that are erased together */
  readonly block: number
}

export const geometries = {
  mbit4: { first: 32, limit: 1792, block: 16 },
  mbit8: { first: 32, limit: 3840, block: 16 },
  /** a JeeLink v3 */
  mbit16: { first: 512, limit: 7936, block: 256 },
} as const satisfies Record<string, Geometry>

/** The page that many pages on; after the last one of the log comes the first. */
export function pageAfter({ first, limit }: Geometry, page: number, steps = 1): number {
  return page + steps < limit ? page + steps : first
}
