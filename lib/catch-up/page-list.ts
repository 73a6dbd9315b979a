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
   * The page to start behind, so that all that is younger than `longest` comes, or everything that there is.
   *
   * @param timeOf a page's first moment, ms since 1970, where it is known
   */
  choose(now: number, longest: number, timeOf: (page: Marker) => number | undefined): Marker {
    const inOrder = [...this.#pages].sort((a, b) => a.seq - b.seq || a.page - b.page)
    const most = Math.ceil(longest / longestPage)
    let first = inOrder.length - 1
    while (first >= 0 && inOrder.length - first <= most) {
      const time = timeOf(inOrder[first]!)
      if (time !== undefined && time < now - longest) break
      first--
    }
    if (first >= 0) return inOrder[first]!
    const lowest = Math.min(...inOrder.map(({ page }) => page))
    // a request for all leaves out what stands behind the newest page: older pages, where the log has begun anew
    return inOrder.length === 0 || inOrder[0]!.page === lowest ? everything : inOrder[0]!
  }
}
