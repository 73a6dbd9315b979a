// Guesses at lines that are nothing but a code, as readers of tags and barcodes write them: `TABCD0000042`.
import type { FormatDefinition } from '../model/definition.ts'

const code = /^(?=.*[A-Z])(?=.*[0-9])[A-Z0-9]{6,32}$/
const fewest = 2

/** What codes of the same shape match; undefined where it is none. */
export function codePattern(text: string): string | undefined {
  if (!code.test(text)) return undefined
  return text.replace(/[A-Z]+|[0-9]+/g, (run) => `${/[0-9]/.test(run) ? '[0-9]' : '[A-Z]'}{${run.length}}`)
}

/** For lines of one shape; a single one may be noise. */
export function guessCodes(pattern: string, lines: readonly string[]): FormatDefinition | undefined {
  if (lines.length < fewest) return undefined
  return {
    type: 'code',
    decoder: { kind: 'pattern', pattern: `^\\s*(?P<code>${pattern})\\s*$` },
    fields: [{ name: 'code', type: 'string' }],
  }
}
