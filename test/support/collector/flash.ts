// The flash chip of a collector. It outlives resets: give the same chip to the next model.
import { type Geometry, pageAfter } from './geometry.ts'
import { crc16, entriesOf, type Packet, pageSize, seqOf, storedCrcOf, timeOf, unwritten } from './page.ts'

export interface Marker {
  readonly page: number
  readonly seq: number
  /** device second of the page's first entry */
  readonly t: number
}

export interface StoredPage extends Marker {
  /** false: its crc is wrong, so no replay gives its packets */
  readonly good: boolean
  /** each with the device second that a replay gives it */
  readonly packets: readonly (Packet & { readonly t: number })[]
}

export class Flash {
  readonly geometry: Geometry
  /** only pages that were written; all others are 0xFF throughout */
  readonly #pages = new Map<number, Uint8Array>()

  constructor(geometry: Geometry) {
    this.geometry = geometry
  }

  read(page: number): Uint8Array {
    return this.#pages.get(page) ?? new Uint8Array(pageSize).fill(0xff)
  }

  write(page: number, bytes: Uint8Array): void {
    const { first, limit } = this.geometry
    if (page < first || page >= limit) throw new RangeError(`page ${page} is not one of the log's`)
    if (this.#pages.has(page)) throw new Error(`page ${page} is written without having been erased`)
    this.#pages.set(page, bytes)
  }

  /** Erases the block that begins at a page, and gives the packets that were in it. */
  erase(page: number): Packet[] {
    const block = Array.from({ length: this.geometry.block }, (_, place) => page + place)
    const packets = block.flatMap((each) => entriesOf(this.read(each)))
    for (const each of block) this.#pages.delete(each)
    return packets
  }

  /** Flips bits of one byte, as wear does; the page stays written. */
  corrupt(page: number, at = 0, bits = 1): void {
    const bytes = this.#pages.get(page)
    if (!bytes) throw new Error(`page ${page} was never written`)
    bytes[at]! ^= bits
  }

  /** The markers of all written pages in page order, read as they stand: nothing looks at the crc here. */
  markers(): Marker[] {
    return [...this.#pages]
      .map(([page, bytes]) => ({ page, seq: seqOf(bytes), t: timeOf(bytes) }))
      .filter(({ seq }) => seq !== unwritten)
      .sort((a, b) => a.page - b.page)
  }

  /** The newest page: of those with the highest seq the last in page order. */
  newest(): Marker | undefined {
    const markers = this.markers()
    const highest = Math.max(...markers.map(({ seq }) => seq))
    return markers.findLast(({ seq }) => seq === highest)
  }

  /** The page after which a replay begins; 0 where no page has the seq asked for, or a higher one. */
  findMarker(seq: number, t: number): number {
    const candidates = this.markers().filter((marker) => marker.seq >= seq)
    const lowest = Math.min(...candidates.map((marker) => marker.seq))
    const pages = candidates.filter((marker) => marker.seq === lowest)
    return (pages.findLast((marker) => marker.t <= t) ?? pages[0])?.page ?? 0
  }

  /** The pages that a replay gives after that page, up to and with the last. */
  pagesAfter(page: number, last: number): number[] {
    const pages: number[] = []
    let next = page === 0 ? this.geometry.first : pageAfter(this.geometry, page)
    if (page === last) return pages
    while (next !== last) {
      pages.push(next)
      next = pageAfter(this.geometry, next)
    }
    return [...pages, last]
  }

  /** All written pages, the oldest first. */
  stored(): StoredPage[] {
    const newest = this.newest()?.page ?? 0
    const inPageOrder = this.markers().map((marker) => this.#stored(marker))
    return [
      ...inPageOrder.filter(({ page }) => page > newest),
      ...inPageOrder.filter(({ page }) => page <= newest),
    ]
  }

  storedCrc(page: number): number {
    return storedCrcOf(this.read(page))
  }

  #stored(marker: Marker): StoredPage {
    const bytes = this.read(marker.page)
    const packets = entriesOf(bytes).map((entry) => ({
      t: marker.t + entry.offset,
      header: entry.header,
      bytes: entry.bytes,
    }))
    return { ...marker, good: crc16(bytes) === 0, packets }
  }
}
