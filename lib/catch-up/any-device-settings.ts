// How a device that is no collector is asked for what it has kept: as the user sets it, and as it is used.
import type { RE2JS } from 're2js'
import { asError } from '../kit/errors.ts'
import { compilePattern } from '../options/pattern.ts'

/** Plain values, as a panel keeps them. Patterns are RE2's: none can hang the gateway. */
export interface AnyDeviceSettings {
  /**
   * What is sent to the device. `{time}`: seconds since 1970 of the last line that was logged; `{isotime}`: the same as
   * 2026-11-21T12:00:00Z; `{days}`: how many days ago that was, at least 1; `{seq}`: the number of the last live line. `\r`,
   * `\n` and `\t` are those characters
   */
  request: string
  /**
   * Matches a line of the answer. Its group `text` is the line as it was; its group `time` tells when that was (seconds or
   * milliseconds since 1970, or as in `{isotime}`), or its group `age` how many seconds ago
   */
  replayed: string
  /** matches the line that ends the answer; empty: the answer ends when nothing more of it comes for `timeLimit` */
  end: string
  /** matches a live line that has a number, in its group `seq`; empty where the device numbers nothing */
  number: string
  /** ms within which the answer begins, and goes on */
  timeLimit: number
  /** A pause in the lines that is longer (ms) may hide some. */
  missing: number
  /** ms: what is older is not asked for */
  longest: number
  /** where the journal has nothing of the device, ask it for what it has */
  firstTime: boolean
}

export const anyDeviceDefaults: AnyDeviceSettings = {
  request: '',
  replayed: '',
  end: '',
  number: '',
  timeLimit: 10_000,
  missing: 60_000,
  longest: 7 * 86_400_000,
  firstTime: false,
}

/** The settings, compiled. */
export interface Recipe {
  replayed: RE2JS
  end: RE2JS | undefined
  number: RE2JS | undefined
}

/** Longer lines are not looked at: linear time is not yet little time. */
const longestText = 4_096

/** What is wrong with each setting, in words; nothing where they can be used. */
export function anyDeviceProblems(
  settings: AnyDeviceSettings,
): Partial<Record<keyof AnyDeviceSettings, string>> {
  const problems: Partial<Record<keyof AnyDeviceSettings, string>> = {}
  if (settings.request === '') problems.request = 'must say what is sent to the device'
  for (const name of ['replayed', 'end', 'number'] as const) {
    const problem = problemOfPattern(settings[name], name)
    if (problem !== undefined) problems[name] = problem
  }
  for (const name of ['timeLimit', 'missing', 'longest'] as const)
    if (!(settings[name] > 0)) problems[name] = 'must be more than 0'
  return problems
}

function problemOfPattern(pattern: string, name: 'replayed' | 'end' | 'number'): string | undefined {
  if (pattern === '') return name === 'replayed' ? 'must say what a line of the answer looks like' : undefined
  try {
    const groups = compilePattern(pattern).namedGroups()
    const has = (group: string) => Object.hasOwn(groups, group)
    if (name === 'replayed' && !(has('text') && (has('time') || has('age'))))
      return 'must have a group (?<text>…), and (?<time>…) or (?<age>…)'
    if (name === 'number' && !has('seq')) return 'must have a group (?<seq>…)'
    return undefined
  } catch (error) {
    return asError(error).message
  }
}

/** Throws what is wrong with a pattern. */
export function compileRecipe({ replayed, end, number }: AnyDeviceSettings): Recipe {
  const compiled = (pattern: string) => (pattern === '' ? undefined : compilePattern(pattern))
  return { replayed: compilePattern(replayed), end: compiled(end), number: compiled(number) }
}

/** The named groups of a line that matches; undefined where it does not. */
export function groupsOf(
  pattern: RE2JS | undefined,
  text: string,
): ((name: string) => string | undefined) | undefined {
  if (!pattern || text.length > longestText) return undefined
  const matcher = pattern.matcher(text)
  if (!matcher.find()) return undefined
  const names = pattern.namedGroups()
  return (name) => (Object.hasOwn(names, name) ? (matcher.group(names[name]!) ?? undefined) : undefined)
}

/** @param since ms since 1970 */
export function requestText(request: string, since: number, now: number, number: string | undefined): string {
  const values: Record<string, string> = {
    seq: number ?? '0',
    time: String(Math.floor(since / 1000)),
    isotime: `${new Date(since).toISOString().slice(0, -5)}Z`,
    days: String(Math.max(1, Math.ceil((now - since) / 86_400_000))),
    '\\r': '\r',
    '\\n': '\n',
    '\\t': '\t',
  }
  return request.replace(
    /\{(\w+)\}|\\[rnt]/g,
    (found, name: string | undefined) => values[name ?? found] ?? found,
  )
}

/** Before this a number counts seconds, ms: the year 1973 in milliseconds, and 5138 in seconds. */
const leastMilliseconds = 1e11
/** The journal takes no earlier moment, and none that is more than a day ahead. */
const earliest = Date.UTC(2000, 0, 1)
const mostAhead = 86_400_000

/** The moment that a line of the answer belongs to, ms since 1970; undefined where it tells none that can be. */
export function momentOf(groups: (name: string) => string | undefined, received: number): number | undefined {
  const age = groups('age')
  const moment = age === undefined ? timeIn(groups('time') ?? '') : received - secondsIn(age) * 1000
  const isPossible = moment >= earliest && moment <= received + mostAhead
  return isPossible ? Math.round(moment) : undefined
}

function secondsIn(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
}

function timeIn(text: string): number {
  const count = secondsIn(text)
  if (!Number.isNaN(count)) return count < leastMilliseconds ? count * 1000 : count
  const iso = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?) ?(Z|[+-]\d\d:?\d\d)?$/.exec(text)
  // without a zone it is UTC, wherever the gateway stands
  return iso ? Date.parse(`${iso[1]}T${iso[2]!.replace(',', '.')}${iso[3] ?? 'Z'}`) : Number.NaN
}
