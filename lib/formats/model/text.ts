// Values as they are shown in reasons.

const longest = 40

/** A value as a reason shows it: short, in one line, text in quotes. */
export function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > longest ? `${value.slice(0, longest)}…` : value)
    case 'object':
      if (value === null) return 'null'
      if (Array.isArray(value)) return 'a list'
      return value instanceof Uint8Array ? 'bytes' : 'an object'
    default:
      return String(value)
  }
}

/** `a, b or c` */
export function listed(words: readonly string[], last: 'or' | 'and' = 'or'): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

/** `1 byte`, `2 bytes` */
export function counted(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`
}
