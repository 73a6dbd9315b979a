// Reads JSON as devices write it: NaN, -nan and Infinity for "no value", single quotes, names without quotes, commas too
// many, several values one after another. What a number means is never guessed: a token that is no JSON number stays the
// text that it is, and a whole number that a double does not hold, too.
import { Failure } from '../model/failure.ts'
import { show } from '../model/text.ts'

const deepest = 64
const mostValues = 1_000

/** The values of a text, one at least, or what is wrong with it. */
export function parseLenientJson(text: string): unknown[] | Failure {
  const reader = new LenientReader(text)
  const values: unknown[] = []
  do {
    values.push(reader.value(0))
    if (values.length > mostValues) reader.fail(`${mostValues} values at most`)
  } while (reader.fault === undefined && !reader.isAtEnd())
  return reader.fault ?? values
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i
/** how printf and the languages of devices write that a number is none, or beyond all numbers */
const none = /^(?:null|undefined|none|[+-]?(?:nan(?:\([^)]*\))?|inf|infinity))$/i
const bare = /[^\s,:;{}[\]"']+/y

/** What a token without quotes stands for. */
function meaning(token: string): unknown {
  if (number.test(token)) {
    const value = Number(token)
    const isExact = Number.isSafeInteger(value) || /[.e]/i.test(token)
    return isExact && Number.isFinite(value) ? value : token
  }
  if (/^true$/i.test(token)) return true
  if (/^false$/i.test(token)) return false
  return none.test(token) ? null : token
}

class LenientReader {
  fault: Failure | undefined
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Skips what may stand between two values of a line. */
  isAtEnd(): boolean {
    while (this.#at < this.#text.length && /[\s,;]/.test(this.#text[this.#at] as string)) this.#at++
    return this.#at === this.#text.length
  }

  fail(expected: string): null {
    const rest = this.#text.slice(this.#at, this.#at + 41)
    const found = rest === '' ? 'the end of the line' : show(rest)
    this.fault ??= new Failure(`found ${found} at character ${this.#at}, expected ${expected}`)
    return null
  }

  /** The value that begins here; null where there is a fault. */
  value(depth: number): unknown {
    this.#skipBlanks()
    if (depth > deepest) return this.fail(`no more than ${deepest} levels`)
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth)
      case '[':
        return this.#list(depth)
      case '"':
      case "'":
        return this.#string()
      default: {
        const token = this.#token()
        return token === undefined ? this.fail('a value') : meaning(token)
      }
    }
  }

  #object(depth: number): unknown {
    const entries: Array<[string, unknown]> = []
    this.#at++
    while (!this.#takes('}')) {
      const isQuoted = this.#text[this.#at] === '"' || this.#text[this.#at] === "'"
      const name = isQuoted ? this.#string() : this.#token()
      if (name === undefined || this.fault !== undefined) return this.fail('a name')
      if (!this.#takes(':')) return this.fail(': after the name')
      entries.push([name, this.value(depth + 1)])
      if (this.fault !== undefined) return null
      if (!this.#takes(',') && this.#text[this.#at] !== '}') return this.fail(', or }')
    }
    return Object.fromEntries(entries)
  }

  #list(depth: number): unknown {
    const list: unknown[] = []
    this.#at++
    while (!this.#takes(']')) {
      list.push(this.value(depth + 1))
      if (this.fault !== undefined) return null
      if (!this.#takes(',') && this.#text[this.#at] !== ']') return this.fail(', or ]')
    }
    return list
  }

  #string(): string {
    const quote = this.#text[this.#at++] as string
    let value = ''
    for (;;) {
      const character = this.#text[this.#at]
      if (character === undefined) {
        this.fail('the text to be closed')
        return ''
      }
      this.#at++
      if (character === quote) return value
      value += character === '\\' ? this.#escaped() : character
    }
  }

  #escaped(): string {
    const letter = this.#text[this.#at++] ?? ''
    const digits = letter === 'u' ? this.#text.slice(this.#at, this.#at + 4) : ''
    if (/^[0-9a-f]{4}$/i.test(digits)) {
      this.#at += 4
      return String.fromCharCode(Number.parseInt(digits, 16))
    }
    return Object.hasOwn(escapes, letter) ? (escapes[letter] as string) : letter
  }

  #token(): string | undefined {
    bare.lastIndex = this.#at
    const token = bare.exec(this.#text)?.[0]
    this.#at += token?.length ?? 0
    return token
  }

  #takes(character: string): boolean {
    this.#skipBlanks()
    if (this.#text[this.#at] !== character) return false
    this.#at++
    this.#skipBlanks()
    return true
  }

  #skipBlanks(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++
  }
}
