// One catch-up, from the first request until all has come: what is asked in which order, and again where an answer is cut.
import type { Clock } from '../kit/clock.ts'
import { asError } from '../kit/errors.ts'
import { pauses } from './events.ts'
import {
  type CollectorLine,
  everything,
  isSamePage,
  listRequest,
  type Marker,
  replayRequest,
  stopRequest,
} from './jeelink-line.ts'
import type { CollectorMemory, Observed } from './memory.ts'
import { type CatchUpResult, dueNotice, type Notice, Tally } from './notice.ts'
import { PageList } from './page-list.ts'
import { type RecoveredPacket, Replay, type ReplayedPage } from './replay.ts'

export interface AskingListener<L> {
  /** A line goes on, and the journal notes something with it. */
  give(line: L, notice?: Notice): void
  /** A packet goes on in the place of a line. */
  recovered(line: L, packet: RecoveredPacket): void
  /** The journal is to note something with whatever goes on next. */
  note(notice: Notice): void
  send(text: string): Promise<void>
  /** how far it is has changed */
  changed(): void
  /** It is over. @param line its last line, which is still to be given */
  over(outcome: Outcome, line?: L): void
}

/** `empty`: its list of pages is */
export interface Ended {
  kind: 'complete' | 'empty'
  result: CatchUpResult
}

export type Outcome =
  | Ended
  /** of a probe: it has pages */
  | { kind: 'flash' }
  /** it has echoed a request and done nothing, as one without flash memory does */
  | { kind: 'no flash' }
  | { kind: 'failed'; why: string; attempts: number; result: CatchUpResult }

export interface AskingParts<L> {
  source: string
  clock: Clock
  memory: CollectorMemory
  /** ms: what is older is not asked for */
  longest: number
  /** ms since 1970: a pair of both clocks from before is too old to go by */
  connectedAt: number
  /** Nothing in this connection has shown a flash memory: an echo without an answer shows that there is none. */
  isDoubtful: boolean
  listener: AskingListener<L>
}

/** In which a request is answered, or an answer goes on, ms. Pages are found in less than a second. */
const answerTime = 10_000
/** The same behind the echo of a device that may have no flash memory. */
const doubtfulTime = 3_000
/** The list of pages is at its end when nothing has come for so many ms. */
const listPause = 3_000

type Step = 'idle' | 'list' | 'clock' | 'replay' | 'pause'

/** Lines of an answer: each shows that it goes on. */
const answers: ReadonlySet<CollectorLine['kind']> = new Set([
  'echo',
  'range',
  'stored',
  'replayed',
  'corrupt',
  'unwritten',
  'ended',
  'listed',
])

export class Asking<L extends Observed> {
  readonly #parts: AskingParts<L>
  readonly #tally = new Tally()
  /** monotonic, ms */
  readonly #started: number
  #step: Step = 'idle'
  #cancel: () => void = () => undefined
  #attempts = 0
  /** no answer has shown yet that it has a flash memory */
  #isDoubtful: boolean
  #isProbe = false
  #hasEchoed = false
  /** somebody else has sent something meanwhile, or a line was damaged */
  #isCut = false
  #replay: Replay<L> | undefined
  #list: PageList | undefined
  /** the page to ask behind, where it is not the one that is due */
  #ask: Marker | undefined
  /** the page that is due is known to be in the flash */
  #isFound = false
  /** the page that is due may have been overwritten */
  #mustList = false
  /** pages behind the one that was due had been overwritten; since when is known perhaps, ms since 1970 */
  #hole: { from: number | undefined } | undefined

  constructor(parts: AskingParts<L>) {
    this.#parts = parts
    this.#isDoubtful = parts.isDoubtful
    this.#started = parts.clock.monotonic()
  }

  /** An answer is under way: any byte that is sent to the collector would cut it. */
  get isAsking(): boolean {
    return this.#step === 'replay' || this.#step === 'clock' || this.#step === 'list'
  }

  /** How far it is; undefined while no packets are asked for. */
  get progress(): { pages: number; of: number | undefined; packets: number } | undefined {
    if (this.#step !== 'replay') return undefined
    const { pages, packets } = this.#tally
    const replay = this.#replay
    const isInOrder = replay && replay.from !== 0 && replay.last >= replay.from
    return {
      pages,
      of: isInOrder ? replay.last - replay.from + pages - replay.confirmed : undefined,
      packets,
    }
  }

  /** The next attempt, at once. */
  ask(): void {
    this.#attempts++
    this.#next()
  }

  /** Asks for the list of its pages alone, to see whether it has a flash memory. */
  probe(): void {
    this.#isProbe = true
    this.#list = new PageList()
    this.#request('list', listRequest)
  }

  /** Nothing comes any more, as the connection is lost or the collector was reset. */
  stop(): void {
    this.#abandon()
    this.#dropList()
    this.#go('idle')
  }

  /** Takes a line. @returns whether it is given out, or will be */
  line(line: L, what: CollectorLine): boolean {
    if (!this.isAsking) return false
    if (what.kind === 'echo') this.#hasEchoed = true
    else if (answers.has(what.kind)) this.#isDoubtful = false
    if (answers.has(what.kind)) this.#await()
    switch (this.#step) {
      case 'list':
        this.#listed(what)
        return false
      case 'clock':
        return this.#clocked(line, what)
      default:
        return this.#replayed(line, what)
    }
  }

  /** Somebody else has sent something: an answer that is under way was cut by it. */
  sent(): void {
    this.#isCut = true
    this.#replay?.garbled()
  }

  #listed(what: CollectorLine): void {
    if (what.kind === 'listed') {
      this.#list!.add(what)
      // nothing tells its end
      this.#wait(listPause, () => this.#choose())
    } else if (what.kind === 'packet' && this.#list!.length > 0) this.#choose()
    else if (what.kind === 'other' && this.#hasEchoed) this.#isCut = true
  }

  #choose(): void {
    const { memory, clock, longest, source, listener } = this.#parts
    const list = this.#list!
    if (this.#isProbe) {
      this.#over({ kind: list.length > 0 ? 'flash' : 'no flash' })
      return
    }
    if (this.#isCut || (memory.saidNewest && !list.hasNumber(memory.saidNewest.page))) {
      this.#failed('the list of its pages was cut')
      return
    }
    if (list.length === 0) {
      if (this.#hasEchoed) this.#over({ kind: 'empty', result: this.#result(true) })
      else this.#failed('there is no answer')
      return
    }
    const due = memory.due!
    if (due.seq !== everything.seq && !list.has(due)) this.#hole ??= { from: memory.page(due)?.wall }
    const { ask, after } = list.choose(due, clock.wall(), longest, (page) => this.#timeOf(page))
    this.#ask = ask
    this.#isFound = true
    this.#mustList = false
    memory.due = after
    listener.note(dueNotice(source, after))
    this.#next()
  }

  /** A page's first moment, ms since 1970, where its clock is known. */
  #timeOf(page: Marker): number | undefined {
    const { memory } = this.#parts
    const isCurrent = page.seq === memory.newest?.seq
    const clock = memory.page(page)?.clock.itself ?? (isCurrent ? memory.clocks.current : undefined)
    return clock?.hasPair ? clock.wallOf(page.time) : undefined
  }

  #clocked(line: L, what: CollectorLine): boolean {
    if (what.kind !== 'ended') return what.kind === 'stored'
    this.#parts.listener.give(line)
    this.#next()
    return true
  }

  #replayed(line: L, what: CollectorLine): boolean {
    const { memory } = this.#parts
    if (what.kind === 'range') {
      this.#begin(what)
      return false
    }
    const replay = this.#replay
    if (!replay) return this.#unannounced(what)
    switch (what.kind) {
      case 'stored':
        this.#check(what.seq)
        this.#pages(replay.stored(what))
        return true
      case 'replayed':
        this.#check(what.seq)
        this.#pages(replay.ended(memory.page(what)!, line))
        return true
      case 'corrupt':
        this.#tally.corrupt(what.page)
        this.#pages(replay.unreadable(what.page))
        return false
      case 'unwritten':
        this.#pages(replay.unreadable(what.page))
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

  /** The line that begins an answer was damaged: what comes is asked for again. */
  #unannounced(what: CollectorLine): boolean {
    if (what.kind === 'ended') this.#failed('the answer was cut')
    return what.kind === 'stored'
  }

  #begin(range: Extract<CollectorLine, { kind: 'range' }>): void {
    const { memory } = this.#parts
    const due = memory.due!
    const asked = this.#ask ?? due
    this.#replay = new Replay(range, memory, due)
    if (asked.seq === everything.seq) this.#isFound = true
    else if (range.from !== asked.page) this.#look()
    else if (this.#isFound) memory.clocks.rewind(memory.page(asked), true)
    // where nothing follows, the page is the newest one
    else if (range.from === range.last && memory.saidNewest && !isSamePage(memory.saidNewest, asked))
      this.#look()
  }

  /**
   * Whether the page that the answer starts behind is the one that was due. Where it has the number and a later seq, as the
   * log went round exactly once, all that comes has a later seq, too.
   */
  #check(seq: number): void {
    if (this.#isFound) return
    if (seq === this.#parts.memory.due!.seq) this.#isFound = true
    else if (!this.#mustList) this.#look()
  }

  /**
   * The page that was due is not there any more, or that is not sure. What the collector sends instead begins behind some
   * later page, perhaps behind the last one: so it is stopped, and its list tells which is the oldest that can be had.
   */
  #look(): void {
    // the list has chosen it, so there is nothing better
    if (this.#ask) return
    this.#list = undefined
    this.#mustList = true
    this.#replay!.garbled()
    this.#send(stopRequest)
  }

  /** Pages that are done with: their packets, and behind them the line that ends each. */
  #pages(pages: Array<ReplayedPage<L>>): void {
    const { listener, memory, source } = this.#parts
    for (const page of pages) {
      const { marker, line, packets } = page
      this.#closeHole(packets[0]?.time)
      for (const packet of packets) listener.recovered(line, packet)
      memory.due = marker
      this.#ask = undefined
      this.#isFound = true
      listener.give(line, dueNotice(source, marker))
      this.#tally.page(page)
    }
    if (pages.length > 0) listener.changed()
  }

  /** Notes what was overwritten. @param to when the first packet behind it was on the air, ms since 1970 */
  #closeHole(to: number | undefined): void {
    const hole = this.#hole
    if (!hole || to === undefined) return
    this.#hole = undefined
    this.#parts.listener.note({ kind: 'gap', source: this.#parts.source, from: hole.from ?? null, to })
  }

  /** The collector has said that the answer is over. */
  #ended(line: L, replay: Replay<L>): void {
    const { listener, clock } = this.#parts
    this.#replay = undefined
    if (replay.bounds) this.#tally.estimated(replay.bounds)
    if (this.#mustList) {
      listener.give(line)
      this.#next()
      return
    }
    if (!replay.isWhole) {
      listener.give(line)
      this.#failed('the answer was cut')
      return
    }
    this.#closeHole(clock.wall())
    this.#go('idle')
    listener.over({ kind: 'complete', result: this.#result(true) }, line)
  }

  /** What is to be known before the packets can be asked for, and then these. */
  #next(): void {
    const { memory } = this.#parts
    const { newest } = memory
    if (!this.#knowsClock() && this.#step !== 'clock' && newest) this.#request('clock', replayRequest(newest))
    else if (this.#mustChoose(memory.due!)) {
      this.#list = new PageList()
      this.#request('list', listRequest)
    } else this.#request('replay', replayRequest(this.#ask ?? memory.due!))
  }

  /** A replay of nothing ends in what time it is for the collector, so that all of the answer can be placed between two times. */
  #knowsClock(): boolean {
    const newest = this.#parts.memory.clocks.current?.newest
    return newest !== undefined && newest >= this.#parts.connectedAt
  }

  #mustChoose(due: Marker): boolean {
    if (this.#mustList) return true
    if (this.#list) return false
    if (due.seq === everything.seq) return true
    const time = this.#parts.memory.page(due)?.wall ?? this.#timeOf(due)
    return time !== undefined && this.#parts.clock.wall() - time > this.#parts.longest
  }

  #request(step: Step, text: string): void {
    this.#abandon()
    this.#isCut = false
    this.#hasEchoed = false
    this.#go(step)
    this.#await()
    this.#send(text)
  }

  #send(text: string): void {
    this.#parts.listener.send(text).catch((error: unknown) => this.#failed(asError(error).message))
  }

  /** Waits for the answer, or for more of it. */
  #await(): void {
    const time = this.#isDoubtful && this.#hasEchoed ? doubtfulTime : answerTime
    this.#wait(time, () => this.#silent())
  }

  #silent(): void {
    if (this.#isDoubtful && this.#hasEchoed) this.#over({ kind: 'no flash' })
    else if (this.#step === 'list') this.#choose()
    else this.#failed(this.#replay ? 'the answer stopped' : 'there is no answer')
  }

  /** Asks again after a pause, from where it is whole; gives up after some times. */
  #failed(why: string): void {
    if (!this.isAsking) return
    if (this.#isProbe) {
      this.#over({ kind: 'no flash' })
      return
    }
    this.#abandon()
    this.#dropList()
    const pause = pauses[this.#attempts - 1]
    if (pause === undefined) {
      this.#over({ kind: 'failed', why, attempts: this.#attempts, result: this.#result(false) })
      return
    }
    this.#go('pause')
    this.#wait(pause, () => this.ask())
  }

  #over(outcome: Outcome): void {
    this.#go('idle')
    this.#parts.listener.over(outcome)
  }

  #result(isComplete: boolean): CatchUpResult {
    const ms = this.#parts.clock.monotonic() - this.#started
    return this.#tally.result(Math.round(ms / 1000), isComplete)
  }

  /** What waits will come again; the lines that ended its pages are given out as they are. */
  #abandon(): void {
    for (const line of this.#replay?.abandon() ?? []) this.#parts.listener.give(line)
    this.#replay = undefined
  }

  /** A list that was cut says nothing. */
  #dropList(): void {
    if (this.#step === 'list') this.#list = undefined
  }

  #go(step: Step): void {
    this.#step = step
    this.#cancel()
    this.#parts.listener.changed()
  }

  #wait(after: number, then: () => void): void {
    this.#cancel()
    this.#cancel = this.#parts.clock.after(after, then)
  }
}
