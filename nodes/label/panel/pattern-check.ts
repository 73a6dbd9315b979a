// A first look at a regular expression in the browser, without the weight of the RE2 engine. The deploy has the
// last word.
import type { RegexEngine } from '../../../lib/predicates/model/operators.ts'

/** Throws an Error with what RE2 would refuse, as far as the browser can tell. */
export const browserRegex: RegexEngine = (pattern, ignoreCase) => {
  if (/\(\?<?[=!]/.test(pattern)) throw new Error('looking ahead or behind, (?=…), is not available in RE2')
  if (/(^|[^\\])(\\\\)*\\[1-9]/.test(pattern))
    throw new Error('references back, \\1, are not available in RE2')
  const expression = new RegExp(asBrowserPattern(pattern), ignoreCase ? 'i' : '')
  return (text) => expression.test(text)
}

/** RE2's own spellings, as far as they have one in JavaScript. */
function asBrowserPattern(pattern: string): string {
  return pattern
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?[imsU-]+\)/g, '')
    .replace(/\(\?[imsU-]+:/g, '(?:')
}
