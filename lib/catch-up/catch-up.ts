// Asks a collector with a flash memory for what it received while nobody listened, and gives out its answer as lines that
// belong to an earlier moment. It stands between a port and the log, and knows nothing of either. Here is when it asks;
// what it asks, and what becomes of the answer, is in asking.ts.
import type { Clock } from '../kit/clock.ts'
import { Asking, type Ended, type Outcome } from './asking.ts'
import type { CatchUpEvents, CatchUpState } from './events.ts'
import { type CollectorLine, everything, type Marker } from './jeelink-line.ts'
import type { CollectorMemory, Observed } from './memory.ts'
import { type CatchUpNotice, type CatchUpResult, dueNotice, endNotice, type Notice, Tally } from './notice.ts'

export type { CatchUpEvents, CatchUpState, Given } from './events.ts'

export interface CatchUpSettings {
  /** A pause in the lines that is longer (ms) may hide some: default a minute. */
  missing: number
  /** ms: what is older is not asked for; default a week */
  longest: number
  /** where nothing is known of the collector, ask it for what it has */
  firstTime: boolean
  /**
   * The user says that it is a collector: it is asked for its pages even if nothing has shown that it has any. To a device of
   * which neither is known nothing is ever sent. Default: no
   */
  isCollector?: boolean
}

export const defaultSettings: CatchUpSettings = { missing: 60_000, longest: 7 * 86_400_000, firstTime: true }

/** In which a collector that was reset by the opening says so, ms. */
const settleTime = 5_000
/** Between the collector's first line and a request: it writes its help text. */
const bootTime = 1_000

type Step =
  /** nothing is missing, or what may be missing cannot be asked for as the device has shown no flash memory */
  | 'off'
  /** connected just now: was it reset? */
  | 'settling'
  /** reset just now */
  | 'booting'
  /** the next page to be saved is waited for */
  | 'page'
  | 'asking'

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
  /** something may be missing, and would be asked for if the device had shown a flash memory */
  #mayMiss = false
  /** that nothing is asked for */
  #hasSaid = false
  /** the journal has lines of it */
  #isKnown = false
  /** since the reset it has said nothing of a flash memory */
  #isDoubtful = false
  /** ms since 1970 */
  #connectedAt = 0
  #asking: Asking<L> | undefined
  /** for the journal, with the next lines */
  #owed: Notice[] = []

  constructor(source: string, settings: CatchUpSettings, clock: Clock, events: CatchUpEvents<L>) {
    this.#source = source
    this.#settings = settings
    this.#clock = clock
    this.#events = events
  }

  get state(): CatchUpState {
    if (this.#step === 'off') return { state: 'live' }
    const progress = this.#asking?.progress
    return progress ? { state: 'asking', ...progress } : { state: 'waiting' }
  }

  /** An answer is under way: any byte that is sent to the collector would cut it. */
  get isAsking(): boolean {
    return this.#asking?.isAsking ?? false
  }

  /** What the journal has of this collector: every line that came before, and none that is still to come. */
  start(memory: CollectorMemory): void {
    this.#memory = memory
  }

  /** It has shown that it keeps what it receives. */
  get isCollector(): boolean {
    return this.#memory?.hasFlash ?? false
  }

  connected(): void {
    this.#isFirst = true
  }

  disconnected(): void {
    this.#asking?.stop()
    this.#asking = undefined
    this.#go('off')
  }

  /** A line has come. It is given out at once, or as packets, or when the page that it ends is known to be whole. */
  line(line: L): void {
    const memory = this.#memory
    if (!memory) {
      this.#events.give({ line })
      return
    }
    const what = this.#observe(line, memory)
    if (!this.#asking?.line(line, what)) this.#give(line)
    this.#look(what, memory)
  }

  /** Somebody else has sent something: an answer that is under way was cut by it. */
  sent(): void {
    this.#asking?.sent()
  }

  #observe(line: L, memory: CollectorMemory): CollectorLine {
    const { lastLine, newest } = memory
    const what = memory.observe(line)
    if (this.#isFirst) this.#begin(line.received, memory, lastLine, newest)
    this.#isFirst = false
    return what
  }

  /** The first line of a connection tells how long nobody listened. */
  #begin(received: number, memory: CollectorMemory, lastLine = 0, newest?: Marker): void {
    // a reset by the opening is a moment before its first line
    this.#connectedAt = received - settleTime
    this.#isDoubtful = false
    this.#isKnown = lastLine !== 0
    const { missing, firstTime, isCollector } = this.#settings
    if (newest ? received - lastLine >= missing : firstTime) this.#mayMiss = true
    if (this.#mayMiss && memory.hasFlash) this.#isDue(memory, newest)
    if (memory.due) this.#go('settling', settleTime, () => this.#go('page'))
    else if (this.#mayMiss && isCollector) this.#go('settling', settleTime, () => this.#probe(memory))
    else if (this.#mayMiss)
      this.#wait(settleTime, () => this.#say('has shown no flash memory so far, so it is asked for nothing'))
  }

  #isDue(memory: CollectorMemory, newest: Marker | undefined): void {
    this.#mayMiss = false
    if (memory.due) return
    memory.due = newest ?? everything
    this.#owed.push(dueNotice(this.#source, memory.due))
  }

  /** Gives a line as it is. */
  #give(line: L, notice = this.#owed.shift()): void {
    this.#events.give(notice ? { line, notice } : { line })
  }

  /** What a line means for the moment to ask. */
  #look(what: CollectorLine, memory: CollectorMemory): void {
    if (this.#mayMiss && memory.hasFlash && this.#step !== 'asking') this.#shown(what, memory)
    if (this.#step === 'off' && !(this.#mayMiss && what.kind === 'banner')) return
    // it comes once more behind the help text
    if (what.kind === 'banner' && this.#step !== 'booting' && !this.isAsking)
      this.#reset(settleTime, () => this.#saysNoFlash(memory))
    if (what.kind === 'boot') this.#reset(bootTime, () => this.#ask(memory))
    if (what.kind === 'saved' && this.#step === 'page') this.#ask(memory)
  }

  /** A device of which nothing was known has just shown that it has a flash memory. */
  #shown({ kind }: CollectorLine, memory: CollectorMemory): void {
    this.#isDue(memory, undefined)
    // the packet that saved the page was seen live, unless that line is the very first one
    if (kind !== 'boot') this.#go('page')
  }

  #reset(after: number, then: () => void): void {
    this.#isDoubtful = false
    this.#asking?.stop()
    this.#go('booting', after, then)
  }

  /** The collector has started, and does not name its flash memory. */
  #saysNoFlash(memory: CollectorMemory): void {
    this.#isDoubtful = true
    // it had one: the line that names it may have been damaged
    if (memory.hasFlash) this.#ask(memory)
    else this.#hasNoFlash(memory)
  }

  #hasNoFlash(memory: CollectorMemory): void {
    this.#mayMiss = false
    this.#asking = undefined
    this.#go('off')
    if (memory.due) this.#note(memory, endNotice(this.#source, everything, new Tally().result(0, false)))
    this.#say('has no flash memory: what it sent while the gateway was away is lost')
  }

  #note(memory: CollectorMemory, notice: CatchUpNotice): void {
    memory.noted(notice)
    this.#owed.push(notice)
  }

  /** Once. */
  #say(what: string): void {
    if (this.#hasSaid) return
    this.#hasSaid = true
    this.#events.report('info', `${this.#source} ${what}`)
  }

  /** The user says that it is a collector: its list of pages shows whether it has a flash memory, and costs no packet. */
  #probe(memory: CollectorMemory): void {
    this.#isDoubtful = true
    this.#go('asking')
    this.#asking = this.#newAsking(memory)
    this.#asking.probe()
  }

  #ask(memory: CollectorMemory): void {
    this.#asking ??= this.#newAsking(memory)
    this.#go('asking')
    this.#asking.ask()
  }

  #newAsking(memory: CollectorMemory): Asking<L> {
    return new Asking<L>({
      source: this.#source,
      clock: this.#clock,
      memory,
      longest: this.#longest(memory),
      connectedAt: this.#connectedAt,
      isDoubtful: this.#isDoubtful,
      listener: {
        give: (line, notice) => this.#give(line, notice),
        recovered: (line, { packet, time }) => this.#recovered(line, `OK ${packet}`, time),
        note: (notice) => this.#owed.push(notice),
        send: (text) => this.#events.send(text),
        changed: () => this.#events.changed(),
        over: (outcome, line) => this.#over(outcome, line, memory),
      },
    })
  }

  /**
   * How long ago (ms) what is asked for may be. Where the journal has lines of the collector, but names no page as far back
   * as it was read, what is older may have been logged, and would be logged twice.
   */
  #longest({ due, readSince }: CollectorMemory): number {
    const { longest } = this.#settings
    if (readSince === undefined || !this.#isKnown || due?.seq !== everything.seq) return longest
    return Math.min(longest, this.#clock.wall() - readSince)
  }

  #recovered(line: L, text: string, time: number): void {
    const notice = this.#owed.shift()
    this.#events.give({ line, recovered: { text, time }, ...(notice && { notice }) })
  }

  #over(outcome: Outcome, line: L | undefined, memory: CollectorMemory): void {
    this.#asking = undefined
    switch (outcome.kind) {
      case 'no flash':
        this.#hasNoFlash(memory)
        return
      case 'flash':
        this.#isDue(memory, undefined)
        this.#go('page')
        return
      case 'failed':
        this.#go('off')
        this.#owed.push({ ...dueNotice(this.#source, memory.due!), ...outcome.result })
        this.#events.report('warn', failText(this.#source, outcome.why, outcome.attempts))
        return
      default:
        this.#ended(outcome, line, memory)
    }
  }

  #ended({ kind, result }: Ended, line: L | undefined, memory: CollectorMemory): void {
    this.#go('off')
    const notice = endNotice(this.#source, kind === 'empty' ? everything : memory.due!, result)
    this.#note(memory, notice)
    if (line) this.#give(line)
    this.#events.report('info', endText(this.#source, result))
  }

  #go(step: Step, after?: number, then?: () => void): void {
    this.#step = step
    this.#cancel()
    if (after !== undefined && then) this.#wait(after, then)
    this.#events.changed()
  }

  #wait(after: number, then: () => void): void {
    this.#cancel()
    this.#cancel = this.#clock.after(after, then)
  }
}

function endText(source: string, { pages, logged, duplicates, corruptPages }: CatchUpResult): string {
  const text = `caught up with ${source}: ${pages} pages, ${logged} packets logged, ${duplicates} were logged before`
  return corruptPages === 0 ? text : `${text}; ${corruptPages} pages are damaged in its flash memory`
}

function failText(source: string, why: string, attempts: number): string {
  return (
    `${source} could not be asked for all that it received meanwhile: ${why}, ${attempts} times. ` +
    'What is missing will be asked for at the next connection.'
  )
}
