// One port of a gateway: a source kept connected, its bytes as lines, and a queue in front of the flow. While
// a deploy replaces nodes the queue holds the lines. It knows nothing of Node-RED.
import { inBackground } from '../kit/background.ts'
import { BoundedQueue } from '../kit/bounded-queue.ts'
import type { Clock } from '../kit/clock.ts'
import { doneWithin } from '../kit/deadline.ts'
import { withCode } from '../kit/errors.ts'
import { RateLimit } from '../kit/rate-limit.ts'
import { createFramer } from './framing/create-framer.ts'
import {
  type Frame,
  type FrameCounts,
  type Framer,
  type FramerListener,
  type LineEnd,
  noCounts,
} from './framing/frame.ts'
import { NoEndWatch, noEndAfter, whatToSet } from './framing/no-end.ts'
import { Opening } from './framing/opening.ts'
import type { FramingKind, LineSettings } from './framing/settings.ts'
import { framedLine, type PortLine } from './port-line.ts'
import { SendQueue } from './sending/send-queue.ts'
import { defaultSendSettings, endOf, type SendSettings } from './sending/settings.ts'
import { type LineSource, SourceError } from './source/source.ts'
import { type SourceState, Supervisor, type SupervisorEvents } from './supervisor.ts'

/** Lines that wait while the flow runs; reading pauses beyond, and goes on at a quarter of it. */
export const waitingLimits = { count: 2_000, bytes: 4 * 1024 * 1024 }
/** Lines held during a deploy. */
export const heldLimits = { count: 10_000, bytes: 16 * 1024 * 1024 }
/** Lines given to the flow before other work has its turn. */
const batch = 250
/** How long (ms) a connection stays open without settings, for a deploy to make them anew. */
const detachGrace = 2_000
/** Turns of the event loop after the last line, so that it is through a few nodes when `drain` resolves. */
const drainTurns = 10

export interface PortCounts extends FrameCounts {
  /** lines given to the flow */
  sent: number
  /** lines dropped because too many were held, or nobody was there to take them */
  dropped: number
}

export interface Subscriber {
  line(line: PortLine): void
  /** the state or the counts have changed */
  changed(): void
  /**
   * False where what takes the lines can take no more for now; `ready` says when it can. A source that can make its
   * sender wait then does; any other is read on, and it is the taker's to count what it drops. Default: always
   */
  canTake?(): boolean
}

export interface PortSetup {
  /** tells settings apart: with the same key an open connection stays as it is */
  key: string
  source: LineSource
  lines: LineSettings
  /** not part of the key: a change of these needs no new connection. Default: `defaultSendSettings` */
  sending?: SendSettings
  report(level: 'info' | 'warn', text: string): void
}

interface Connection {
  setup: PortSetup
  supervisor: Supervisor
  framer: Framer
  opening: Opening
}

export class LinePort {
  /** What is sent to the device, one order after the other. */
  readonly sending: SendQueue
  /** Why nothing may be sent for now, in words, as while a replay of the collector runs; undefined where all may. */
  busy: () => string | undefined = () => undefined
  readonly #clock: Clock
  readonly #random: () => number
  readonly #queue = new BoundedQueue<PortLine>(heldLimits, ({ bytes }) => bytes)
  readonly #subscribers = new Set<Subscriber>()
  /** what the port's settings say; undefined where there are none (any more) */
  #wanted: PortSetup | undefined
  /** what is being read from */
  #current: Connection | undefined
  #work: Promise<void> = Promise.resolve()
  #cancelGrace: () => void = () => undefined
  /** of connections with earlier settings */
  #past = noCounts
  #sent = 0
  #dropped = 0
  #droppedInHold = 0
  #lineEnd: LineEnd | undefined
  #held = true
  #paused = false
  #pumping = false
  #drained = false
  readonly #noEndReports: RateLimit
  #onRelease: Array<() => void> = []

  /** Starts held: nothing is opened or sent before `release`. */
  constructor(clock: Clock, random: () => number = Math.random) {
    this.#clock = clock
    this.#random = random
    this.#noEndReports = new RateLimit(60_000, clock)
    this.sending = new SendQueue(clock, {
      write: (data) => this.write(data),
      busy: () => this.busy(),
      lineEnd: (settings) => endOf(settings, this.#framing, this.#lineEnd),
      failed: ({ message }) => this.#current?.setup.report('warn', message),
    })
  }

  get state(): SourceState {
    return this.#current?.supervisor.state ?? { state: 'closed' }
  }

  get counts(): PortCounts {
    return {
      ...added(this.#past, this.#current?.framer.counts ?? noCounts),
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
    inBackground(this.#reconcile())
    this.#throttle()
    this.#pump()
  }

  /**
   * Gives bytes to the device at once, past the queue of `sending`. Rejects with a SourceError; its code is
   * PORT_NOT_OPEN where the port is not connected, or has been drained.
   */
  write(data: Buffer): Promise<void> {
    if (this.#current && !this.#drained) return this.#current.supervisor.write(data)
    return Promise.reject(withCode('PORT_NOT_OPEN', new SourceError('the port is not open', 'closed')))
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
    for (let i = 0; i < drainTurns; i++) await turn()
    return this.#queue.length
  }

  #untilReleased(limit: number): Promise<unknown> {
    const released = new Promise<void>((resolve) => this.#onRelease.push(resolve))
    return doneWithin(released, limit, this.#clock)
  }

  /** Makes what is open agree with what is wanted, one step after the other. */
  #reconcile(): Promise<void> {
    this.#work = this.#work.then(async () => {
      const used = (this.#held || this.#subscribers.size > 0) && !this.#drained
      const wanted = used ? this.#wanted : undefined
      if (this.#current && this.#current.setup.key !== wanted?.key) await this.#close(this.#current)
      if (!this.#current && wanted && !this.#held) this.#open(wanted)
    })
    return this.#work
  }

  #configureSending({ sending, source }: PortSetup): void {
    this.sending.configure(sending ?? defaultSendSettings, source.text)
  }

  get #framing(): FramingKind {
    return this.#current?.setup.lines.framing.framing ?? 'auto'
  }

  #open(setup: PortSetup): void {
    this.#configureSending(setup)
    const opening = new Opening(setup.source.settlesAfter, this.#clock)
    const framer = createFramer(setup.lines, this.#clock, this.#framerListener(setup))
    const noEnd = new NoEndWatch(framer, this.#clock, () =>
      this.#reportNoEnd(setup, noEndText(setup.source.name), framer.waiting),
    )
    const events: SupervisorEvents = {
      data(chunk, received) {
        if (!opening.hasBegun) framer.begin(opening.begin())
        framer.push(chunk, received)
        noEnd.look()
      },
      disconnected: (isOnPurpose) => {
        // before the framer gives out a line that was cut off: that is no answer
        this.sending.lost()
        if (isOnPurpose) framer.close()
        else framer.lost()
        opening.ended()
      },
      state: (state) => {
        if (state.state === 'open' && !this.#paused) opening.opened()
        if (state.state === 'open') this.sending.opened()
        this.#changed()
      },
      report: (level, text) => setup.report(level, text),
    }
    const supervisor = new Supervisor(setup.source, this.#clock, this.#random, events)
    this.#current = { setup, supervisor, framer, opening }
    this.#lineEnd = undefined
    this.#paused = false
    this.#throttle()
    supervisor.start()
  }

  #framerListener(setup: PortSetup): FramerListener {
    return {
      frame: (frame) => this.#receive(frame, setup),
      found: (lineEnd) => {
        this.#lineEnd = lineEnd
        setup.report('info', `lines from ${setup.source.name} end in ${lineEnd}`)
      },
    }
  }

  async #close({ supervisor, framer }: Connection): Promise<void> {
    await supervisor.stop()
    this.#past = added(this.#past, framer.counts)
    this.#current = undefined
    this.#changed()
  }

  #receive(frame: Frame, setup: PortSetup): void {
    const { name } = setup.source
    const line = framedLine(frame, name, setup.lines.framing.framing !== 'auto')
    this.sending.heard(line)
    if (this.#held && this.#queue.isFull && !setup.source.holdsBack) {
      this.#dropped++
      this.#droppedInHold++
      return
    }
    if (frame.piece === 1) {
      line.notice = { kind: 'long-line', bytes: frame.bytes, piece: 1, source: name }
      this.#reportNoEnd(setup, longLineText(name, frame.bytes), frame.payload)
    }
    this.#queue.push(line)
    this.#throttle()
    this.#pump()
  }

  /** Once a minute at most: a wrong baud rate makes many. A long line is noted in the journal all the same. */
  #reportNoEnd(setup: PortSetup, text: string, bytes: string | Buffer): void {
    if (!this.#noEndReports.allows()) return
    const sample = Buffer.from(bytes as string).subarray(-1024)
    setup.report('warn', `${text}. ${whatToSet(setup.lines.framing.framing, sample)}`)
  }

  /** Reads no more while the flow does not keep up. In a deploy only where that makes the sender wait. */
  #throttle(): void {
    const current = this.#current
    if (!current) return
    const limits = this.#held ? heldLimits : waitingLimits
    const mayPause = !this.#held || current.setup.source.holdsBack
    if (!this.#paused && mayPause && this.#queue.reaches(limits)) {
      this.#paused = true
      current.opening.notRead()
      current.supervisor.pause()
    } else if (this.#paused && !this.#queue.reaches(limits, 0.25)) {
      this.#paused = false
      current.supervisor.resume()
    }
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
        this.#sent++
        for (const subscriber of this.#subscribers) subscriber.line(line)
      }
      this.#throttle()
      this.#changed()
      this.#pump()
    })
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

function droppedText(count: number): string {
  const most = `${heldLimits.count.toLocaleString('en')} lines or ${heldLimits.bytes / 2 ** 20} MiB are held`
  return `${count.toLocaleString('en')} lines dropped during the deploy: at most ${most}`
}

function noEndText(source: string): string {
  return `bytes come from ${source}, but no line has ended for ${noEndAfter / 1000} seconds`
}

function longLineText(source: string, bytes: number): string {
  return `a line from ${source} is over ${bytes.toLocaleString('en')} bytes: it is given out in pieces of that size`
}
