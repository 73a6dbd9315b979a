// What is known of a collector: from its lines as they come, and after a start from the same lines in the journal.
import { Clocks, type NamedPage } from './clocks.ts'
import { HeardPackets } from './heard.ts'
import { type CollectorLine, everything, type Marker, parseLine } from './jeelink-line.ts'
import type { CatchUpNotice } from './notice.ts'

/** A line of the collector, or what the journal has of it. */
export interface Observed {
  text: string | Buffer
  /** when it came, ms since 1970 */
  received: number
  /** of a packet out of the flash: when it was on the air */
  time?: number
}

/** Packets this much older (ms) than the page before the newest one cannot come again in a replay. */
const margin = 10_000
/** Pages whose clock is remembered: more than three days of them. */
const mostPages = 4_000

/** What tells that something is missing. */
export interface GapRule {
  /** A pause (ms) before the first line of a connection that may hide some. */
  missing: number
  /** whether all is missing where there is no line before that one */
  firstTime: boolean
}

export class CollectorMemory {
  readonly #rule: GapRule
  /** nobody listened before the next line */
  #isNew = false
  readonly clocks = new Clocks()
  readonly heard = new HeardPackets()
  /** when the newest line came, ms since 1970 */
  lastLine: number | undefined
  /** the newest page that is known to be in the flash */
  newest: Marker | undefined
  /** readings behind this page are missing */
  due: Marker | undefined
  /** by seq and time */
  readonly #pages = new Map<string, NamedPage>()

  constructor(rule: GapRule) {
    this.#rule = rule
  }

  /** Somebody begins to listen: what the collector said since the line before is missing. */
  connected(): void {
    this.#isNew = true
  }

  /** Takes a line in, and says what it was. */
  observe({ text, received, time }: Observed): CollectorLine {
    const line = parseLine(text)
    if (this.#isNew) this.#lookBack(received)
    this.lastLine = received
    switch (line.kind) {
      case 'packet':
        this.heard.add({ packet: line.packet, time: time ?? received })
        break
      case 'boot':
        this.clocks.boot(line.seq, received)
        break
      case 'saved':
        this.#saved(line, received)
        break
      case 'range':
        this.clocks.rewind(this.#pageBefore(line.from))
        break
      case 'replayed':
        this.#remember(this.clocks.replayed(line, this.page(line)?.wall))
        break
      case 'ended':
        this.clocks.ended(line.seq, line.clock, received)
        break
      default:
    }
    return line
  }

  /** Takes in a notice of ours. */
  noted({ state, marker: [page, seq, time] }: Pick<CatchUpNotice, 'state' | 'marker'>): void {
    const marker = { page, seq, time }
    if (state === 'due') this.due = marker
    else {
      this.due = undefined
      if (seq !== everything.seq) this.newest = marker
    }
  }

  /** The page with its clock, where it was named in the time that is remembered. */
  page({ seq, time }: Pick<Marker, 'seq' | 'time'>): NamedPage | undefined {
    return this.#pages.get(`${seq} ${time}`)
  }

  #lookBack(received: number): void {
    this.#isNew = false
    const { missing, firstTime } = this.#rule
    const isGap = this.lastLine === undefined ? firstTime : received - this.lastLine >= missing
    if (isGap) this.due ??= this.newest ?? everything
  }

  #saved(marker: Marker, received: number): void {
    const before = this.newest && this.page(this.newest)?.wall
    this.#remember(this.clocks.saved(marker, received))
    this.newest = marker
    if (this.due === undefined && before !== undefined) this.heard.forgetBefore(before - margin)
  }

  #remember(page: NamedPage): void {
    if (this.#pages.size >= mostPages) this.#pages.delete(this.#pages.keys().next().value!)
    this.#pages.set(`${page.seq} ${page.time}`, page)
  }

  /** The newest page with this number. */
  #pageBefore(number: number): NamedPage | undefined {
    let found: NamedPage | undefined
    for (const page of this.#pages.values()) if (page.page === number) found = page
    return found
  }
}
