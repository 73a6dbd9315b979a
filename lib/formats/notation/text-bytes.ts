// Bytes that a line writes as text, in hexadecimal digits or in Base64.

/** more bytes than this are not looked at */
export const mostBytes = 65_536

const hexText = /^(?:0x)?[0-9a-f]{2}(?:[ \t:,-]*(?:0x)?[0-9a-f]{2})*$/i
const base64Text = /^[A-Za-z0-9+/_-]*={0,2}$/

/**
 * The bytes of hexadecimal text: two digits each; blanks, `:`, `-`, `,` and `0x` may stand between them. Undefined for
 * any other text, and where a digit is left over.
 */
export function hexBytes(text: string): Uint8Array | undefined {
  const trimmed = text.trim()
  if (trimmed.length > mostBytes * 4 || !hexText.test(trimmed)) return undefined
  const digits = trimmed.replace(/0x/gi, '').replace(/[^0-9a-f]/gi, '')
  const bytes = new Uint8Array(digits.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

/** The bytes of Base64 text, of its alphabet for URLs too, with or without `=` at the end; undefined for any other. */
export function base64Bytes(text: string): Uint8Array | undefined {
  const trimmed = text.trim()
  if (trimmed.length > mostBytes * 2 || !base64Text.test(trimmed)) return undefined
  const bare = trimmed.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/')
  if (bare === '' || bare.length % 4 === 1) return undefined
  return Uint8Array.from(atob(bare), (character) => character.charCodeAt(0))
}
