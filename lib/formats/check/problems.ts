// Problems of a definition: the place and what is wrong there, in words.
import type { Sentence, SentenceValues } from '../../words/sentence.ts'
import { alternatives, type FormatSentenceKey, formatSentence, shown } from '../words/sentences.ts'

/** What was found and what is expected, as a sentence; nodes/format/locales has it in other languages. */
export interface Problem extends Sentence {
  /** where: `type`, `takes.nodes`, `decoder.pattern`, `fields[2].scale` … */
  path: string
}

/** Collects problems; each method says whether all is well. */
export class Problems {
  readonly list: Problem[] = []

  add(path: string, key: FormatSentenceKey, values?: SentenceValues): false {
    return this.say(path, formatSentence(key, values))
  }

  /** What another check has said. */
  say(path: string, { key, values, text }: Sentence): false {
    this.list.push({ path, key, values, text })
    return false
  }

  /** @param expected the key of what should stand there, and the values in it */
  found(path: string, value: unknown, expected: FormatSentenceKey, values?: SentenceValues): false {
    return this.add(path, 'found', { found: shown(value), expected: formatSentence(expected, values) })
  }

  /** @param choices what could stand there, written as it is in every language */
  foundOther(path: string, value: unknown, choices: readonly string[]): false {
    return this.add(path, 'found', { found: shown(value), expected: alternatives(choices) })
  }

  /** An optional value of one of JSON's types. */
  isOptional(path: string, value: unknown, type: 'string' | 'number' | 'boolean'): boolean {
    if (value === undefined) return true
    const found = typeof value
    if (found === type && (found !== 'number' || Number.isFinite(value))) return true
    return this.found(path, value, words[type])
  }

  isOneOf(path: string, value: unknown, values: readonly string[]): boolean {
    if (typeof value === 'string' && values.includes(value)) return true
    return this.foundOther(path, value, values)
  }

  /** An optional whole number in a range. */
  isWhole(path: string, value: unknown, least: number, most: number): boolean {
    if (value === undefined) return true
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return true
    return this.found(path, value, 'wholeFromTo', { least: String(least), most: String(most) })
  }
}

const words = { string: 'aText', number: 'aNumber', boolean: 'trueOrFalse' } as const

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The problems as one text, a line each. */
export function describeProblems(problems: ReadonlyArray<Pick<Problem, 'path' | 'text'>>): string {
  return problems.map(({ path, text }) => (path === '' ? text : `${path}: ${text}`)).join('\n')
}
