// Python literals as MicroPython prints them: dicts, lists, tuples, texts, numbers, True, False, None.
import { LiteralReader } from '../notation/literal-reader.ts'

/** The literal's value as JSON would have it (tuples are lists, inf and nan are null), or what is wrong with it. */
export function parsePython(text: string): unknown {
  const reader = new PythonReader(text)
  const value = reader.value(0)
  if (reader.fault === undefined && !reader.isAtEnd()) reader.fail('the end')
  return reader.fault ?? value
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
}
const words = new Map<string, unknown>([
  ['True', true],
  ['False', false],
  ['None', null],
  ['nan', null],
  ['inf', null],
  ['-inf', null],
])
const word = /-?[A-Za-z]+/y
const number = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?/iy
const codePoint = /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})/y

/** Python's whole numbers have no limit: one that a double does not hold stays a text. */
function exact(digits: string): number | string {
  const value = Number(digits)
  return Number.isSafeInteger(value) || /[.e]/i.test(digits) ? value : digits
}

class PythonReader extends LiteralReader {
  isAtEnd(): boolean {
    this.skipBlanks()
    return this.at === this.text.length
  }

  protected read(character: string | undefined, depth: number): unknown {
    switch (character) {
      case '{':
        return this.object(depth, 'key', () => this.#key(depth))
      case '[':
        return this.list(depth, ']')
      case '(':
        return this.list(depth, ')')
      case "'":
      case '"':
        return this.quoted()
      default:
        return this.#scalar()
    }
  }

  protected isBlank(character: string): boolean {
    return character === ' ' || character === '\t'
  }

  /** One that means nothing stays as it is. */
  protected escaped(): string {
    const hex = this.match(codePoint)
    if (hex !== undefined) {
      const code = Number.parseInt(hex.slice(1), 16)
      return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
    }
    const letter = this.text[this.at] ?? ''
    if (!Object.hasOwn(escapes, letter)) return '\\'
    this.at++
    return escapes[letter] as string
  }

  #key(depth: number): string | undefined {
    const key = this.value(depth + 1)
    if (typeof key === 'object' && key !== null) this.fail('a text or a number as the key')
    return String(key)
  }

  #scalar(): unknown {
    const digits = this.match(number)
    if (digits !== undefined) return exact(digits)
    const start = this.at
    if (/^[bur]?['"]/.test(this.text.slice(start, start + 2))) {
      this.at++
      return this.quoted()
    }
    const name = this.match(word)
    if (name !== undefined && words.has(name)) return words.get(name)
    this.at = start
    return this.fail('a value')
  }
}
