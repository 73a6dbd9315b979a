// Text under a checksum, so that what was torn or changed is not taken for what was written.
import { crc32 } from 'node:zlib'

/** The CRC-32 of bytes or of a text's UTF-8, as 8 hexadecimal digits. */
export function checksum(covered: string | Uint8Array): string {
  return hexChecksum(crc32(covered))
}

/** A CRC-32 as 8 hexadecimal digits. */
export function hexChecksum(crc: number): string {
  return crc.toString(16).padStart(8, '0')
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
