// Asks a collector with a flash memory for what it received while nobody listened, and gives out its answer as lines that
// belong to an earlier moment. It stands between a port and the log, and knows nothing of either.
import type { Clock } from '../kit/clock.ts'
import { asError } from '../kit/errors.ts'
import {
  type CollectorLine,
  everything,
  listRequest,
  type Marker,
  replayRequest,
  stopRequest,
} from './jeelink-line.ts'
import type { CollectorMemory, GapRule, Observed } from './memory.ts'
import { type CatchUpNotice, type CatchUpResult, dueNotice, endNotice } from './notice.ts'
import { PageList } from './page-list.ts'
import { Replay, type ReplayedPage } from './replay.ts'

export interface CatchUpSettings extends GapRule {
  /** ms: what is older is not asked for; default a week */
  longest: number
}

export const defaultSettings: CatchUpSettings = { missing: 60_000, longest: 7 * 86_400_000, firstTime: true }

/** What goes on into the flow: the line as it came, or a packet of the flash in its place. */
export interface Given<L> {
  line: L
  /** a packet of the flash: its text, and when it was on the air, ms since 1970 */
  recovered?: { text: string; time: number }
  /** for the journal, with this line */
  notice?: CatchUpNotice
}

export interface CatchUpEvents<L> {
  give(given: Given<L>): void
  /** Sends bytes to the collector. */
  send(text: string): Promise<void>
  /** where it stands, or how far it is, has changed */
  changed(): void
  report(level: 'info' | 'warn', text: string): void
}

export type CatchUpState =
  /** nothing is missing, or it cannot be asked for */
  | { state: 'live' }
  /** it is not known yet what is missing, or the moment to ask has not come */
  | { state: 'waiting' }
  /** `of` is unknown where the log began anew meanwhile */
  | { state: 'asking'; pages: number; of: number | undefined; packets: number }

/** In which a collector that was reset by the opening says so, ms. */
const settleTime = 5_000
/** Between the collector's first line and a request: it writes its help text. */
const bootTime = 1_000
/** In which a request is answered, or an answer goes on, ms. Pages are found in less than a second. */
const answerTime = 10_000
/** Between two attempts, ms. */
const pauses = [5_000, 30_000, 120_000, 120_000]
/** The list of pages is at its end when nothing has come for so many ms. */
const listPause = 3_000

type Step = 'off' | 'settling' | 'booting' | 'page' | 'list' | 'clock' | 'replay' | 'pause'

export class CatchUp<L extends Observed> {
  readonly #source: string
  readonly #settings: CatchUpSettings
  readonly #clock: Clock
  readonly #events: CatchUpEvents<L>
  /** undefined before the journal has been read */
  #memory: CollectorMemory | undefined
  #step: Step = 'off'
  #cancel: () => void = () => undefined
  /** no line has come since it was connected */
  #isFirst = true
  /** ms since 1970 */
  #connectedAt = 0
  #attempts = 0
  /** monotonic, ms */
  #started = 0
  #replay: Replay<L> | undefined
  #list: PageList | undefined
  /** what is due was overwritten in part */
  #mustList = false
  #result: CatchUpResult | undefined
  /** a notice that goes with the next line */
  #owed: CatchUpNotice | undefined

  constructor(source: string, settings: CatchUpSettings, clock: Clock, events: CatchUpEvents<L>) {
    this.#source = source
    this.#settings = settings
    this.#clock = clock
    this.#events = events
  }

  get state(): CatchUpState {
    switch (this.#step) {
      case 'off':
        return { state: 'live' }
      case 'replay':
        return {
          state: 'asking',
          pages: this.#result?.pages ?? 0,
          of: this.#pagesInAll(),
          packets: this.#result?.packets ?? 0,
        }
      default:
        return { state: 'waiting' }
    }
  }

  /** It has shown that it keeps what it receives. */
  get isCollector(): boolean {
    return this.#memory?.newest !== undefined
  }

  /** An answer is under way: any byte that is sent to the collector would cut it. */
  get isAsking(): boolean {
    return this.#step === 'replay' || this.#step === 'clock' || this.#step === 'list'
  }

  /** What the journal has of this collector: every line that came before, and none that is still to come. */
  start(memory: CollectorMemory): void {
    this.#memory = memory
    this.connected()
  }

  connected(): void {
    this.#isFirst = true
    this.#memory?.connected()
  }

  disconnected(): void {
    this.#abandon()
    this.#go('off')
  }

  /** A line has come. It is given out at once, or as packets, or when the page that it ends is known to be whole. */
  line(line: L): void {
    if (this.#memory === undefined) {
      this.#events.give({ line })
      return
    }
    const what = this.#observe(line)
    if (!this.#answer(line, what)) this.#give(line)
    this.#look(what)
  }

  /** Somebody else has sent something: an answer that is under way was cut by it. */
  sent(): void {
    this.#replay?.garbled()
  }

  #observe(line: L): CollectorLine {
    const memory = this.#memory!
    const what = memory.observe(line)
    if (!this.#isFirst) return what
    this.#isFirst = false
    // a reset by the opening is a moment before its first line
    this.#connectedAt = line.received - settleTime
    if (!memory.due) return what
    this.#owed = dueNotice(this.#source, memory.due)
    this.#go('settling', settleTime, () => this.#go('page'))
    return what
  }

  /** Gives a line as it is. */
  #give(line: L, notice = this.#owed): void {
    if (notice === this.#owed) this.#owed = undefined
    this.#events.give(notice ? { line, notice } : { line })
  }

  /** What a line means for the moment to ask. */
  #look(what: CollectorLine): void {
    if (this.#step === 'off') return
    // it comes once more behind the help text
    if (what.kind === 'banner' && this.#step !== 'booting' && !this.isAsking)
      this.#go('booting', settleTime, () => this.#hasNoFlash())
    if (what.kind === 'boot') this.#go('booting', bootTime, () => this.#ask())
    if (what.kind === 'saved' && this.#step === 'page') this.#ask()
  }

  #hasNoFlash(): void {
    const memory = this.#memory!
    this.#events.report(
      'info',
      `${this.#source} has no flash memory: what it received while the gateway was away is lost`,
    )
    memory.due = undefined
    this.#go('off')
  }

  /** Its list of pages is empty. */
  #hasNothing(): void {
    this.#memory!.due = undefined
    this.#owed = endNotice(this.#source, everything, { ...this.#result!, complete: true })
    this.#go('off')
  }

  /** Takes a line of an answer. @returns whether it is given out, or will be */
  #answer(line: L, what: CollectorLine): boolean {
    if (!this.isAsking) return false
    const isList = this.#step === 'list'
    this.#wait(answerTime, () => (isList ? this.#choose() : this.#failed('the answer stopped')))
    switch (this.#step) {
      case 'list':
        this.#listed(what)
        return false
      case 'clock':
        if (what.kind === 'ended') this.#next()
        return what.kind === 'stored'
      default:
        return this.#replayed(line, what)
    }
  }

  #listed(what: CollectorLine): void {
    if (what.kind === 'listed') {
      this.#list!.add(what)
      // nothing tells its end
      this.#wait(listPause, () => this.#choose())
    } else if (this.#list!.length > 0) this.#choose()
  }

  #choose(): void {
    const memory = this.#memory!
    const list = this.#list!
    if (list.length === 0) {
      this.#hasNothing()
      return
    }
    const { current } = memory.clocks
    const newest = memory.newest?.seq
    memory.due = list.choose(memory.due!, this.#clock.wall(), this.#settings.longest, (marker) => {
      const clock = memory.page(marker)?.clock.itself ?? (marker.seq === newest ? current : undefined)
      return clock?.hasPair ? clock.wallOf(marker.time) : undefined
    })
    this.#owed = dueNotice(this.#source, memory.due)
    this.#next()
  }

  #replayed(line: L, what: CollectorLine): boolean {
    const memory = this.#memory!
    const replay = this.#replay
    if (what.kind === 'range') {
      const due = memory.due!
      const page = memory.page(due)
      this.#replay = new Replay(what, memory, page?.wall)
      if (due.seq !== everything.seq && what.from !== due.page) this.#isOverwritten(page?.wall)
      return false
    }
    if (!replay) return false
    switch (what.kind) {
      case 'stored':
        this.#pages(replay.stored(what))
        return true
      case 'replayed':
        this.#pages(replay.ended(memory.page(what)!, line))
        return true
      case 'corrupt':
        this.#pages(replay.damaged(what.page))
        return false
      case 'ended':
        this.#pages(replay.finish(line.received))
        this.#ended(line, replay)
        return true
      case 'other':
        replay.garbled()
        return false
      default:
        return false
    }
  }

  /**
   * The page that was asked for is there no more. What the collector sends instead begins behind some later page, perhaps
   * behind the last one: so it is ended, and its list tells which is the oldest that can be had.
   */
  #isOverwritten(since: number | undefined): void {
    if (this.#result!.lost) return
    this.#result!.lost = { from: since, to: undefined }
    this.#list = undefined
    this.#mustList = true
    this.#replay!.garbled()
    this.#events.send(stopRequest).catch((error: unknown) => this.#failed(asError(error).message))
  }

  /** Pages that are done with: their packets, and behind them the line that ends each. */
  #pages(pages: Array<ReplayedPage<L>>): void {
    const result = this.#result!
    for (const { marker, line, packets, duplicates, isEstimated } of pages) {
      for (const { packet, time } of packets)
        this.#events.give({ line, recovered: { text: `OK ${packet}`, time } })
      this.#memory!.due = marker
      this.#give(line, dueNotice(this.#source, marker))
      result.pages++
      result.packets += packets.length + duplicates
      result.logged += packets.length
      result.duplicates += duplicates
      result.from = Math.min(
        result.from ?? Number.POSITIVE_INFINITY,
        ...packets.slice(0, 1).map(({ time }) => time),
      )
      result.to = packets.at(-1)?.time ?? result.to
      if (isEstimated) result.clock = 'estimated'
      if (result.lost && result.lost.to === undefined) result.lost.to = packets[0]?.time
    }
    if (pages.length > 0) this.#events.changed()
  }

  /** The next request. */
  #ask(): void {
    if (this.#attempts === 0) {
      this.#started = this.#clock.monotonic()
      this.#result = noResult()
      this.#list = undefined
    }
    this.#attempts++
    this.#next()
  }

  /** What is to be known before the packets can be asked for, and then these. */
  #next(): void {
    const memory = this.#memory!
    const due = memory.due!
    const { newest } = memory
    if (!this.#knowsClock() && this.#step !== 'clock' && newest) this.#request('clock', replayRequest(newest))
    else if (this.#list === undefined && this.#mustChoose(due)) {
      this.#list = new PageList()
      this.#mustList = false
      this.#request('list', listRequest)
    } else this.#request('replay', replayRequest(due))
  }

  /** A replay of nothing ends in what time it is for the collector, so that all of the answer can be placed between two times. */
  #knowsClock(): boolean {
    const newest = this.#memory!.clocks.current?.newest
    return newest !== undefined && newest >= this.#connectedAt
  }

  #mustChoose(due: Marker): boolean {
    if (due.seq === everything.seq || this.#mustList) return true
    const wall = this.#memory!.page(due)?.wall
    return wall !== undefined && this.#clock.wall() - wall > this.#settings.longest
  }

  /** What waits will come again; the lines that ended its pages are given out as they are. */
  #abandon(): void {
    for (const line of this.#replay?.abandon() ?? []) this.#events.give({ line })
    this.#replay = undefined
  }

  #request(step: Step, text: string): void {
    this.#abandon()
    const silent = () => (step === 'list' ? this.#choose() : this.#failed('there is no answer'))
    this.#go(step, answerTime, silent)
    this.#events.send(text).catch((error: unknown) => this.#failed(asError(error).message))
  }

  /** The collector has said that the answer is over. */
  #ended(line: L, replay: Replay<L>): void {
    const memory = this.#memory!
    const result = this.#result!
    this.#replay = undefined
    result.corrupt.push(...replay.corrupt)
    if (replay.bounds)
      Object.assign(result, { notBefore: replay.bounds.notBefore, notAfter: replay.bounds.notAfter })
    if (this.#mustList) {
      this.#give(line)
      this.#next()
      return
    }
    if (!replay.isWhole) {
      this.#give(line)
      this.#failed('the answer was cut')
      return
    }
    result.complete = true
    result.seconds = Math.round((this.#clock.monotonic() - this.#started) / 1000)
    const notice = endNotice(this.#source, memory.due!, result)
    memory.noted(notice)
    this.#give(line, notice)
    this.#events.report('info', endText(this.#source, result))
    this.#go('off')
  }

  /** Asks again after a pause, from where it is whole; gives up until the next connection after some times. */
  #failed(why: string): void {
    if (!this.isAsking) return
    this.#abandon()
    const pause = pauses[this.#attempts - 1]
    if (pause !== undefined) {
      this.#go('pause', pause, () => this.#ask())
      return
    }
    const result = this.#result!
    this.#owed = { ...dueNotice(this.#source, this.#memory!.due!), ...result }
    this.#events.report(
      'warn',
      `${this.#source} could not be asked for all that it received meanwhile: ${why}, ${this.#attempts} times. ` +
        'What is missing will be asked for at the next connection.',
    )
    this.#go('off')
  }

  #go(step: Step, after?: number, then?: () => void): void {
    this.#step = step
    if (step === 'off') this.#attempts = 0
    this.#cancel()
    if (after !== undefined && then) this.#wait(after, then)
    this.#events.changed()
  }

  #wait(after: number, then: () => void): void {
    this.#cancel()
    this.#cancel = this.#clock.after(after, then)
  }

  #pagesInAll(): number | undefined {
    const replay = this.#replay
    if (!replay || replay.from === 0 || replay.last < replay.from) return undefined
    return replay.last - replay.from + (this.#result?.pages ?? 0) - replay.confirmed
  }
}

function noResult(): CatchUpResult {
  return {
    pages: 0,
    packets: 0,
    logged: 0,
    duplicates: 0,
    corrupt: [],
    from: undefined,
    to: undefined,
    seconds: 0,
    complete: false,
  }
}

function endText(source: string, { pages, logged, duplicates, corrupt, lost }: CatchUpResult): string {
  const parts = [
    `caught up with ${source}: ${pages} pages, ${logged} packets logged, ${duplicates} were logged before`,
  ]
  if (corrupt.length > 0) parts.push(`${corrupt.length} pages are damaged in its flash memory`)
  if (lost) parts.push('older pages had been overwritten')
  return parts.join('; ')
}
