// Bytes as people write them in a panel: text with escapes. Runs in the browser.

const escapes: Readonly<Record<string, number>> = { r: 13, n: 10, t: 9, '0': 0, '\\': 92 }

/** Whole: everything is an escape, or a character that is none. */
const escaped = /\\(?:x([0-9A-Fa-f]{2})|([rnt0\\]))|([^\\]+)|(\\)/gu

/**
 * The bytes of a text with the escapes \r \n \t \0 \\ and \xNN (two hex digits); other characters are UTF-8. Throws an
 * Error in words where a backslash begins none of these.
 */
export function parseBytes(text: string): Uint8Array {
  const bytes: number[] = []
  for (const [, hex, letter, plain] of text.matchAll(escaped)) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16))
    else if (letter !== undefined) bytes.push(escapes[letter] as number)
    else if (plain !== undefined) bytes.push(...new TextEncoder().encode(plain))
    else throw new Error(`"${text}" has a backslash that begins none of \\r \\n \\t \\0 \\\\ \\xNN`)
  }
  return Uint8Array.from(bytes)
}

/** What is wrong with such a text; undefined where nothing is. */
export function bytesProblem(text: string): string | undefined {
  try {
    parseBytes(text)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
