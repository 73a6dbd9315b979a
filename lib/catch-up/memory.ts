// What is known of a collector: from its lines as they come, and after a start from the same lines in the journal.
import type { Cut } from '../event.ts'
import { Clocks, type NamedPage } from './clocks.ts'
import { HeardPackets } from './heard.ts'
import { type CollectorLine, everything, type Marker, parseLine } from './jeelink-line.ts'
import { type CatchUpNotice, noticeIn } from './notice.ts'

/** A line of the collector, or what the journal has of it. */
export interface Observed {
  text: string | Buffer
  /** when it came, ms since 1970 */
  received: number
  /** of a packet out of the flash: when it was on the air */
  time?: number
  /** what the line lacks: half a number would be taken for another one, so such a line says nothing */
  cut?: Cut
}

/** Packets this much older (ms) than the page before the newest one cannot come again in a replay. */
const margin = 10_000
/** Pages that are remembered: they are named once in 255 s at least, so these are more than three days. */
const mostPages = 4_000
/** What was named longer ago (ms) says nothing about now. */
const longestMemory = 3 * 86_400_000
/** Packets kept of a device that has shown no flash memory: more than fit into the first page that it may save. */
const fewPackets = 1_000
/** Packets of a page are fewer, however short they are. */
const mostUnfinished = 100
/** Lines that show that the collector has a flash memory. */
const flashLines: ReadonlySet<CollectorLine['kind']> = new Set([
  'boot',
  'saved',
  'replayed',
  'corrupt',
  'unwritten',
  'ended',
  'range',
  'listed',
])

export class CollectorMemory {
  readonly clocks = new Clocks()
  readonly heard = new HeardPackets()
  /** when the newest line came, ms since 1970 */
  lastLine: number | undefined
  /** it has shown that it has a flash memory */
  hasFlash = false
  /** the newest page that is known to be in the flash */
  newest: Marker | undefined
  /** the same as the collector last said it, by `DF S` or at its start; undefined where the flash was empty then */
  saidNewest: Pick<Marker, 'page' | 'seq'> | undefined
  /** readings behind this page are missing */
  due: Marker | undefined
  /** Where the journal was not read from its beginning: of the first entry that was, ms since 1970. */
  readSince: number | undefined
  /** packets that are logged of the page behind `due`: the answer was broken off between them */
  unfinished: string[] = []
  /** by seq and time, the one that was named first at the front */
  readonly #pages = new Map<string, { page: NamedPage; named: number }>()

  /** Takes a line in, and says what it was. */
  observe({ text, received, time, cut }: Observed): CollectorLine {
    const line: CollectorLine = cut === undefined ? parseLine(text) : { kind: 'other' }
    this.lastLine = received
    // nearly all are
    if (line.kind === 'packet') {
      this.#packet(line.packet, received, time)
      return line
    }
    if (flashLines.has(line.kind)) this.hasFlash = true
    switch (line.kind) {
      case 'boot':
        this.clocks.boot(line.lastPage, line.seq, received)
        this.saidNewest = line.seq > 0 ? { page: line.lastPage, seq: line.seq - 1 } : undefined
        break
      case 'saved':
        this.#saved(line, received)
        break
      case 'range':
        this.clocks.begun()
        this.clocks.rewind(this.#pageBefore(line.from), false)
        break
      case 'replayed':
        this.#remember(this.clocks.replayed(line, this.page(line)?.wall, received), received)
        break
      case 'ended':
        this.clocks.ended(line.lastPage, line.seq, line.clock, received)
        break
      default:
    }
    return line
  }

  missed(): void {
    this.due ??= this.newest
  }

  noticed(json: string, source: string): void {
    const notice = noticeIn(json)
    if (notice?.source === source) this.noted(notice)
  }

  /** Packets that were logged since the page that is due was saved cannot be told from others where that is not known. */
  get isEnough(): boolean {
    return this.due ? this.page(this.due) !== undefined : this.newest !== undefined
  }

  /** Takes in a notice of ours. */
  noted({ state, marker: [page, seq, time] }: Pick<CatchUpNotice, 'state' | 'marker'>): void {
    const marker = { page, seq, time }
    if (seq !== everything.seq) this.hasFlash = true
    this.unfinished = []
    if (state === 'due') this.due = marker
    else {
      this.due = undefined
      if (seq !== everything.seq) this.newest = marker
    }
  }

  /** The page with its clock, where it was named in the time that is remembered. */
  page({ seq, time }: Pick<Marker, 'seq' | 'time'>): NamedPage | undefined {
    return this.#pages.get(`${seq} ${time}`)?.page
  }

  /** How many pages are remembered. */
  get pages(): number {
    return this.#pages.size
  }

  #packet(packet: string, received: number, time: number | undefined): void {
    if (time === undefined) this.heard.add({ packet, time: received }, this.hasFlash ? undefined : fewPackets)
    else if (this.unfinished.push(packet) > mostUnfinished) this.unfinished.shift()
  }

  #saved(marker: Marker, received: number): void {
    const before = this.newest && this.page(this.newest)?.wall
    this.#remember(this.clocks.saved(marker, received), received)
    const { page, seq, time } = marker
    this.newest = { page, seq, time }
    this.saidNewest = this.newest
    if (this.due === undefined && before !== undefined) this.heard.forgetBefore(before - margin)
  }

  #remember(page: NamedPage, named: number): void {
    const key = `${page.seq} ${page.time}`
    this.#pages.delete(key)
    this.#pages.set(key, { page, named })
    for (const [oldest, { named: then }] of this.#pages) {
      if (this.#pages.size <= mostPages && then >= named - longestMemory) break
      this.#pages.delete(oldest)
    }
  }

  /** The newest page with this number. */
  #pageBefore(number: number): NamedPage | undefined {
    let found: NamedPage | undefined
    for (const { page } of this.#pages.values()) if (page.page === number) found = page
    return found
  }
}
