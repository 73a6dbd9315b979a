// What counts as the answer to something that was sent.
import { types } from 'node:util'
import type { Cut } from '../../event.ts'
import { asError } from '../../kit/errors.ts'
import { compilePattern } from '../../options/pattern.ts'
import { SendError } from './send-error.ts'

/** A line that came from the device, as far as it matters here. */
export interface HeardLine {
  payload: string | Buffer
  framed?: { cut?: Cut }
}

/** What a pattern's named groups took; a group that took no part is not there. */
export type Groups = Record<string, string>

/** The groups where the line is the answer, else undefined. */
export type AnswerTest = (line: HeardLine) => Groups | undefined

/** characters; longer lines are no answers: linear time is not yet little time */
const longestLine = 65_536
/** characters of a pattern */
const longestPattern = 4_096

/**
 * Reads `msg.answer`: a regular expression in RE2's syntax, as a text or a RegExp, or `{text}`, which the line must
 * contain. undefined where no answer is waited for. @throws SendError
 */
export function readAnswer(answer: unknown): AnswerTest | undefined {
  if (answer === undefined || answer === null) return undefined
  if (types.isRegExp(answer)) return patternTest(answer.source, answer.ignoreCase)
  if (typeof answer === 'string') return patternTest(answer, false)
  const { text } = answer as { text?: unknown }
  if (typeof text === 'string' && text !== '') return (line) => (contains(line, text) ? {} : undefined)
  throw new SendError(
    'SEND_INVALID',
    'msg.answer cannot be used: give a regular expression as a text, or {text: "…"} for what the line contains',
  )
}

function patternTest(pattern: string, ignoreCase: boolean): AnswerTest {
  if (pattern === '' || pattern.length > longestPattern) {
    const what = pattern === '' ? 'is empty' : `has over ${longestPattern.toLocaleString('en')} characters`
    throw new SendError('SEND_INVALID', `msg.answer ${what}: leave it out, or give ".*" for the next line`)
  }
  const compiled = compiledPattern(pattern, ignoreCase)
  const names = Object.entries(compiled.namedGroups())
  return (line) => {
    const text = wholeText(line)
    const matcher = text === undefined ? undefined : compiled.matcher(text)
    if (!matcher?.find()) return undefined
    const groups = names.map(([name, index]) => [name, matcher.group(index)] as const)
    return Object.fromEntries(groups.filter((group): group is [string, string] => group[1] !== null))
  }
}

function compiledPattern(pattern: string, ignoreCase: boolean) {
  try {
    return compilePattern(pattern, { ignoreCase })
  } catch (error) {
    throw new SendError(
      'SEND_INVALID',
      `msg.answer is no regular expression: ${asError(error).message}. For a plain text give {text: "…"}`,
    )
  }
}

function contains(line: HeardLine, text: string): boolean {
  return wholeText(line)?.includes(text) === true
}

/** A line's text; of bytes that are none, each is the character of that number. undefined of a line that lacks its end. */
function wholeText({ payload, framed }: HeardLine): string | undefined {
  if (framed?.cut !== undefined && framed.cut !== 'start') return undefined
  if (payload.length > longestLine) return undefined
  return typeof payload === 'string' ? payload : payload.toString('latin1')
}
