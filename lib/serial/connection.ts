// One source as it is open, or about to be: its bytes become frames, its state is watched, its speed and its silence are, too.
import type { Clock } from '../kit/clock.ts'
import type { FilteredConnection } from './filtered-lines.ts'
import { createFramer } from './framing/create-framer.ts'
import type { Frame, FrameCounts, Framer, LineEnd } from './framing/frame.ts'
import { NoEndWatch, whatToSet } from './framing/no-end.ts'
import { Opening } from './framing/opening.ts'
import type { LineFilter } from './line-filter.ts'
import type { Loan, LoanReason, PortSetup } from './port-interface.ts'
import type { LentNotice, LineNotice } from './port-line.ts'
import { longLineText, noEndText } from './port-words.ts'
import { type SourceState, Supervisor, type SupervisorEvents } from './supervisor.ts'
import { PortWatch, speedText, type Trouble } from './watch/port-watch.ts'
import { LineRhythm, type Quiet } from './watch/rhythm.ts'
import { noWatch } from './watch/settings.ts'

/** ms after a reset in which bytes from before it may still come */
const resetLag = 30

export interface ConnectionEvents {
  frame(frame: Frame): void
  /** how lines end was found */
  found(lineEnd: LineEnd): void
  /** The device is there. */
  opened(): void
  /** It is there no more; called before the framer gives out the line that was cut off. */
  lost(): void
  /** … and after that */
  ended(): void
  /** No byte has come for so many seconds. */
  silent(seconds: number): void
  /** For the journal, with the next line. */
  note(notice: LineNotice): void
  /** the state, or what is wrong without any error */
  changed(): void
  /** Whether a warning of a kind may be said now: a wrong baud rate makes many. */
  mayReport(): boolean
}

export class PortConnection {
  readonly setup: PortSetup
  readonly filter: LineFilter | undefined
  /** undefined while it is not connected, and where there is no filter */
  filtered: FilteredConnection | undefined
  readonly #clock: Clock
  readonly #events: ConnectionEvents
  readonly #supervisor: Supervisor
  readonly #sourceEvents: SupervisorEvents
  readonly #framer: Framer
  readonly #opening: Opening
  readonly #watch: PortWatch
  readonly #rhythm: LineRhythm
  #isPaused = false

  constructor(
    setup: PortSetup,
    filter: LineFilter | undefined,
    clock: Clock,
    random: () => number,
    events: ConnectionEvents,
  ) {
    this.setup = setup
    this.filter = filter
    this.#clock = clock
    this.#events = events
    this.#opening = new Opening(setup.source.settlesAfter, clock)
    this.#watch = this.#newWatch()
    this.#rhythm = new LineRhythm(clock, () => events.changed())
    this.#framer = createFramer(setup.lines, clock, {
      frame: (frame) => {
        this.#watch.frame(frame)
        events.frame(frame)
      },
      found: (lineEnd) => events.found(lineEnd),
    })
    this.#sourceEvents = this.#newSourceEvents()
    this.#supervisor = new Supervisor(setup.source, clock, random, this.#sourceEvents)
  }

  get state(): SourceState {
    return this.#supervisor.state
  }

  get counts(): FrameCounts {
    return this.#framer.counts
  }

  /** What is wrong without any error, in a few words; undefined where nothing is. */
  get trouble(): Trouble | undefined {
    return this.#watch.trouble
  }

  /** What comes looks as if it had been sent at another speed. */
  get isSpeedWrong(): boolean {
    return this.#watch.isSpeedWrong
  }

  /** No byte has come for too long. */
  get isSilent(): boolean {
    return this.#watch.isSilent
  }

  /** The last line is more than a minute ago; undefined while lines come, and before the first one. */
  get quiet(): Quiet | undefined {
    return this.#rhythm.quiet
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  start(): void {
    this.#supervisor.start()
  }

  stop(): Promise<void> {
    this.#rhythm.stop()
    return this.#supervisor.stop()
  }

  reopen(): void {
    this.#supervisor.reopen()
  }

  write(data: Buffer): Promise<void> {
    return this.#supervisor.write(data)
  }

  pause(): void {
    this.#isPaused = true
    this.#opening.notRead()
    this.#watch.readsNot()
    this.#supervisor.pause()
  }

  resume(): void {
    this.#isPaused = false
    if (this.state.state === 'open') this.#watch.reads()
    this.#supervisor.resume()
  }

  /** Restarts the device by DTR. What came of a line before it never joins what comes after. */
  async reset(): Promise<void> {
    await this.#supervisor.reset()
    this.#clock.after(resetLag, () => {
      if (this.state.state !== 'open') return
      this.#sourceEvents.disconnected(false)
      this.#begins()
      if (!this.#isPaused) this.#opening.opened()
    })
  }

  /** Closes the device, for somebody else to open it for a while; undefined where it is not open. */
  async lend({ why, lost }: LoanReason, isCurrent: () => boolean): Promise<Loan | undefined> {
    if (this.state.state === 'closed') return undefined
    const { source, report } = this.setup
    const since = this.#clock.monotonic()
    const from = this.#clock.wall()
    report('info', `${source.name} is closed for a while: ${why}`)
    await this.#supervisor.stop(false)
    return {
      source,
      data: (chunk, received) => this.#sourceEvents.data(chunk, received),
      giveBack: () => {
        this.#sourceEvents.disconnected(false)
        const seconds = Math.round((this.#clock.monotonic() - since) / 1000)
        report('warn', `${source.name} was closed for ${seconds} s: ${lost}`)
        const notice: LentNotice = { kind: 'lent', source: source.name, from, to: this.#clock.wall() }
        this.#events.note(notice)
        // a deploy may have given the port other settings, and the device, meanwhile
        if (isCurrent()) this.#supervisor.start()
      },
    }
  }

  /** A line that is longer than the limit has begun. It is noted in the journal all the same. */
  isLong(frame: Frame): void {
    this.#reportNoEnd(longLineText(this.setup.source.name, frame.bytes), frame.payload)
  }

  #newSourceEvents(): SupervisorEvents {
    const noEnd = new NoEndWatch(this.#framer, this.#clock, () =>
      this.#reportNoEnd(noEndText(this.setup.source.name), this.#framer.waiting),
    )
    return {
      data: (chunk, received) => {
        if (!this.#opening.hasBegun) this.#framer.begin(this.#opening.begin())
        const { lines } = this.counts
        this.#framer.push(chunk, received)
        if (this.counts.lines > lines) this.#rhythm.heard(this.counts.lines - lines)
        this.#watch.look(chunk)
        noEnd.look()
      },
      disconnected: (isOnPurpose) => {
        this.#events.lost()
        if (isOnPurpose) this.#framer.close()
        else this.#framer.lost()
        this.#opening.ended()
        this.filtered = undefined
        this.#events.ended()
      },
      state: ({ state }) => {
        if (state !== 'open') this.#watch.readsNot()
        else if (!this.#isPaused) {
          this.#opening.opened()
          this.#watch.reads()
        }
        if (state === 'open') {
          this.#begins()
          this.#events.opened()
        }
        this.#events.changed()
      },
      report: (level, text) => this.setup.report(level, text),
    }
  }

  #begins(): void {
    if (this.filter) this.filtered ??= { filter: this.filter }
  }

  #newWatch(): PortWatch {
    const { source, lines, watch = noWatch } = this.setup
    return new PortWatch(source.name, watch, lines.framing.framing, this.#clock, {
      report: (level, text) => this.setup.report(level, text),
      changed: () => this.#events.changed(),
      silent: (seconds) => this.#events.silent(seconds),
      speed: (isRight) => {
        if (!isRight && this.#events.mayReport()) this.setup.report('warn', speedText(source.name))
      },
    })
  }

  #reportNoEnd(text: string, bytes: string | Buffer): void {
    if (this.#watch.isSpeedWrong || !this.#events.mayReport()) return
    const sample = Buffer.from(bytes as string).subarray(-1024)
    this.setup.report('warn', `${text}. ${whatToSet(this.setup.lines.framing.framing, sample)}`)
  }
}
