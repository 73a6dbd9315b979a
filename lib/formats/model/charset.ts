// Character sets of devices that do not write UTF-8. Browsers and Node have no CP437, and take Latin-1 for another one.
import type { Charset } from './definition.ts'

/** the characters of the bytes 0x80…0xff as the IBM PC had them; the bytes below are ASCII */
const cp437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0'

export const charsets: readonly Charset[] = ['utf-8', 'latin-1', 'cp437']

/** The text of bytes in a character set in which each byte is a character. */
export function decodeBytes(bytes: Uint8Array, charset: Exclude<Charset, 'utf-8'>): string {
  let text = ''
  for (const byte of bytes) {
    text += byte < 0x80 || charset === 'latin-1' ? String.fromCharCode(byte) : cp437[byte - 0x80]
  }
  return text
}
