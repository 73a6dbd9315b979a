// Headers that come among the lines of a CSV stream: which line is one, and which columns hold behind it.
import type { FieldDefinition } from '../model/definition.ts'
import { Failure } from '../model/failure.ts'
import { counted } from '../model/text.ts'

/** what a column's name is not: a number with or without a unit behind it, a date, a time of day */
const value = /^[+-]?[.,]?\d|^-?(?:nan|inf)/i

export class Headers {
  /** the columns that hold now; none where only the fields' numbers tell */
  names: readonly string[]
  readonly #first: readonly string[]
  /** texts that name columns in the definition */
  readonly #known: ReadonlySet<string>
  #heading: string | undefined

  /** @param first the columns before the first header */
  constructor(first: readonly string[], fields: readonly FieldDefinition[]) {
    this.#first = first
    this.names = first
    const places = fields.map(({ from, name }) => from ?? name)
    this.#known = new Set([...first, ...places.filter((place) => typeof place === 'string')])
  }

  /**
   * The heading that a line's columns are, as JSON; undefined where they are values: a header's columns all differ, none
   * looks like a value, and two of them (one, where no more are known) are names in the definition.
   */
  headingOf(columns: readonly string[]): string | undefined {
    const names = withoutEmptyEnd(columns)
    if (names.some((name) => name === '' || value.test(name)) || new Set(names).size < names.length)
      return undefined
    const known = names.filter((name) => this.#known.has(name)).length
    if (known < Math.min(2, this.#known.size) || known === 0) return undefined
    return JSON.stringify(names)
  }

  /** Takes the columns of a heading, or of the definition; false where they are those that hold already. */
  follow(heading: string | undefined): boolean {
    if (heading === this.#heading) return false
    this.#heading = heading
    this.names = heading === undefined ? this.#first : (JSON.parse(heading) as string[])
    return true
  }

  /** A line with another number of columns than its header: which value belongs to which name is not known. */
  mismatch(columns: readonly string[]): Failure | undefined {
    const expected = this.names.length
    const found = expected === 0 ? 0 : withoutEmptyEnd(columns).length
    if (found === expected || columns.length === expected) return undefined
    return new Failure(`columns: found ${found}, expected ${counted(expected, 'column')} as in the header`)
  }
}

/** A separator behind the last column makes an empty one. */
function withoutEmptyEnd(columns: readonly string[]): readonly string[] {
  return columns.at(-1) === '' ? columns.slice(0, -1) : columns
}
