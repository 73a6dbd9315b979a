// A server of time events: listens, checks each datagram, and says what it is and when it was. Nothing is dropped without being counted
// and told.

import { inBackground } from '../kit/background.ts'
import { type Pauses, pauseAfter } from '../kit/backoff.ts'
import type { Clock } from '../kit/clock.ts'
import { asError, errorCode } from '../kit/errors.ts'
import { RateLimit } from '../kit/rate-limit.ts'
import { type EventEntry, entryOf, type TransportName } from './entry.ts'
import { DropCount, FloodLimit } from './flood.ts'
import { SentCounts, sentOf } from './numbering.ts'
import { SenderClocks } from './sender-clock.ts'
import type { ServerSettings } from './settings.ts'
import { Libc } from './transport/libc.ts'
import { receiveFromQueue } from './transport/queue.ts'
import type { Receiver } from './transport/receiver.ts'
import { receiveFromSocket } from './transport/socket.ts'
import { receiveFromUdp } from './transport/udp.ts'
import { decodeFrame, type FrameProblem, longestFrame } from './wire/frame.ts'
import { machineMonotonic } from './wire/monotonic.ts'
import { sourceParts, type TimeEvent } from './wire/time-event.ts'

/**
 * Why something did not go on: a check that it failed, more than may go on in a second, no room while nobody took it, or, of
 * UDP and a client that counts what it sends, that it never came.
 */
export type Reason = FrameProblem | 'flood' | 'full' | 'lost'

export interface Reject {
  reason: Reason
  transport: TransportName
  /** how many, of a flood, of what had no room, or was lost; else 1 */
  count: number
  /** of a flood, and of what was lost: by source */
  sources?: Record<string, number>
  /** of a datagram: its first bytes, in hexadecimal */
  bytes?: string
  /** of a datagram: the address of the other machine that it came from */
  sender?: string
}

export interface ServerListener {
  event(entry: EventEntry, event: TimeEvent): void
  rejected(reject: Reject): void
  /** a line for the user, once a minute of each kind at most */
  warn(text: string): void
  /** There is something new in `transports`. */
  changed(): void
}

/** What became of one transport. */
export interface TransportState {
  isOpen: boolean
  /** why not, in words */
  problem: string | undefined
  events: number
  /** what did not go on, by reason */
  rejected: Map<Reason, number>
}

export interface ServerParts {
  clock: Clock
  /** the clock by which senders of this machine time their events */
  monotonic?: () => number
  loadLibc?: () => Libc
  /** 0 … 1, for the pauses between attempts */
  random?: () => number
}

/** What came, and from where: see ReceiverListener. */
interface Datagram {
  bytes: Buffer
  sender: string | undefined
  endpoint: string | undefined
}

/** Between two attempts to open what another one has. */
const pauses: Pauses = { first: 500, longest: 30_000 }
const warnInterval = 60_000

/** What belongs to one transport. */
interface Transport extends TransportState {
  name: TransportName
  open(): Promise<Receiver>
  receiver: Receiver | undefined
  flood: FloodLimit
  /** of UDP: what its clients sent, and what never came */
  sent: SentCounts
  lost: DropCount
  failures: number
  full: number
  stopTimer: (() => void) | undefined
}

export class EventServer {
  readonly #settings: ServerSettings
  readonly #listener: ServerListener
  readonly #clock: Clock
  readonly #monotonic: () => number
  readonly #loadLibc: () => Libc
  readonly #random: () => number
  readonly #clocks = new SenderClocks()
  readonly #warnings: RateLimit
  readonly #transports: Transport[] = []
  #isHeld = true
  #isClosed = false
  #stopSecond: (() => void) | undefined

  /** It takes nothing until it is released. */
  constructor(settings: ServerSettings, listener: ServerListener, parts: ServerParts) {
    this.#settings = settings
    this.#listener = listener
    this.#clock = parts.clock
    this.#monotonic = parts.monotonic ?? machineMonotonic
    this.#loadLibc = parts.loadLibc ?? (() => Libc.load())
    this.#random = parts.random ?? Math.random
    this.#warnings = new RateLimit(warnInterval, parts.clock)
    this.#addTransports()
  }

  /** By name; only those that are on. */
  get transports(): ReadonlyMap<TransportName, TransportState> {
    return new Map(this.#transports.map((transport) => [transport.name, transport]))
  }

  /** Opens each transport. One that fails is told, and tried again; the others go on. */
  async open(): Promise<void> {
    this.#everySecond()
    await Promise.all(this.#transports.map((transport) => this.#open(transport)))
  }

  /** Takes nothing until `release`: what comes waits with the system, as far as it has room. */
  hold(): void {
    this.#isHeld = true
    for (const { receiver } of this.#transports) receiver?.pause()
  }

  release(): void {
    this.#isHeld = false
    for (const { receiver } of this.#transports) receiver?.resume()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#tell()
    this.#stopSecond?.()
    for (const { stopTimer } of this.#transports) stopTimer?.()
    await Promise.all(this.#transports.map(({ receiver }) => receiver?.close()))
  }

  #addTransports(): void {
    const { queue, socket, udp } = this.#settings
    if (queue) {
      this.#add('queue', async (transport) =>
        receiveFromQueue(this.#loadLibc(), queue, this.#receiving(transport)),
      )
    }
    if (socket) {
      this.#add('socket', async (transport) =>
        receiveFromSocket(this.#loadLibc(), socket, this.#receiving(transport)),
      )
    }
    if (udp) this.#add('udp', (transport) => receiveFromUdp(udp, this.#receiving(transport)))
  }

  #add(name: TransportName, open: (transport: Transport) => Promise<Receiver>): void {
    const transport: Transport = {
      name,
      isOpen: false,
      problem: undefined,
      events: 0,
      rejected: new Map(),
      open: () => open(transport),
      receiver: undefined,
      flood: new FloodLimit(this.#settings.limit, this.#clock),
      sent: new SentCounts(),
      lost: new DropCount(),
      failures: 0,
      full: 0,
      stopTimer: undefined,
    }
    this.#transports.push(transport)
  }

  async #open(transport: Transport): Promise<void> {
    try {
      const receiver = await transport.open()
      if (this.#isClosed) {
        await receiver.close()
        return
      }
      transport.receiver = receiver
      transport.isOpen = true
      transport.problem = undefined
      transport.failures = 0
      if (this.#isHeld) receiver.pause()
    } catch (error) {
      this.#failed(transport, asError(error))
    }
    this.#listener.changed()
  }

  #failed(transport: Transport, error: Error): void {
    if (this.#isClosed) return
    transport.isOpen = false
    transport.problem = error.message
    transport.failures++
    const { receiver } = transport
    transport.receiver = undefined
    if (receiver) inBackground(receiver.close())
    // of both transports that need it, one line
    const kind = errorCode(error) === 'EVENTS_NEED_KOFFI' ? 'koffi' : `${transport.name} failed`
    if (this.#warnings.allows(kind)) this.#listener.warn(error.message)
    this.#listener.changed()
    if (kind === 'koffi') return
    const pause = pauseAfter(transport.failures, this.#random(), pauses)
    transport.stopTimer = this.#clock.after(pause, () => inBackground(this.#open(transport)))
  }

  #receiving(transport: Transport) {
    return {
      datagram: (bytes: Buffer, isCut: boolean, sender: string | undefined, endpoint?: string) =>
        this.#take(transport, decodeFrame(bytes, isCut), { bytes, sender, endpoint }),
      failed: (error: Error) => this.#failed(transport, error),
      dropped: (endpoint: string) => {
        transport.sent.received(endpoint)
        transport.full++
        count(transport, 'full', 1)
      },
    }
  }

  #take(transport: Transport, event: TimeEvent | FrameProblem, datagram: Datagram): void {
    const { sender, endpoint } = datagram
    if (endpoint !== undefined && isMark(transport, event, endpoint)) return
    if (typeof event === 'string') {
      this.#refuse(transport, event, datagram)
      return
    }
    if (!transport.flood.allows(sourceParts(event.source).name)) return
    transport.events++
    const wall = this.#clock.wall()
    const time = this.#clocks.timeOf(event.time, sender, { wall, monotonic: this.#monotonic() })
    const known = this.#settings.known.has(event.cat)
    this.#listener.event(entryOf(event, time, wall, { transport: transport.name, known }), event)
  }

  #refuse(transport: Transport, reason: FrameProblem, { bytes, sender }: Datagram): void {
    // a flood of rubbish is one, too; each datagram counts once
    if (!transport.flood.allows(reason)) return
    count(transport, reason, 1)
    this.#warnAbout(transport, reason)
    const hex = bytes.toString('hex', 0, Math.min(bytes.length, longestFrame))
    const reject: Reject = { reason, transport: transport.name, count: 1, bytes: hex }
    this.#listener.rejected(sender === undefined ? reject : { ...reject, sender })
  }

  #everySecond(): void {
    const step = this.#clocks.compare({ wall: this.#clock.wall(), monotonic: this.#monotonic() })
    if (step !== 0 && this.#warnings.allows('step')) {
      this.#listener.warn(
        `time events: the clock of this machine was stepped by ${(step / 1000).toFixed(1)} s: the times of events from before are marked "step"`,
      )
    }
    for (const transport of this.#transports) {
      if (transport.receiver?.isGone?.()) {
        this.#failed(
          transport,
          new Error(`time events: ${transport.name}: somebody removed it: it is made again`),
        )
      }
    }
    this.#tell()
    this.#stopSecond = this.#clock.after(1000, () => this.#everySecond())
  }

  /** Says what was dropped since the last time. */
  #tell(): void {
    for (const transport of this.#transports) {
      const { name, flood, lost, full } = transport
      for (const [reason, dropped] of [
        ['flood', flood.takeDropped()],
        ['lost', lost.take()],
      ] as const) {
        if (!dropped) continue
        count(transport, reason, dropped.count)
        this.#listener.rejected({ reason, transport: name, ...dropped })
        this.#warnAbout(transport, reason)
      }
      transport.full = 0
      if (full === 0) continue
      this.#listener.rejected({ reason: 'full', transport: name, count: full })
      this.#warnAbout(transport, 'full')
    }
  }

  #warnAbout({ name, rejected }: Transport, reason: Reason): void {
    this.#listener.changed()
    if (!this.#warnings.allows(`${name} ${reason}`)) return
    const total = (rejected.get(reason) ?? 0).toLocaleString('en')
    this.#listener.warn(`time events: ${name}: ${texts[reason]} (${reason}, ${total} so far)`)
  }
}

/** Whether it is the mark of a client that counts what it sends; else what came counts as received. */
function isMark({ sent, lost }: Transport, event: TimeEvent | FrameProblem, endpoint: string): boolean {
  const told = typeof event === 'string' ? undefined : sentOf(event)
  if (typeof event === 'string' || told === undefined) {
    sent.received(endpoint)
    return false
  }
  const missing = sent.marked(endpoint, told)
  if (missing > 0) lost.add(sourceParts(event.source).name, missing)
  return true
}

const texts: Record<Reason, string> = {
  short: 'a datagram is too short for an event',
  header: 'a datagram does not begin with $TEL',
  crc: 'the checksum of a datagram is wrong: it was cut or changed on its way',
  oversize: `a datagram is longer than ${longestFrame.toLocaleString('en')} bytes`,
  protobuf: 'a datagram is no protobuf message',
  required: 'an event lacks its time, category or source',
  utf8: 'a text of an event is no UTF-8',
  time: 'the time of an event is larger than 2^53',
  flood:
    'more events came in a second than may go on, and the rest was dropped: raise the limit, or stop the sender',
  full: 'events came while the flow took none, and were dropped as there was no more room',
  lost: 'events were sent that never came: UDP lost them on their way; use the queue or the socket on this machine',
}

function count({ rejected }: Transport, reason: Reason, more: number): void {
  rejected.set(reason, (rejected.get(reason) ?? 0) + more)
}
