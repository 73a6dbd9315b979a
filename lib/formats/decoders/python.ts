// Python literals as MicroPython prints them: dicts, lists, tuples, texts, numbers, True, False, None.
import { Failure } from '../model/failure.ts'
import { show } from '../model/text.ts'

const deepest = 64

/** The literal's value as JSON would have it (tuples are lists, inf and nan are null), or what is wrong with it. */
export function parsePython(text: string): unknown {
  const reader = new PythonReader(text)
  const value = reader.value(0)
  return reader.fault === undefined && !reader.isAtEnd() ? reader.fail('the end') : (reader.fault ?? value)
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

class PythonReader {
  fault: Failure | undefined
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  isAtEnd(): boolean {
    this.#skipBlanks()
    return this.#at === this.#text.length
  }

  fail(expected: string): Failure {
    const rest = this.#text.slice(this.#at, this.#at + 41)
    const found = rest === '' ? 'the end of the line' : show(rest)
    this.fault ??= new Failure(`found ${found} at character ${this.#at}, expected ${expected}`)
    return this.fault
  }

  /** The value at the place where it stands; null where there is a fault. */
  value(depth: number): unknown {
    this.#skipBlanks()
    if (depth > deepest) return this.#none(`no more than ${deepest} levels`)
    switch (this.#text[this.#at]) {
      case '{':
        return this.#dict(depth)
      case '[':
        return this.#list(depth, ']')
      case '(':
        return this.#list(depth, ')')
      case "'":
      case '"':
        return this.#string()
      default:
        return this.#scalar()
    }
  }

  #scalar(): unknown {
    const digits = this.#match(number)
    if (digits !== undefined) return exact(digits)
    const start = this.#at
    if (/^[bur]?['"]/.test(this.#text.slice(start, start + 2))) {
      this.#at++
      return this.#string()
    }
    const name = this.#match(word)
    if (name !== undefined && words.has(name)) return words.get(name)
    this.#at = start
    return this.#none('a value')
  }

  #dict(depth: number): unknown {
    const entries: Array<[string, unknown]> = []
    this.#at++
    while (!this.#takes('}')) {
      const key = this.value(depth + 1)
      if (this.fault !== undefined) return null
      if (typeof key === 'object' && key !== null) return this.#none('a text or a number as the key')
      if (!this.#takes(':')) return this.#none(': after the key')
      entries.push([String(key), this.value(depth + 1)])
      if (this.fault !== undefined) return null
      if (!this.#takes(',') && this.#text[this.#at] !== '}') return this.#none(', or }')
    }
    return Object.fromEntries(entries)
  }

  #list(depth: number, close: string): unknown {
    const list: unknown[] = []
    this.#at++
    while (!this.#takes(close)) {
      list.push(this.value(depth + 1))
      if (this.fault !== undefined) return null
      if (!this.#takes(',') && this.#text[this.#at] !== close) return this.#none(`, or ${close}`)
    }
    return list
  }

  #string(): unknown {
    const quote = this.#text[this.#at++] as string
    let value = ''
    for (;;) {
      const character = this.#text[this.#at]
      if (character === undefined) return this.#none('the text to be closed')
      this.#at++
      if (character === quote) return value
      value += character === '\\' ? this.#escaped() : character
    }
  }

  /** What the escape behind a backslash means; one that means nothing stays as it is. */
  #escaped(): string {
    const hex = this.#match(codePoint)
    if (hex !== undefined) {
      const code = Number.parseInt(hex.slice(1), 16)
      return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
    }
    const letter = this.#text[this.#at] ?? ''
    if (!Object.hasOwn(escapes, letter)) return '\\'
    this.#at++
    return escapes[letter] as string
  }

  #takes(character: string): boolean {
    this.#skipBlanks()
    if (this.#text[this.#at] !== character) return false
    this.#at++
    this.#skipBlanks()
    return true
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    this.#at += found?.length ?? 0
    return found
  }

  #none(expected: string): null {
    this.fail(expected)
    return null
  }

  #skipBlanks(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at++
  }
}
