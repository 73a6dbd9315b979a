// Reads values that nest in braces and brackets, character by character: what the readers of such notations share.
import { Failure } from '../model/failure.ts'
import { show } from '../model/text.ts'

const deepest = 64

export abstract class LiteralReader {
  fault: Failure | undefined
  protected readonly text: string
  protected at = 0

  constructor(text: string) {
    this.text = text
  }

  /** The value that begins here; null where there is a fault. Deeper than 64 levels is one. */
  value(depth: number): unknown {
    this.skipBlanks()
    if (depth > deepest) return this.fail(`no more than ${deepest} levels`)
    return this.read(this.text[this.at], depth)
  }

  /** Notes the first fault: what was found here, and what was expected. */
  fail(expected: string): null {
    const rest = this.text.slice(this.at, this.at + 41)
    const found = rest === '' ? 'the end of the line' : show(rest)
    this.fault ??= new Failure(`found ${found} at character ${this.at}, expected ${expected}`)
    return null
  }

  /** The value that begins with this character, at `at`. */
  protected abstract read(character: string | undefined, depth: number): unknown
  protected abstract isBlank(character: string): boolean
  /** What the escape behind a backslash means; goes on behind it. */
  protected abstract escaped(): string

  /** Names and their values up to `}`. @param name reads one; undefined where there is none. @param what it is called */
  protected object(depth: number, what: string, name: () => string | undefined): unknown {
    const entries: Array<[string, unknown]> = []
    this.at++
    while (!this.takes('}')) {
      const key = name()
      if (key === undefined || this.fault !== undefined) return this.fail(`a ${what}`)
      if (!this.takes(':')) return this.fail(`: after the ${what}`)
      entries.push([key, this.value(depth + 1)])
      if (this.fault !== undefined) return null
      if (!this.takes(',') && this.text[this.at] !== '}') return this.fail(', or }')
    }
    return Object.fromEntries(entries)
  }

  protected list(depth: number, close: string): unknown {
    const list: unknown[] = []
    this.at++
    while (!this.takes(close)) {
      list.push(this.value(depth + 1))
      if (this.fault !== undefined) return null
      if (!this.takes(',') && this.text[this.at] !== close) return this.fail(`, or ${close}`)
    }
    return list
  }

  /** The text up to the quote that it begins with; '' where there is a fault. */
  protected quoted(): string {
    const quote = this.text[this.at++] as string
    let value = ''
    for (;;) {
      const character = this.text[this.at]
      if (character === undefined) {
        this.fail('the text to be closed')
        return ''
      }
      this.at++
      if (character === quote) return value
      value += character === '\\' ? this.escaped() : character
    }
  }

  /** What matches here, a sticky pattern; goes on behind it. */
  protected match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    this.at += found?.length ?? 0
    return found
  }

  protected takes(character: string): boolean {
    this.skipBlanks()
    if (this.text[this.at] !== character) return false
    this.at++
    this.skipBlanks()
    return true
  }

  protected skipBlanks(): void {
    while (this.at < this.text.length && this.isBlank(this.text[this.at] as string)) this.at++
  }
}
