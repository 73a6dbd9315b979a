// Leaves out events that repeat earlier ones, and fields that bring no news.
import type { Scalar } from '../../event.ts'
import { digest } from '../../kit/digest.ts'
import type { FormatDefinition } from '../model/definition.ts'
import type { EventPlace } from '../model/event-place.ts'
import type { EventMemory, Remembered, SeriesMemory } from '../model/memory.ts'

type Data = Record<string, Scalar>

/** stands for the data of an event some of whose values may be others; no digest is empty */
const unknownData = ''

/** What is left of an event: its data, or why it is left out. */
export interface Kept {
  data: Data
  suppressed?: string | undefined
  /** what came before is not known well enough: the answer may have been another */
  isUnsure: boolean
}

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
   * same answer again. Undefined where what it was compared with was forgotten: only the journal can tell.
   * @param isDoubtful some of its values may be others: it is never left out, and tells little to those behind it
   */
  apply(
    memory: EventMemory,
    series: string,
    place: EventPlace,
    data: Data,
    scope: Data,
    isDoubtful = false,
  ): Kept | undefined {
    if (place.isLate && this.#definition.drop?.sameTime !== true) return { data, isUnsure: false }
    const name = `${this.#definition.type}\n${series}`
    const known = memory.series<Remembered>(name, place)
    if (known === undefined) return undefined
    // the times alone say all, and more of them can be remembered than of events
    if (!this.#comparesData || place.isLate) return this.#byTime(memory, name, known, place, data)
    const before = known.before(place)
    const left = this.#withoutOld(data, scope, before)
    const again = known.find(place)
    if (again !== undefined) return answer(memory, again, left)
    const shown = isDoubtful ? unknownData : digest(JSON.stringify(data))
    const event = this.#remembered(known, place, shown, scope, before)
    const timed = this.#byTime(memory, name, known, place, data)
    event.suppressed =
      Object.keys(left).length === 0
        ? 'repeats: no field brings news'
        : (timed.suppressed ?? this.#whyUnchanged(event, before))
    if (event.suppressed !== undefined && before !== undefined) event.shown = before.shown
    event.isUnsure = timed.isUnsure || this.#isUnsure(event, known, before)
    memory.add(name, known, event)
    return answer(memory, event, left)
  }

  get #comparesData(): boolean {
    return this.#definition.drop?.unchanged !== undefined || this.#newsOf.length > 0
  }

  #remembered(
    series: SeriesMemory<Remembered>,
    place: EventPlace,
    data: string,
    scope: Data,
    before: Remembered | undefined,
  ): Remembered {
    const { id, seq, part, time } = place
    const news = this.#news(scope)
    // Whatever was shown last holds what the one before this holds: other data are shown for certain.
    const isKnown = data !== unknownData && before?.data !== unknownData
    const isSettled =
      isKnown && (before === undefined ? series.from === undefined : before.isSettled || before.data !== data)
    return { id, seq, part, time, data, news, shown: { time, data }, isSettled, isUnsure: false }
  }

  #isUnsure(
    { isSettled }: Remembered,
    series: SeriesMemory<Remembered>,
    before: Remembered | undefined,
  ): boolean {
    if (this.#definition.drop?.unchanged !== undefined && !isSettled) return true
    return this.#newsOf.length > 0 && before === undefined && series.from !== undefined
  }

  #byTime(
    memory: EventMemory,
    name: string,
    series: SeriesMemory<Remembered>,
    place: EventPlace,
    data: Data,
  ): Kept {
    if (this.#definition.drop?.sameTime !== true) return { data, isUnsure: false }
    const answer = series.times.look(place)
    memory.addTime(name, series, place)
    if (answer === 'new') return { data, isUnsure: false }
    if (answer === 'unknown') {
      memory.unknownTimes++
      return { data, isUnsure: true }
    }
    const time = new Date(place.time).toISOString()
    return { data, suppressed: `repeats: an earlier event has the same time, ${time}`, isUnsure: false }
  }

  #whyUnchanged({ time, data }: Remembered, before: Remembered | undefined): string | undefined {
    const unchanged = this.#definition.drop?.unchanged
    if (unchanged === undefined || before === undefined || before.shown.data !== data) return undefined
    if (data === unknownData) return undefined
    const age = (time - before.shown.time) / 1000
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

function answer(memory: EventMemory, { suppressed, isUnsure }: Remembered, data: Data): Kept {
  return isUnsure && memory.keepsUnsure ? { data, isUnsure } : { data, suppressed, isUnsure }
}
