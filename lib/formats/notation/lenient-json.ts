// Reads JSON as devices write it: NaN, -nan and Infinity for "no value", single quotes, names without quotes, commas too
// many, several values one after another. What a number means is never guessed: a token that is no JSON number stays the
// text that it is, and a whole number that a double does not hold, too.
import type { Failure } from '../model/failure.ts'
import { LiteralReader } from './literal-reader.ts'

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

class LenientReader extends LiteralReader {
  /** Skips what may stand between two values of a line. */
  isAtEnd(): boolean {
    while (this.at < this.text.length && /[\s,;]/.test(this.text[this.at] as string)) this.at++
    return this.at === this.text.length
  }

  protected read(character: string | undefined, depth: number): unknown {
    switch (character) {
      case '{':
        return this.object(depth, 'name', () => this.#name())
      case '[':
        return this.list(depth, ']')
      case '"':
      case "'":
        return this.quoted()
      default: {
        const token = this.match(bare)
        return token === undefined ? this.fail('a value') : meaning(token)
      }
    }
  }

  protected isBlank(character: string): boolean {
    return /\s/.test(character)
  }

  protected escaped(): string {
    const letter = this.text[this.at++] ?? ''
    const digits = letter === 'u' ? this.text.slice(this.at, this.at + 4) : ''
    if (/^[0-9a-f]{4}$/i.test(digits)) {
      this.at += 4
      return String.fromCharCode(Number.parseInt(digits, 16))
    }
    return Object.hasOwn(escapes, letter) ? (escapes[letter] as string) : letter
  }

  #name(): string | undefined {
    const isQuoted = this.text[this.at] === '"' || this.text[this.at] === "'"
    return isQuoted ? this.quoted() : this.match(bare)
  }
}
