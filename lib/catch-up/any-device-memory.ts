// What is known of a device that is no collector: from its lines as they come, and after a start from the journal.
import { type AnyDeviceSettings, compileRecipe, groupsOf, type Recipe } from './any-device-settings.ts'
import { HeardPackets } from './heard.ts'
import type { Observed } from './memory.ts'
import { type AnyDeviceNotice, anyDeviceNoticeIn } from './notice.ts'

/** Lines kept while nothing is missing: a device may begin its answer with some that came before the pause. */
const fewLines = 1_000

/** From where on lines are missing. */
export interface Since {
  /** ms since 1970 */
  since: number
  /** of the last line before that had one */
  number?: string
}

export class AnyDeviceMemory {
  readonly recipe: Recipe
  /** lines that are logged, live or out of an answer */
  readonly heard = new HeardPackets()
  /** when the newest line came, ms since 1970 */
  lastLine: number | undefined
  /** of the last live line that had one */
  number: string | undefined
  due: Since | undefined
  readSince: number | undefined

  /** Throws what is wrong with a pattern. */
  constructor(settings: AnyDeviceSettings) {
    this.recipe = compileRecipe(settings)
  }

  observe({ text, received, time, cut }: Observed): void {
    this.lastLine = received
    if (typeof text !== 'string' || cut !== undefined) return
    this.heard.add({ packet: text, time: time ?? received }, this.due ? undefined : fewLines)
    if (time === undefined) this.number = groupsOf(this.recipe.number, text)?.('seq') ?? this.number
  }

  missed(): void {
    if (this.lastLine === undefined) return
    this.due ??= { since: this.lastLine, ...(this.number !== undefined && { number: this.number }) }
  }

  noticed(json: string, source: string): void {
    const notice = anyDeviceNoticeIn(json)
    if (notice?.source === source) this.noted(notice)
  }

  noted({ state, since, number }: Pick<AnyDeviceNotice, 'state' | 'since' | 'number'>): void {
    this.due = state === 'due' ? { since, ...(number !== undefined && { number }) } : undefined
  }

  get isEnough(): boolean {
    const hasNumber = this.recipe.number === undefined || this.number !== undefined
    return this.due !== undefined || (this.lastLine !== undefined && hasNumber)
  }
}
