// Splits text at a separator. A single space as separator stands for any run of spaces and tabs.

/** Whether the separator stands at that place. */
export function startsWithSeparator(text: string, at: number, separator: string): boolean {
  return separator === ' ' ? isBlank(text.charCodeAt(at)) : text.startsWith(separator, at)
}

/** Where the separator stands next, from `at` on; the text's length where it does not. */
export function findSeparator(text: string, at: number, separator: string): number {
  if (separator !== ' ') {
    const found = text.indexOf(separator, at)
    return found < 0 ? text.length : found
  }
  let next = at
  while (next < text.length && !isBlank(text.charCodeAt(next))) next++
  return next
}

/** The place after the separator that stands at `at`. */
export function skipSeparator(text: string, at: number, separator: string): number {
  return separator === ' ' ? skipBlanks(text, at) : at + separator.length
}

/** The place of the next character, from `at` on, that is no space or tab. */
export function skipBlanks(text: string, at: number): number {
  let next = at
  while (isBlank(text.charCodeAt(next))) next++
  return next
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}
