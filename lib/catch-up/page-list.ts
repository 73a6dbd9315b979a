// The collector's list of its pages, from which a marker is chosen where the journal has none that can be asked for.
import { everything, type Marker } from './jeelink-line.ts'

/** A page holds at most so many ms: it is closed when its first packet is older. */
const longestPage = 255_000

export class PageList {
  readonly #pages: Marker[] = []

  add({ page, seq, time }: Marker): void {
    this.#pages.push({ page, seq, time })
  }

  get length(): number {
    return this.#pages.length
  }

  /**
   * The page to start behind, so that all comes that was saved behind a page and is younger than `longest`. That page may
   * have been overwritten.
   *
   * @param timeOf a page's first moment, ms since 1970, where it is known
   */
  choose(after: Marker, now: number, longest: number, timeOf: (page: Marker) => number | undefined): Marker {
    const inOrder = [...this.#pages].sort((a, b) => a.seq - b.seq || a.page - b.page)
    const isWanted = (page: Marker) => {
      if (after.seq !== everything.seq && !isBehind(page, after)) return false
      const time = timeOf(page)
      return time === undefined || time >= now - longest
    }
    const most = Math.ceil(longest / longestPage)
    let first = inOrder.length
    while (first > 0 && inOrder.length - first < most && isWanted(inOrder[first - 1]!)) first--
    if (first > 0) return inOrder[first - 1]!
    // a request for all leaves out what stands behind the newest page: older pages, where the log has begun anew
    const lowest = Math.min(...inOrder.map(({ page }) => page))
    return inOrder.length === 0 || inOrder[0]!.page === lowest ? everything : inOrder[0]!
  }
}

function isBehind(page: Marker, other: Marker): boolean {
  return page.seq > other.seq || (page.seq === other.seq && page.page > other.page)
}
