// Text under a checksum, so that what was torn or changed is not taken for what was written.
import { crc32 } from 'node:zlib'

/** The CRC-32 of bytes or of a text's UTF-8, as 8 hexadecimal digits. */
export function checksum(covered: string | Uint8Array): string {
  return inWords(crc32(covered))
}

function inWords(crc: number): string {
  return crc.toString(16).padStart(8, '0')
}

/** The checksum of bytes that come in pieces. */
export class RunningChecksum {
  #crc = 0

  add(piece: Uint8Array): void {
    this.#crc = crc32(piece, this.#crc)
  }

  /** That of all that was added since the last one. */
  take(): string {
    const words = inWords(this.#crc)
    this.#crc = 0
    return words
  }
}

/** A line `<checksum> <text>\n`; the text must have no LF. */
export function seal(text: string): string {
  return `${checksum(text)} ${text}\n`
}

/** The text in a line that `seal` made; undefined where it is anything else. */
export function unseal(line: string): string | undefined {
  const text = line.slice(9, -1)
  return line.endsWith('\n') && line.slice(0, 9) === `${checksum(text)} ` ? text : undefined
}
