import type { RE2JS } from 're2js'
import { compilePattern } from '../../options/pattern.ts'
import type { Cutter, Part } from './cutter.ts'

/** ms; a delimiter at the end of what came might go on: after such a pause it does not */
const pause = 50
/** bytes of the longest delimiter that is found for certain where it comes in several chunks */
const longestDelimiter = 64

/** What a regular expression finds stands between two frames. It sees bytes: each is the character of that number. */
export class PatternCutter implements Cutter {
  readonly idleAfter = pause
  readonly slack = longestDelimiter
  readonly #pattern: RE2JS
  /** a delimiter that ends behind this place may begin before it, but not before `#from` */
  #from = 0

  constructor(pattern: string) {
    this.#pattern = compilePattern(pattern)
  }

  next(bytes: Buffer): Part | undefined {
    return this.#find(bytes, false)
  }

  skipped(count: number): void {
    this.#from = Math.max(0, this.#from - count)
  }

  reset(): void {
    this.#from = 0
  }

  idle(bytes: Buffer): Part | undefined {
    return bytes.length === 0 ? undefined : this.#find(bytes, true)
  }

  /** @param isOver nothing more comes, so that a delimiter at the end is complete */
  #find(bytes: Buffer, isOver: boolean): Part | undefined {
    const matcher = this.#pattern.matcher(bytes.toString('latin1'))
    for (let from = this.#from; matcher.find(from); from = matcher.end() + 1) {
      const [start, end] = [matcher.start(), matcher.end()]
      if (end === bytes.length && !isOver) break
      if (end > start) {
        this.reset()
        return { length: end, frame: bytes.subarray(0, start) }
      }
      if (end >= bytes.length) break
    }
    this.#from = Math.max(this.#from, bytes.length - longestDelimiter)
    return undefined
  }
}
