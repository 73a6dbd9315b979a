// The page that a collector fills until it is saved. A reset or a replay forgets it.
import { type Entry, encodePage, type Packet, roomForEntries, sizeOf } from './page.ts'

/** s after which a page takes no more, because an entry's offset has one byte and 255 means unused */
const longest = 255

export class PageInMemory {
  #entries: Entry[] = []
  #size = 0
  /** the first entry's device second, as it is stored */
  #t = 0
  /** the same moment in seconds since the reset, which do not wrap */
  #begun = 0

  get packets(): readonly Packet[] {
    return this.#entries
  }

  /** The device second of the first entry. */
  get t(): number {
    return this.#t
  }

  /** @param second seconds since the reset, without a wrap */
  takes(packet: Packet, second: number): boolean {
    if (this.#entries.length === 0) return true
    return this.#size + sizeOf(packet) <= roomForEntries && second - this.#begun < longest
  }

  /** @param t the second as the device's clock has it, which wraps */
  add(packet: Packet, second: number, t: number): void {
    if (this.#entries.length === 0) {
      this.#begun = second
      this.#t = t
    }
    this.#entries.push({ offset: second - this.#begun, header: packet.header, bytes: packet.bytes })
    this.#size += sizeOf(packet)
  }

  encode(seq: number): Uint8Array {
    return encodePage(this.#entries, seq, this.#t)
  }

  /** Empties it, and gives what was in it. */
  clear(): Packet[] {
    const packets = this.#entries.map(({ header, bytes }) => ({ header, bytes }))
    this.#entries = []
    this.#size = 0
    return packets
  }
}
