// A short text that stands for a long one, wherever only "the same or not" is asked. Runs in the browser, too.

/**
 * The text itself where it is short, else its length and 106 bits of hash over all of it (cyrb53 with two seeds).
 * @param longest characters of a text that stands for itself
 */
export function digest(text: string, longest = 200): string {
  if (text.length <= longest) return text
  return `#${text.length}:${hash(text, 1).toString(36)}:${hash(text, 2).toString(36)}`
}

/** 53 bits; the constants are those of MurmurHash3's and xxHash's final mixes. */
function hash(text: string, seed: number): number {
  let high = 0xdeadbeef ^ seed
  let low = 0x41c6ce57 ^ seed
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    high = Math.imul(high ^ code, 2654435761)
    low = Math.imul(low ^ code, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return 4294967296 * (2097151 & low) + (high >>> 0)
}
