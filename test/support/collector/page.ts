// One page of the log: 248 bytes of entries, u16 seq, i32 t, u16 crc, little-endian; unused bytes are 0xFF.

export const pageSize = 256
export const roomForEntries = 248
/** as seq: the page was never written since its block was erased */
export const unwritten = 0xffff

const [seqAt, timeAt, crcAt] = [248, 250, 254]
const endOfEntries = 0xff

export interface Packet {
  readonly header: number
  readonly bytes: readonly number[]
}

export interface Entry extends Packet {
  /** s after the page's t, 0…254 */
  readonly offset: number
}

/** The place that an entry takes: offset, header and length, then the packet's bytes. */
export const sizeOf = ({ bytes }: Packet) => 3 + bytes.length

export function encodePage(entries: readonly Entry[], seq: number, t: number): Uint8Array {
  const page = new Uint8Array(pageSize).fill(0xff)
  page.set(entries.flatMap(({ offset, header, bytes }) => [offset, header, bytes.length, ...bytes]))
  const view = viewOf(page)
  view.setUint16(seqAt, seq, true)
  view.setInt32(timeAt, t, true)
  view.setUint16(crcAt, crc16(page.subarray(0, crcAt)), true)
  return page
}

export const seqOf = (page: Uint8Array) => viewOf(page).getUint16(seqAt, true)
export const timeOf = (page: Uint8Array) => viewOf(page).getInt32(timeAt, true)
export const storedCrcOf = (page: Uint8Array) => viewOf(page).getUint16(crcAt, true)

export function entriesOf(page: Uint8Array): Entry[] {
  const entries: Entry[] = []
  for (let at = 0; at < roomForEntries && page[at] !== endOfEntries; ) {
    const [offset, header, length] = page.subarray(at, at + 3) as unknown as [number, number, number]
    const bytes = [...page.subarray(at + 3, Math.min(at + 3 + length, roomForEntries))]
    entries.push({ offset, header, bytes })
    at += 3 + length
  }
  return entries
}

/** What each byte does to the CRC. */
const crcTable = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1
  return crc
})

/** CRC-16, reflected, polynomial 0xA001, start 0xFFFF. Over a whole undamaged page it is 0. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes) crc = (crc >>> 8) ^ crcTable[(crc ^ byte) & 0xff]!
  return crc
}

function viewOf(page: Uint8Array): DataView {
  return new DataView(page.buffer, page.byteOffset, page.byteLength)
}
