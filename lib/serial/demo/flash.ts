// The demo collector's dataflash: pages of 248 bytes that packets are saved to, and their replay. It behaves as
// the JeeLink's does, with its traps: the last page is not there before it is full or 255 s old, a replay
// overwrites it, and raises the seq.

export interface FlashEntry {
  /** device seconds */
  time: number
  header: number
  bytes: readonly number[]
}

export interface FlashPage {
  page: number
  seq: number
  /** device seconds of the first entry */
  time: number
  entries: FlashEntry[]
}

const pageBytes = 248
const longestOffset = 255
const firstPage = 512

export class DataFlash {
  readonly #capacity: number
  /** oldest first */
  readonly #pages: FlashPage[] = []
  #lastPage: number
  #seq: number
  #filling: FlashEntry[] = []
  #filled = 0

  /** @param capacity pages kept; older ones are overwritten */
  constructor(capacity: number, firstSeq: number) {
    this.#capacity = capacity
    this.#lastPage = firstPage + capacity - 1
    this.#seq = firstSeq
  }

  get lastPage(): number {
    return this.#lastPage
  }

  get seq(): number {
    return this.#seq
  }

  /** Saved pages, oldest first. */
  get pages(): readonly FlashPage[] {
    return this.#pages
  }

  /** Takes one packet; gives the page that was saved to make room for it. */
  append(entry: FlashEntry): FlashPage | undefined {
    const size = 3 + entry.bytes.length
    const first = this.#filling[0]
    const full = first && (entry.time - first.time >= longestOffset || this.#filled + size > pageBytes)
    const saved = full ? this.#save(first) : undefined
    this.#filling.push(entry)
    this.#filled += size
    return saved
  }

  /** A reset: what was not saved is lost, and the seq goes up. */
  reset(): void {
    this.#seq++
    this.#forget()
  }

  /** The pages that a replay from this marker sends, and the page it starts after. */
  after(seq: number, time: number): { from: number; pages: FlashPage[] } {
    const lowest = Math.min(...this.#pages.map((page) => page.seq).filter((candidate) => candidate >= seq))
    const group = this.#pages.filter((page) => page.seq === lowest)
    // the real one takes the first page of the next seq for the marker where it has not got that very seq
    const marker = group.findLast((page) => page.time <= time) ?? group[0]
    return { from: marker?.page ?? 0, pages: this.#pages.slice(marker ? this.#pages.indexOf(marker) + 1 : 0) }
  }

  /** A replay has used the memory of the page being filled; the next one starts at a new seq. */
  endReplay(): void {
    this.reset()
  }

  #save(first: FlashEntry): FlashPage {
    this.#lastPage++
    if (this.#lastPage >= firstPage + this.#capacity) {
      this.#lastPage = firstPage
      if (this.#pages.length > 0) this.#seq++
    }
    const page = { page: this.#lastPage, seq: this.#seq, time: first.time, entries: this.#filling }
    this.#pages.push(page)
    if (this.#pages.length > this.#capacity) this.#pages.shift()
    this.#forget()
    return page
  }

  #forget(): void {
    this.#filling = []
    this.#filled = 0
  }
}

/** The page's checksum as its last two bytes hold it: CRC-16 (polynomial 0xA001, start 0xFFFF). */
export function pageChecksum(page: FlashPage): number {
  const bytes = new Uint8Array(pageBytes + 6).fill(0xff, 0, pageBytes)
  let at = 0
  for (const entry of page.entries) {
    for (const byte of [entry.time - page.time, entry.header, entry.bytes.length, ...entry.bytes])
      bytes[at++] = byte
  }
  const view = new DataView(bytes.buffer)
  view.setUint16(pageBytes, page.seq, true)
  view.setUint32(pageBytes + 2, page.time, true)
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1
  }
  return crc
}
