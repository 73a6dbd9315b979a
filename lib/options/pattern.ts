// Regular expressions that users write are RE2's: linear time, whatever the expression
// (docs/decisions/006-cel-and-re2.md).
import { RE2JS } from 're2js'
import { asError } from '../kit/errors.ts'
import { type Sentence, SentenceError } from '../words/sentence.ts'
import { optionSentence } from './sentences.ts'

export interface PatternOptions {
  /** capitals and small letters are the same. Default false */
  ignoreCase?: boolean
}

/** Compiles an expression in RE2's syntax; `(?<name>…)` is a named group, too. Throws what is wrong, in words. */
export function compilePattern(pattern: string, options: PatternOptions = {}): RE2JS {
  try {
    const source = RE2JS.translateRegExp(pattern)
    return RE2JS.compile(source, options.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0)
  } catch (error) {
    throw new SentenceError(leftOut(pattern) ?? optionSentence('pattern', { why: asError(error).message }))
  }
}

/** What people know from other engines, and RE2 leaves out because it cannot be matched in linear time. */
function leftOut(pattern: string): Sentence | undefined {
  if (/\(\?<?[=!]/.test(pattern)) return optionSentence('lookAround')
  if (/(^|[^\\])(\\\\)*\\[1-9]/.test(pattern)) return optionSentence('backReference')
  return undefined
}

const cacheSize = 100
const cache = new Map<string, RE2JS>()

/**
 * Whether the pattern matches anywhere in the text; keeps the last 100 patterns compiled. Throws like
 * `compilePattern`.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  let compiled = cache.get(pattern)
  if (compiled === undefined) {
    compiled = compilePattern(pattern)
    if (cache.size >= cacheSize) cache.delete(cache.keys().next().value as string)
    cache.set(pattern, compiled)
  }
  return compiled.matcher(text).find()
}
