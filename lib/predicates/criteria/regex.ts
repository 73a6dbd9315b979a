import { compilePattern } from '../../options/pattern.ts'
import type { RegexEngine } from '../model/operators.ts'

/** RE2, whose time is linear in the text whatever the pattern; throws an Error in its own words. */
export const re2Engine: RegexEngine = (pattern, ignoreCase) => {
  const compiled = compilePattern(pattern, { ignoreCase })
  return (text) => compiled.test(text)
}
