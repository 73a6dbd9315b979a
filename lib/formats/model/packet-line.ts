// JeeLink's lines for a packet: `OK <hdr> <byte> …` in decimal, `OKX <hex>`, both with an optional
// ` G<group>` and an optional RSSI, ` (-66)`. This is the serial protocol of the RF12demo sketch.

const space = 32
const zero = 48
const maxBytes = 256

/** One line, taken apart. The object is used again for the next line: nothing may keep it. */
export class PacketLine {
  /** 0…31, the header's low five bits; -1 where the line is not a packet's, or its header cannot be read */
  node = -1
  /** 0…255: the node, 0x20 acknowledgement wanted, 0x40 destination, 0x80 control */
  header = -1
  /** network group, where the line tells it */
  group: number | undefined
  /** dBm, where the line tells it */
  rssi: number | undefined
  /** the bytes after the header; only the first `length` count */
  readonly bytes = new Uint8Array(maxBytes)
  readonly view = new DataView(this.bytes.buffer)
  length = 0
  /** the bytes that fields are read from: all, or one part of a packet that has several */
  start = 0
  end = 0
  /** 0 the first part */
  part = 0
  /** bytes at the beginning of a part that say its size */
  head = 0
  /** what cannot be read after the header: found and expected */
  fault: string | undefined

  #text = ''
  #at = 0

  /** Reads a line. `node` says whether it is a packet's at all; `fault`, whether it could be read to its end. */
  parse(text: string): void {
    this.node = -1
    this.header = -1
    if (text.charCodeAt(0) !== 79 || text.charCodeAt(1) !== 75) return
    this.group = undefined
    this.rssi = undefined
    this.length = 0
    this.fault = undefined
    this.#text = text
    this.#at = 2
    if (text.charCodeAt(2) === space) this.#parseDecimal()
    else if (text.charCodeAt(2) === 88) this.#parseHex()
    this.#text = ''
  }

  #parseDecimal(): void {
    this.#skipSpaces()
    this.#parseGroup(10)
    const header = this.#decimal()
    if (header < 0) return
    this.#setHeader(header)
    this.#parseGroup(10)
    while (!this.#parseEnd()) {
      const byte = this.#decimal()
      if (byte < 0) this.#fail('0…255')
      if (byte < 0 || !this.#push(byte)) return
    }
  }

  #parseHex(): void {
    this.#at = 3
    this.#skipSpaces()
    this.#parseGroup(16)
    const header = this.#hex()
    if (header < 0) return
    this.#setHeader(header)
    this.#parseGroup(16)
    while (!this.#parseEnd()) {
      const byte = this.#hex()
      if (byte < 0) this.#fail('two hex digits')
      if (byte < 0 || !this.#push(byte)) return
    }
  }

  #setHeader(header: number): void {
    this.header = header
    this.node = header & 31
  }

  #push(byte: number): boolean {
    if (this.length === maxBytes) {
      this.fault = `found more than ${maxBytes} bytes`
      return false
    }
    this.bytes[this.length++] = byte
    return true
  }

  #fail(expected: string): void {
    const token = this.#text.slice(this.#at, this.#at + 20).split(' ', 1)[0]
    this.fault = `found ${JSON.stringify(token)} as byte ${this.length}, expected ${expected}`
  }

  #skipSpaces(): void {
    while (this.#text.charCodeAt(this.#at) === space) this.#at++
  }

  /** A number 0…255 up to a space or the end, and the spaces after it; -1 where there is none. */
  #decimal(): number {
    const text = this.#text
    let at = this.#at
    let value = 0
    let code = text.charCodeAt(at)
    const end = at + 3
    while (code >= zero && code <= 57 && at < end) {
      value = value * 10 + code - zero
      code = text.charCodeAt(++at)
    }
    if (at === this.#at || value > 255) return -1
    if (at < text.length) {
      if (code !== space) return -1
      do code = text.charCodeAt(++at)
      while (code === space)
    }
    this.#at = at
    return value
  }

  #hex(): number {
    const high = hexDigit(this.#text.charCodeAt(this.#at))
    const low = hexDigit(this.#text.charCodeAt(this.#at + 1))
    if (high < 0 || low < 0) return -1
    this.#at += 2
    this.#skipSpaces()
    return high * 16 + low
  }

  #parseGroup(radix: 10 | 16): void {
    if (this.#text.charCodeAt(this.#at) !== 71) return
    const at = this.#at++
    const group = radix === 10 ? this.#decimal() : this.#hex()
    if (group < 0) this.#at = at
    else this.group = group
  }

  /** True at the line's end; takes the RSSI before it. */
  #parseEnd(): boolean {
    if (this.#at >= this.#text.length) return true
    if (this.#text.charCodeAt(this.#at) !== 40) return false
    const rssi = /^\((-?\d{1,3}(?:\.\d{1,2})?)\) *$/.exec(this.#text.slice(this.#at, this.#at + 20))
    if (rssi === null) return false
    this.rssi = Number(rssi[1])
    return true
  }
}

/** What a character's code stands for as a hexadecimal digit, 0…15; -1 where it is none. */
export function hexDigit(code: number): number {
  if (code >= zero && code <= 57) return code - zero
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}
