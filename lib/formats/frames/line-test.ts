// Patterns of a record's first and last line. Each line of a source is asked whether it begins one, so the usual simple
// ones are not left to the engine.
import { compilePattern } from '../../options/pattern.ts'

/** longer lines are not looked at */
const longestLine = 65_536

/** Whether a line matches the pattern anywhere. Throws what is wrong with the pattern, in words. */
export function lineTest(pattern: string): (line: string) => boolean {
  const compiled = compilePattern(pattern)
  if (pattern === '^$') return (line) => line === ''
  const start = literal(pattern, '^')
  if (start !== undefined) return (line) => line.startsWith(start)
  const part = literal(pattern, '')
  if (part !== undefined) return (line) => line.includes(part)
  return (line) => line.length <= longestLine && compiled.matcher(line).find()
}

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' }

/** The text that the whole pattern behind its anchor stands for; undefined where it is more than a text. */
function literal(pattern: string, anchor: string): string | undefined {
  if (!pattern.startsWith(anchor)) return undefined
  let text = ''
  for (let at = anchor.length; at < pattern.length; at++) {
    const character = pattern[at] as string
    if (/[.*+?^$()[\]{}|]/.test(character)) return undefined
    if (character !== '\\') text += character
    else {
      const code = /^x([0-9A-Fa-f]{2})/.exec(pattern.slice(at + 1))
      const next = pattern[at + 1] ?? ''
      const meant = code ? String.fromCharCode(Number.parseInt(code[1] as string, 16)) : escapes[next]
      if (meant === undefined && /[A-Za-z0-9]/.test(next)) return undefined
      text += meant ?? next
      at += code ? 3 : 1
    }
  }
  return text
}
