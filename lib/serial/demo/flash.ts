// The demo collector's dataflash: pages with 248 bytes of packets on a chip of 16 Mbit, and their replay. It behaves as the
// JeeLink's does, with its traps: a page is saved only when the next packet comes, and a replay begins behind a marker.
import { type Chip, pageSize } from './chip.ts'

export interface FlashEntry {
  /** seconds of the device */
  time: number
  header: number
  bytes: readonly number[]
}

/** A page that was saved, by what its marker says. */
export interface Marker {
  page: number
  seq: number
  /** device seconds of the first entry */
  time: number
}

/** The pages of the log: from the first to the one before the limit, erased in blocks. Those before keep the settings. */
export const logPages = { first: 512, limit: 7936, block: 256 } as const

/** Bytes for entries; behind them are seq, time and checksum. */
export const pageRoom = 248
const seqAt = 248
const timeAt = 250
const checksumAt = 254
/** as seq: the page was not written since its block was erased */
const unwritten = 0xffff

/** The bytes that an entry takes: offset, header and length come before its own. */
export function entrySize({ bytes }: Pick<FlashEntry, 'bytes'>): number {
  return 3 + bytes.length
}

export class DataFlash {
  readonly #chip: Chip

  constructor(chip: Chip) {
    this.#chip = chip
  }

  /** Writes a page; gives the first page of the block that had to be erased for those that follow. */
  save(marker: Marker, entries: readonly FlashEntry[]): number | undefined {
    const { page } = marker
    this.#chip.write(page, encodePage(marker, entries))
    if (page % logPages.block !== 0) return undefined
    const block = page + logPages.block < logPages.limit ? page + logPages.block : logPages.first
    this.#chip.erase(block, logPages.block)
    return block
  }

  /** All pages that are written, in page order, whatever their checksums. */
  markers(): Marker[] {
    const markers: Marker[] = []
    for (let page: number = logPages.first; page < logPages.limit; page++) {
      const marker = this.#marker(page)
      if (marker.seq !== unwritten) markers.push(marker)
    }
    return markers
  }

  /** The page behind which a replay begins, as the real one finds it; 0 where no page has this seq or a higher one. */
  find(seq: number, time: number): number {
    const candidates = this.markers().filter((marker) => marker.seq >= seq)
    const lowest = Math.min(...candidates.map((marker) => marker.seq))
    const group = candidates.filter((marker) => marker.seq === lowest)
    // where all pages of that seq are later than asked for, the first one is taken for the marker all the same
    return (group.findLast((marker) => marker.time <= time) ?? group[0])?.page ?? 0
  }

  /** The pages behind one up to and with the last; behind page 0 are all from the first page of the log. */
  *between(page: number, last: number): Generator<number> {
    for (let next = page; next !== last; ) {
      next = next === 0 ? logPages.first : pageAfter(next)
      yield next
    }
  }

  /** A page as a replay sends it; undefined where its checksum is wrong. */
  entries(page: number): { marker: Marker; entries: FlashEntry[] } | undefined {
    const bytes = this.#chip.read(page)
    if (crc16(bytes) !== 0) return undefined
    const marker = this.#marker(page)
    const entries: FlashEntry[] = []
    for (let at = 0; at < pageRoom && bytes[at] !== 0xff; ) {
      const [offset = 0, header = 0, length = 0] = bytes.subarray(at, at + 3)
      entries.push({
        time: marker.time + offset,
        header,
        bytes: [...bytes.subarray(at + 3, at + 3 + length)],
      })
      at += 3 + length
    }
    return { marker, entries }
  }

  /** The checksum over the whole page with its own: 0 where it is right. */
  checksum(page: number): number {
    return crc16(this.#chip.read(page))
  }

  /** The checksum as it stands in the page. */
  storedChecksum(page: number): number {
    return viewOf(this.#chip.read(page)).getUint16(checksumAt, true)
  }

  #marker(page: number): Marker {
    const view = viewOf(this.#chip.read(page))
    return { page, seq: view.getUint16(seqAt, true), time: view.getInt32(timeAt, true) }
  }
}

/** After the last page of the log comes the first. */
export function pageAfter(page: number): number {
  return page + 1 < logPages.limit ? page + 1 : logPages.first
}

/** A page as the chip holds it, all numbers little-endian. */
function encodePage({ seq, time: began }: Marker, entries: readonly FlashEntry[]): Uint8Array {
  const bytes = new Uint8Array(pageSize).fill(0xff)
  const from = entries[0]?.time ?? 0
  let at = 0
  for (const { time, header, bytes: packet } of entries) {
    bytes.set([time - from, header, packet.length, ...packet], at)
    at += 3 + packet.length
  }
  const view = viewOf(bytes)
  view.setUint16(seqAt, seq, true)
  view.setInt32(timeAt, began, true)
  view.setUint16(checksumAt, crc16(bytes.subarray(0, checksumAt)), true)
  return bytes
}

/** CRC-16, polynomial 0xA001, start 0xFFFF; over a page with its own checksum it is 0. */
function crc16(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1
  }
  return crc
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
