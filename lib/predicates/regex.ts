// Regular expressions that a user writes: RE2, whose time is linear in the text, whatever the pattern.
import { RE2JS } from 're2js'
import type { RegexEngine } from './operators.ts'

/** Compiles for a search anywhere in the text; throws an Error with RE2's own words about the pattern. */
export const re2Engine: RegexEngine = (pattern, ignoreCase) => {
  const compiled = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0)
  return (text) => compiled.test(text)
}
