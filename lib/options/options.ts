// The options of a node as a whole: what a flow file holds of them, and the settings that the runtime makes of them.
import type * as Type from 'typebox'
import { problemOf, type Setting, settingOf } from './check.ts'
import type { Field, Fields } from './fields.ts'

/** The settings that come out of a node's options: checked, numbers as numbers, every default filled in. */
export type Settings<Options extends Fields> = Type.Static<Type.TObject<Options>>

/**
 * The options as a flow file holds them. Numbers and choices may be texts there, typed or left to the environment; a
 * flow that was made by an earlier version lacks the newer ones.
 */
export type Saved<Options extends Fields> = {
  -readonly [Name in keyof Options]: SavedValue<Type.Static<Options[Name]>>
}

type SavedValue<Value> = [Value] extends [boolean] ? boolean : Value | string

/** The options of a new node, as its panel shows them. */
export function defaultsOf<Options extends Fields>(options: Options): Saved<Options> {
  const entries = Object.entries(options).map(([name, field]) => [name, field.default ?? ''])
  return Object.fromEntries(entries) as Saved<Options>
}

/** What is wrong, by the property that has the problem. */
export type Problems = Record<string, string>

/** Options that cannot be used. The message is all of its problems in one line. */
export class OptionsError extends Error {
  override name = 'OptionsError'
  readonly code = 'OPTIONS_WRONG'
  readonly problems: Problems

  constructor(problems: Problems) {
    super(Object.values(problems).join('; '))
    this.problems = problems
  }
}

/** All that is wrong with a node's options. */
export function problemsOf(options: Fields, saved: object): Problems {
  const problems: Problems = {}
  for (const [name, field] of Object.entries(options)) {
    const problem = problemOf(field, valueIn(saved, name))
    if (problem !== undefined) problems[name] = problem
  }
  return problems
}

/** The settings of a node that must not run on others than were meant. @throws OptionsError */
export function readOptions<Options extends Fields>(options: Options, saved: object): Settings<Options> {
  const problems = problemsOf(options, saved)
  if (Object.keys(problems).length > 0) throw new OptionsError(problems)
  return settings(options, (name, field) => settingOf(field, valueIn(saved, name)))
}

/**
 * The settings of a node that had better go on than stop, for instance because readings would be lost: what is wrong
 * is reported and the default used in its place.
 */
export function readOptionsOrDefaults<Options extends Fields>(
  options: Options,
  saved: object,
  report: (problem: string) => void,
): Settings<Options> {
  return settings(options, (name, field) => {
    const value = valueIn(saved, name)
    const problem = problemOf(field, value)
    if (problem === undefined) return settingOf(field, value)
    const fallback = settingOf(field, undefined)
    report(
      `${problem}; until it is corrected ${fallback === undefined || fallback === '' ? 'none' : fallback} is used`,
    )
    return fallback
  })
}

function settings<Options extends Fields>(
  options: Options,
  read: (name: string, field: Field) => Setting,
): Settings<Options> {
  const entries = Object.entries(options).map(([name, field]) => [name, read(name, field)] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Settings<Options>
}

/** Only the object's own properties: a flow file may hold any name. */
function valueIn(saved: object, name: string): unknown {
  return Object.hasOwn(saved, name) ? (saved as Record<string, unknown>)[name] : undefined
}
