// The collector's list of its pages, from which a marker is chosen where the journal has none that can be asked for.
import { everything, isBehind, isSamePage, type Marker } from './jeelink-line.ts'

/** What a page is taken to be long (ms) where nobody knows: it is closed when its first packet is older. */
const usualLength = 255_000
/** No chip of a collector has more pages. */
const mostPages = 8_192

/** What to ask for. */
export interface Choice {
  /** the page to ask behind */
  ask: Marker
  /** Of what comes, the pages behind this one are wanted: it may be a later one than `ask`. */
  after: Marker
}

export class PageList {
  readonly #pages: Marker[] = []

  add({ page, seq, time }: Marker): void {
    if (this.#pages.length < mostPages) this.#pages.push({ page, seq, time })
  }

  get length(): number {
    return this.#pages.length
  }

  has(page: Pick<Marker, 'page' | 'seq'>): boolean {
    return this.#pages.some((one) => isSamePage(one, page))
  }

  hasNumber(number: number): boolean {
    return this.#pages.some(({ page }) => page === number)
  }

  /**
   * The page to start behind, so that all comes that was saved behind a page and is younger than `longest` ms. That page may
   * have been overwritten.
   *
   * @param timeOf a page's first moment, ms since 1970, where it is known
   */
  choose(after: Marker, now: number, longest: number, timeOf: (page: Marker) => number | undefined): Choice {
    const inOrder = [...this.#pages].sort((a, b) => a.seq - b.seq || a.page - b.page)
    let first = inOrder.length
    for (let age = 0; first > 0; first--) {
      const page = inOrder[first - 1]!
      const time = timeOf(page)
      age = time === undefined ? age + lengthOf(page, inOrder[first]) : now - time
      if (age > longest || (after.seq !== everything.seq && !isBehind(page, after))) break
    }
    const wanted = inOrder[first - 1] ?? everything
    while (first > 0 && this.#foundBy(inOrder[first - 1]!) !== inOrder[first - 1]) first--
    if (first > 0) return { ask: inOrder[first - 1]!, after: wanted }
    // a request for all leaves out what stands behind the newest page: older pages, where the log has begun anew
    const lowest = Math.min(...inOrder.map(({ page }) => page))
    const ask = inOrder.length === 0 || inOrder[0]!.page === lowest ? everything : inOrder[0]!
    return { ask, after: wanted.seq === everything.seq ? ask : wanted }
  }

  /**
   * The page that the collector takes for the one with this seq and time. It is another one where the collector's counter
   * of seconds began anew among the pages of one seq.
   */
  #foundBy({ seq, time }: Marker): Marker | undefined {
    return this.#pages.findLast((page) => page.seq === seq && page.time <= time)
  }
}

/** How long a page was filled, ms: the next one tells where it counts by the same clock. */
function lengthOf(page: Marker, next: Marker | undefined): number {
  const isSameClock = next?.seq === page.seq && next.time >= page.time
  return isSameClock ? (next.time - page.time) * 1000 : usualLength
}
