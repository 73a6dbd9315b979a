// Leaves out events that repeat earlier ones, and fields that bring no news.
import type { Scalar } from '../../event.ts'
import type { FormatDefinition } from '../model/definition.ts'
import type { EventMemory, EventPlace, Remembered } from '../model/memory.ts'

type Data = Record<string, Scalar>

/** What is left of an event: its data, or why it is left out. */
export type Kept = { data: Data; suppressed: undefined } | { data: undefined; suppressed: string }

/** Whether the format leaves out events or fields because of earlier events. */
export function leavesOut({ drop, onlyNews, fields }: FormatDefinition): boolean {
  if (drop?.sameTime === true || drop?.unchanged !== undefined) return true
  return onlyNews === true && fields.some((field) => field.newsOf !== undefined)
}

/** The steps for one format's events; undefined where it leaves nothing out. */
export function repeatFilter(definition: FormatDefinition): RepeatFilter | undefined {
  return leavesOut(definition) ? new RepeatFilter(definition) : undefined
}

export class RepeatFilter {
  readonly #definition: FormatDefinition
  /** field to the one by which its news is told */
  readonly #newsOf: ReadonlyArray<readonly [string, string]>

  constructor(definition: FormatDefinition) {
    this.#definition = definition
    this.#newsOf = definition.onlyNews
      ? definition.fields
          .filter((field) => field.newsOf !== undefined)
          .map((field) => [field.name, field.newsOf as string])
      : []
  }

  /**
   * What is left of an event. `scope` holds all its fields, hidden ones too. An event that the memory knows gets the
   * same answer again.
   */
  apply(memory: EventMemory, series: string, place: EventPlace, data: Data, scope: Data): Kept {
    const name = `${this.#definition.type}\n${series}`
    const known = memory.find(name, place)
    const before = memory.before(name, place)
    const news = this.#news(scope)
    const left = this.#withoutOld(data, scope, before)
    if (known !== undefined) return answer(known.suppressed, left)
    const text = JSON.stringify(data)
    const suppressed =
      Object.keys(left).length === 0
        ? 'repeats: no field brings news'
        : this.#whyDropped(memory, name, place, text, before)
    const own = { time: place.time, data: text }
    const shown = suppressed === undefined ? own : (before?.shown ?? own)
    memory.add(name, { ...place, data: text, news, shown, suppressed })
    return answer(suppressed, left)
  }

  #whyDropped(
    memory: EventMemory,
    series: string,
    place: EventPlace,
    text: string,
    before: Remembered | undefined,
  ): string | undefined {
    const { sameTime, unchanged } = this.#definition.drop ?? {}
    if (sameTime && memory.sameTime(series, place) !== undefined) {
      return `repeats: an earlier event has the same time, ${new Date(place.time).toISOString()}`
    }
    if (unchanged === undefined || before === undefined || before.shown.data !== text) return undefined
    const age = (place.time - before.shown.time) / 1000
    return age >= 0 && age < unchanged
      ? `repeats: unchanged for ${age} s, expected ${unchanged} s`
      : undefined
  }

  #news(scope: Data): string {
    if (this.#newsOf.length === 0) return ''
    return JSON.stringify(Object.fromEntries(this.#newsOf.map(([, of]) => [of, scope[of] ?? null])))
  }

  /** The data without the fields whose counter stands where it stood. */
  #withoutOld(data: Data, scope: Data, before: Remembered | undefined): Data {
    if (this.#newsOf.length === 0 || before === undefined) return data
    const old = JSON.parse(before.news) as Data
    const left = { ...data }
    for (const [field, of] of this.#newsOf) {
      if (Object.hasOwn(old, of) && old[of] === (scope[of] ?? null)) delete left[field]
    }
    return left
  }
}

function answer(suppressed: string | undefined, data: Data): Kept {
  return suppressed === undefined ? { data, suppressed } : { data: undefined, suppressed }
}
