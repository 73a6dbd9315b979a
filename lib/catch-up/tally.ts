// What one catch-up has brought so far, over all of its attempts.
import type { CatchUpResult } from './notice.ts'
import type { Bounds, ReplayedPage } from './replay.ts'

/** Numbers of damaged pages in a notice: it must fit into a line that people read. */
const mostNamed = 100

export class Tally {
  readonly #corrupt = new Set<number>()
  #bounds: Bounds | undefined
  #isEstimated = false
  #from: number | undefined
  #to: number | undefined
  pages = 0
  packets = 0
  logged = 0

  page({ packets, duplicates, isEstimated }: Omit<ReplayedPage<unknown>, 'line' | 'marker'>): void {
    this.pages++
    this.packets += packets.length + duplicates
    this.logged += packets.length
    if (isEstimated) this.#isEstimated = true
    const [first, last] = [packets[0]?.time, packets.at(-1)?.time]
    if (first !== undefined) this.#from = Math.min(this.#from ?? first, first)
    this.#to = last ?? this.#to
  }

  /** Page numbers have 16 bits, so there are not more than so many. */
  corrupt(page: number): void {
    this.#corrupt.add(page & 0xffff)
  }

  estimated(bounds: Bounds): void {
    this.#bounds = bounds
  }

  result(seconds: number, complete: boolean): CatchUpResult {
    return {
      pages: this.pages,
      packets: this.packets,
      logged: this.logged,
      duplicates: this.packets - this.logged,
      corrupt: [...this.#corrupt].slice(0, mostNamed),
      corruptPages: this.#corrupt.size,
      from: this.#from,
      to: this.#to,
      seconds,
      complete,
      ...(this.#isEstimated && { clock: 'estimated' }),
      ...this.#bounds,
    }
  }
}
