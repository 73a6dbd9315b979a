// Problems of a definition: the place and what is wrong there, in words.
import { listed, show } from '../model/text.ts'

export interface Problem {
  /** where: `type`, `takes.nodes`, `decoder.pattern`, `fields[2].scale` … */
  path: string
  /** what was found, what is expected */
  text: string
}

/** Collects problems; each method says whether all is well. */
export class Problems {
  readonly list: Problem[] = []

  add(path: string, text: string): false {
    this.list.push({ path, text })
    return false
  }

  /** An optional value of one of JSON's types. */
  isOptional(path: string, value: unknown, type: 'string' | 'number' | 'boolean'): boolean {
    if (value === undefined) return true
    const found = typeof value
    if (found === type && (found !== 'number' || Number.isFinite(value))) return true
    return this.add(path, `found ${show(value)}, expected ${words[type]}`)
  }

  isOneOf(path: string, value: unknown, values: readonly string[]): boolean {
    if (typeof value === 'string' && values.includes(value)) return true
    return this.add(path, `found ${show(value)}, expected ${listed(values)}`)
  }

  /** An optional whole number in a range. */
  isWhole(path: string, value: unknown, least: number, most: number): boolean {
    if (value === undefined) return true
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return true
    return this.add(path, `found ${show(value)}, expected a whole number ${least}…${most}`)
  }
}

const words = { string: 'a text', number: 'a number', boolean: 'true or false' } as const

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The problems as one text, a line each. */
export function describeProblems(problems: readonly Problem[]): string {
  return problems.map(({ path, text }) => (path === '' ? text : `${path}: ${text}`)).join('\n')
}
