// One port of a gateway: a source kept connected, its bytes as lines, and a queue in front of the flow. While
// a deploy replaces nodes the queue holds the lines. It knows nothing of Node-RED.
import { inBackground } from '../kit/background.ts'
import { BoundedQueue } from '../kit/bounded-queue.ts'
import type { Clock } from '../kit/clock.ts'
import { doneWithin } from '../kit/deadline.ts'
import { withCode } from '../kit/errors.ts'
import { RateLimit } from '../kit/rate-limit.ts'
import { PortConnection } from './connection.ts'
import { FilteredLines, type WaitingLine } from './filtered-lines.ts'
import { type Frame, type FrameCounts, type LineEnd, noCounts } from './framing/frame.ts'
import type { FramingKind } from './framing/settings.ts'
import type { FilterContext, FilterProgress } from './line-filter.ts'
import type { Loan, LoanReason, PortCounts, PortMessage, PortSetup, Subscriber } from './port-interface.ts'
import {
  framedLine,
  type LineNotice,
  type LongLineNotice,
  type PortLine,
  type RenamedNotice,
} from './port-line.ts'
import { droppedText, floodText, heldLimits, renamedText, waitingLimits } from './port-words.ts'
import { SendQueue } from './sending/send-queue.ts'
import { defaultSendSettings, endOf, isJeelink } from './sending/settings.ts'
import { type LineSource, SourceError } from './source/source.ts'
import type { SourceState } from './supervisor.ts'
import { Flood } from './watch/flood.ts'
import { LiveLines } from './watch/live-lines.ts'
import type { Trouble } from './watch/port-watch.ts'
import type { Quiet } from './watch/rhythm.ts'
import { noWatch } from './watch/settings.ts'

/** Lines given to the flow before other work has its turn. */
const batch = 250
/** How long (ms) a connection stays open without settings, for a deploy to make them anew. */
const detachGrace = 2_000
/** Turns of the event loop after the last line, so that it is through a few nodes when `drain` resolves. */
const drainTurns = 10

export class LinePort {
  /** the last lines, as a panel shows them */
  readonly live = new LiveLines()
  /** What is sent to the device, one order after the other. */
  readonly sending: SendQueue
  readonly #clock: Clock
  readonly #random: () => number
  readonly #queue = new BoundedQueue<WaitingLine>(heldLimits, ({ bytes }) => bytes)
  readonly #subscribers = new Set<Subscriber>()
  readonly #filtered = new FilteredLines()
  /** what a filter gave while a deploy held the port */
  #given: PortLine[] = []
  /** what the port's settings say; undefined where there are none (any more) */
  #wanted: PortSetup | undefined
  /** what is being read from */
  #current: PortConnection | undefined
  #work: Promise<void> = Promise.resolve()
  #cancelGrace: () => void = () => undefined
  /** of connections with earlier settings */
  #past = noCounts
  #sent = 0
  #dropped = 0
  #droppedInHold = 0
  #lineEnd: LineEnd | undefined
  /** of its source, as it was opened last */
  #name: string | undefined
  /** notices for the journal, each with one of the next lines */
  readonly #owed: LineNotice[] = []
  #held = true
  #pumping = false
  #drained = false
  readonly #reports: RateLimit
  readonly #flood: Flood
  #onRelease: Array<() => void> = []

  /** Starts held: nothing is opened or sent before `release`. */
  constructor(clock: Clock, random: () => number = Math.random) {
    this.#clock = clock
    this.#random = random
    this.#reports = new RateLimit(60_000, clock)
    this.#flood = new Flood(clock, (count) => this.#current?.setup.report('warn', floodText(count)))
    this.sending = new SendQueue(clock, {
      write: (data) => this.write(data),
      busy: () => this.busy,
      isJeelink: (settings) => isJeelink(settings, this.#current?.filter?.isCollector ?? false),
      lineEnd: (settings, isJeelink) => endOf(settings, isJeelink, this.#framing, this.#lineEnd),
      failed: ({ message }) => this.#current?.setup.report('warn', message),
    })
  }

  get state(): SourceState {
    return this.#current?.state ?? { state: 'closed' }
  }

  get counts(): PortCounts {
    return {
      ...added(this.#past, this.#current?.counts ?? noCounts),
      sent: this.#sent,
      dropped: this.#dropped,
    }
  }

  /** How the lines end, where that is found automatically; undefined before. */
  get lineEnd(): LineEnd | undefined {
    return this.#lineEnd
  }

  /** Lines read and not yet given to the flow. */
  get waiting(): number {
    return this.#queue.length
  }

  /** Its lines wait, for those who take them can take no more: so the sender is made to wait. */
  get holdsBack(): boolean {
    return this.#mustWait()
  }

  /** Why nothing may be sent to the device for now; undefined where it may. */
  get busy(): string | undefined {
    return this.#current?.filter?.busy
  }

  /** What its filter does; undefined where lines pass as they are. */
  get progress(): FilterProgress | undefined {
    return this.#current?.filter?.progress
  }

  /** What is wrong without any error, in a few words: silence, another speed; undefined where nothing is. */
  get trouble(): Trouble | undefined {
    return this.#current?.trouble
  }

  /** What comes looks as if it had been sent at another speed. */
  get isSpeedWrong(): boolean {
    return this.#current?.isSpeedWrong === true
  }

  /** The last line is more than a minute ago; undefined while lines come, and before the first one. */
  get quiet(): Quiet | undefined {
    return this.#current?.quiet
  }

  /** It is open, and no byte has come for too long. */
  get isSilent(): boolean {
    return this.#current?.isSilent === true
  }

  /** What is read from, as its settings have it; undefined while it is closed. */
  get source(): LineSource | undefined {
    return this.#current?.setup.source
  }

  /** Its settings are there: a config node stands for it. */
  get attached(): boolean {
    return this.#wanted !== undefined
  }

  /** It was drained, and reads no more. */
  get drained(): boolean {
    return this.#drained
  }

  /** Says what to read from; it is opened while the flow runs and somebody subscribes. */
  attach(setup: PortSetup): void {
    this.#cancelGrace()
    this.#wanted = setup
    if (this.#current?.setup.key === setup.key) {
      this.#current.setup.report = setup.report
      this.#configureSending(setup)
    }
    if (!this.#held) inBackground(this.#reconcile())
  }

  /**
   * The settings are gone: for good, or for the moment that a deploy takes to make them anew. In that case the
   * connection stays open for a moment, so that nothing a device sends meanwhile is lost. Resolves when closed,
   * or at once.
   */
  async detach(forGood: boolean): Promise<void> {
    this.#wanted = undefined
    if (forGood) this.sending.drop('the port was removed')
    if (forGood || this.#drained) await this.#reconcile()
    else this.#cancelGrace = this.#clock.after(detachGrace, () => inBackground(this.#reconcile()))
  }

  /** Gives every line to `subscriber` from now on. The source is open while there is at least one. */
  subscribe(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber)
    if (!this.#held) inBackground(this.#reconcile())
    return () => {
      this.#subscribers.delete(subscriber)
    }
  }

  /** A subscriber can take lines again. */
  ready(): void {
    this.#pump()
    this.#throttle()
  }

  /** A deploy begins: reading goes on, nothing is sent. */
  hold(): void {
    this.#held = true
  }

  /** The flow runs: opens the source, and sends what was held. */
  release(): void {
    this.#held = false
    for (const resolve of this.#onRelease.splice(0)) resolve()
    if (this.#droppedInHold > 0) this.#wanted?.report('warn', droppedText(this.#droppedInHold))
    this.#droppedInHold = 0
    if (this.#subscribers.size === 0) this.#discard()
    this.#cancelGrace()
    for (const line of this.#given.splice(0)) this.#give(line)
    inBackground(this.#reconcile())
    this.#throttle()
    this.#pump()
  }

  /**
   * Gives bytes to the device at once, past the queue of `sending`. Rejects with a SourceError; its code is
   * PORT_NOT_OPEN where the port is not connected, or has been drained.
   */
  write(data: Buffer): Promise<void> {
    this.#current?.filter?.sent()
    return this.#write(data)
  }

  #write(data: Buffer): Promise<void> {
    if (this.#current && !this.#drained) return this.#current.write(data)
    return Promise.reject(withCode('PORT_NOT_OPEN', new SourceError('the port is not open', 'closed')))
  }

  /** Restarts the device by DTR. What came of a line before it never joins what comes after. */
  async reset(): Promise<void> {
    const current = this.#current
    if (!current) throw new SourceError('the port is not open', 'closed')
    await current.reset()
  }

  /** Closes the device, for somebody else to open it for a while; undefined where it is not open. */
  lend(reason: LoanReason): Promise<Loan | undefined> {
    return this.#inTurn(() => this.#lend(reason))
  }

  async #lend(reason: LoanReason): Promise<Loan | undefined> {
    const current = this.#current
    return current?.lend(reason, () => this.#current === current)
  }

  /**
   * For the end of the process: reads no more, and resolves when every complete line that had been read went
   * into the flow, a few turns of the event loop ago. Lines held by a deploy wait for its end, `limit` ms long.
   * Gives the number of lines that could not be sent.
   */
  async drain(limit: number): Promise<number> {
    this.#drained = true
    this.sending.close('the gateway stops')
    await this.#reconcile()
    // lines that waited for the journal do not any more
    this.#pump()
    if (this.#held && this.#queue.length > 0) await this.#untilReleased(limit)
    while (!this.#held && this.#queue.length > 0) await turn()
    this.#filtered.ended()
    for (let i = 0; i < drainTurns; i++) await turn()
    return this.#queue.length
  }

  #untilReleased(limit: number): Promise<unknown> {
    const released = new Promise<void>((resolve) => this.#onRelease.push(resolve))
    return doneWithin(released, limit, this.#clock)
  }

  /** Makes what is open agree with what is wanted, one step after the other. */
  #reconcile(): Promise<void> {
    return this.#inTurn(async () => {
      const used = (this.#held || this.#subscribers.size > 0) && !this.#drained
      const wanted = used ? this.#wanted : undefined
      if (this.#current && this.#current.setup.key !== wanted?.key) await this.#close(this.#current)
      if (!this.#current && wanted && !this.#held) this.#open(wanted)
    })
  }

  /** One step after the other. One that fails, as whoever is told of it does, must not end all that come after it. */
  #inTurn<Result>(step: () => Promise<Result>): Promise<Result> {
    const done = this.#work.then(step)
    this.#work = done.then(
      () => undefined,
      () => undefined,
    )
    return done
  }

  #configureSending({ sending, source }: PortSetup): void {
    this.sending.configure(sending ?? defaultSendSettings, source.text)
  }

  get #framing(): FramingKind {
    return this.#current?.setup.lines.framing.framing ?? 'auto'
  }

  #open(setup: PortSetup): void {
    this.#noteName(setup)
    this.#configureSending(setup)
    const filter = setup.filter?.(this.#filterContext(setup))
    const connection = new PortConnection(setup, filter, this.#clock, this.#random, {
      frame: (frame) => this.#receive(frame, connection),
      found: (lineEnd) => {
        this.#lineEnd = lineEnd
        setup.report('info', `lines from ${setup.source.name} end in ${lineEnd}`)
      },
      opened: () => {
        this.#tellFilter()
        this.sending.opened()
      },
      // a line that was cut off is no answer
      lost: () => this.sending.lost(),
      ended: () => this.#tellFilter(),
      silent: (seconds) => this.#silent(seconds, setup),
      note: (notice) => this.#owed.push(notice),
      changed: () => this.#changed(),
      mayReport: () => this.#reports.allows(),
    })
    this.#current = connection
    this.#lineEnd = undefined
    this.#throttle()
    connection.start()
  }

  /** What is told apart by the source begins anew under another name: that must not go unnoticed. */
  #noteName({ source: { name }, report }: PortSetup): void {
    const was = this.#name
    this.#name = name
    if (was === undefined || was === name) return
    const notice: RenamedNotice = { kind: 'renamed', source: name, was }
    this.#owed.push(notice)
    report('warn', renamedText(name, was))
  }

  #filterContext(setup: PortSetup): FilterContext {
    return {
      give: (line) => (this.#held ? this.#given.push(line) : this.#give(line)),
      send: (data) => this.#write(data),
      changed: () => this.#changed(),
      tell: (payload) => this.#tell({ topic: 'catchup', payload: { source: setup.source.name, ...payload } }),
      report: (level, text) => setup.report(level, text),
      logged: async () => {
        for (const { logged } of this.#subscribers) if (logged) return logged()
        return undefined
      },
    }
  }

  #silent(seconds: number, { source, report, watch = noWatch }: PortSetup): void {
    this.#tell({ topic: 'silent', payload: { source: source.name, seconds } })
    if (watch.whenSilent === 'reopen') this.#current?.reopen()
    if (watch.whenSilent !== 'reset') return
    inBackground(this.reset(), ({ message }) => {
      if (this.#reports.allows('reset')) report('warn', message)
    })
  }

  async #close(connection: PortConnection): Promise<void> {
    try {
      await connection.stop()
    } finally {
      this.#flood.end()
      this.#past = added(this.#past, connection.counts)
      this.#current = undefined
    }
    this.#changed()
  }

  #receive(frame: Frame, connection: PortConnection): void {
    const { setup, filter } = connection
    const { name, holdsBack, losesUnread = false } = setup.source
    const line: WaitingLine = framedLine(frame, name, setup.lines.framing.framing !== 'auto')
    this.sending.heard(line)
    if (this.#queue.isFull && (this.#held ? !holdsBack : losesUnread)) {
      this.#dropped++
      if (this.#held) this.#droppedInHold++
      else this.#flood.dropped()
      return
    }
    this.live.push(line)
    if (frame.piece === 1) {
      const notice: LongLineNotice = { kind: 'long-line', bytes: frame.bytes, piece: 1, source: name }
      line.notice = notice
      connection.isLong(frame)
    } else if (this.#owed.length > 0) line.notice = this.#owed.shift()
    if (filter) line.connection = connection.filtered ??= { filter }
    this.#queue.push(line)
    this.#throttle()
    this.#pump()
  }

  /**
   * Reads no more while the flow does not keep up, unless what is not read is lost. In a deploy only where that makes the
   * sender wait.
   */
  #throttle(): void {
    const current = this.#current
    if (!current) return
    const limits = this.#held ? heldLimits : waitingLimits
    const { holdsBack, losesUnread = false } = current.setup.source
    const mayPause = holdsBack || (!this.#held && !losesUnread)
    if (!current.isPaused && mayPause && this.#queue.reaches(limits)) current.pause()
    else if (current.isPaused && !this.#queue.reaches(limits, 0.25)) current.resume()
  }

  /** At the end of the process everything goes into the flow: nobody will be there to send it again. */
  #mustWait(): boolean {
    if (!this.#current?.setup.source.holdsBack || this.#drained) return false
    for (const { canTake } of this.#subscribers) if (canTake?.() === false) return true
    return false
  }

  #pump(): void {
    if (this.#pumping || this.#held || this.#queue.length === 0 || this.#mustWait()) return
    this.#pumping = true
    setImmediate(() => {
      this.#pumping = false
      if (this.#held || this.#mustWait()) return
      for (const line of this.#queue.take(batch)) {
        if (line.connection) this.#filtered.line(line, line.connection)
        else this.#give(line)
      }
      this.#tellFilter()
      this.#throttle()
      this.#changed()
      this.#pump()
    })
  }

  #tell(message: PortMessage): void {
    for (const { told } of this.#subscribers) told?.(message)
  }

  /** A connection begins or ends for its filter when all lines before have gone through; a device may be silent until it is asked. */
  #tellFilter(): void {
    if (this.#queue.length > 0) return
    const filtered = this.#current?.filtered
    if (filtered) this.#filtered.begins(filtered)
    else this.#filtered.ended()
  }

  #give(line: PortLine): void {
    this.#sent++
    for (const subscriber of this.#subscribers) subscriber.line(line)
  }

  /** Nobody takes the lines: they would wait for ever. */
  #discard(): void {
    this.#dropped += this.#queue.take(this.#queue.length).length
  }

  #changed(): void {
    for (const subscriber of this.#subscribers) subscriber.changed()
  }
}

function added(a: FrameCounts, b: FrameCounts): FrameCounts {
  return {
    lines: a.lines + b.lines,
    empty: a.empty + b.empty,
    long: a.long + b.long,
    cutOff: a.cutOff + b.cutOff,
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
