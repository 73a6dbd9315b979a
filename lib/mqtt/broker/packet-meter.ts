// Follows the MQTT packets in a stream of bytes: how long each one says it is, and how much of the last one has come.
// The broker's parser would collect a packet of any length (256 MB) in memory before it looks at it.

export class PacketMeter {
  readonly #longest: number
  #inLength = false
  #length = 0
  #shift = 0
  /** bytes of the packet's body that are still to come */
  #left = 0
  #unfinished = 0

  /** @param longest bytes after the fixed header */
  constructor(longest: number) {
    this.#longest = longest
  }

  /** Bytes that have come of a packet that is not whole yet. */
  get unfinished(): number {
    return this.#unfinished
  }

  /** Bytes that the packet still lacks, as far as it has said how long it is. */
  get missing(): number {
    return this.#left
  }

  /** How many packets end in the next bytes of the stream; undefined: one is longer than allowed. */
  read(chunk: Uint8Array): number | undefined {
    let packets = 0
    let at = 0
    while (at < chunk.length) {
      if (this.#left > 0) {
        const part = Math.min(this.#left, chunk.length - at)
        this.#left -= part
        this.#unfinished += part
        at += part
      } else if (!this.#readHeader(chunk[at++]!)) return undefined
      if (this.#left > 0 || this.#inLength) continue
      this.#unfinished = 0
      packets++
    }
    return packets
  }

  /** One byte of the fixed header: a type, then a length in up to four bytes of seven bits. False: too long. */
  #readHeader(byte: number): boolean {
    this.#unfinished++
    if (!this.#inLength) {
      this.#inLength = true
      this.#length = 0
      this.#shift = 0
      return true
    }
    this.#length += (byte & 0x7f) * 2 ** this.#shift
    this.#shift += 7
    this.#inLength = byte > 0x7f
    if (!this.#inLength) this.#left = this.#length
    return this.#length <= this.#longest && this.#shift <= (this.#inLength ? 21 : 28)
  }
}
