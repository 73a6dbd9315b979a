// Sends time events, and never makes a program wait: what finds no room is kept for a while, in order, and tried again.
import { basename, extname } from 'node:path'
import { type Pauses, pauseAfter } from '../kit/backoff.ts'
import { type Clock, idleClock, systemClock } from '../kit/clock.ts'
import { Fifo } from '../kit/fifo.ts'
import { openFirst, type Way, waysOf } from './connect.ts'
import { numbered, sentMark } from './numbering.ts'
import { frameOf, type OutgoingEvent } from './outgoing.ts'
import type { Sender } from './transport/receiver.ts'
import { machineMonotonic } from './wire/monotonic.ts'

export interface EvClientOptions {
  /** who sends; default `<program>[<pid>]` */
  name?: string
  /**
   * where to: `queue` (POSIX message queue), `socket` (Unix datagram socket), each by its usual name or with one as in
   * `queue:/name`, `socket:@name`, `socket:/path`; `udp` or `udp:host:port`; or `auto`: the queue where there can be one, else the socket.
   * Default `auto`
   */
  transport?: string
  /** events that are kept while nobody takes them; default 1,000 */
  buffer?: number
  /** false: nothing is sent, at the cost of a comparison; default true */
  enabled?: boolean
}

export interface EvStats {
  /** events that the system took */
  sent: number
  /** events that were dropped: there was no room to keep them, or they were too long for the queue */
  lost: number
  /** events that were never taken, as a text was too long or none, or a time was no time */
  refused: number
  /** events that wait */
  buffered: number
  /** `queue:/telog.mq` …; undefined while there is none */
  transport: string | undefined
}

export interface EvClientParts {
  clock?: Clock
  monotonic?: () => number
}

const pauses: Pauses = { first: 10, longest: 1_000 }
/** ms between two looks of `flush` */
const flushStep = 2

export class EvClient {
  readonly #source: string
  readonly #transport: string
  readonly #most: number
  readonly #enabled: boolean
  readonly #clock: Clock
  readonly #monotonic: () => number
  readonly #waiting = new Fifo<Buffer>()
  #ways: readonly Way[] | undefined
  #sender: Sender | undefined
  #way: string | undefined
  #sent = 0
  #lost = 0
  #refused = 0
  /** lost, and not told to the server yet */
  #untold = 0
  #failures = 0
  /** the server is there, and its place is full: the next event may find room at once */
  #isFull = false
  #stopTimer: (() => void) | undefined

  constructor(
    options: EvClientOptions = {},
    { clock = idleClock, monotonic = machineMonotonic }: EvClientParts = {},
  ) {
    this.#source = options.name ?? `${programName()}[${process.pid}]`
    this.#transport = options.transport ?? 'auto'
    this.#most = Math.max(1, options.buffer ?? 1_000)
    this.#enabled = options.enabled ?? true
    this.#clock = clock
    this.#monotonic = monotonic
  }

  /**
   * Events go out from now on. A server need not be there yet. Throws where the transport is none (code `EVENTS_TRANSPORT`), and
   * where it needs the package koffi, which is not installed (code `EVENTS_NEED_KOFFI`).
   */
  connect(): void {
    if (!this.#enabled || this.#ways) return
    this.#ways = waysOf(this.#transport)
    this.#pump()
  }

  /** Sends an event, or keeps it. False where it does neither. Never throws, and never waits. */
  send(event: OutgoingEvent): boolean {
    if (!this.#enabled) return false
    if (!this.#ways) return false
    const frame = frameOf(event, this.#source, this.#monotonic)
    if (!frame) {
      this.#refused++
      return false
    }
    if (this.#waiting.length >= this.#most) {
      this.#waiting.shift()
      this.#lose()
    }
    this.#waiting.push(frame)
    if (!this.#stopTimer || this.#isFull) this.#pump()
    return true
  }

  get stats(): EvStats {
    return {
      sent: this.#sent,
      lost: this.#lost,
      refused: this.#refused,
      buffered: this.#waiting.length,
      transport: this.#way,
    }
  }

  /** Resolves to true as soon as the system has taken everything, and to false where it has not after `ms`. */
  async flush(ms: number): Promise<boolean> {
    const end = performance.now() + ms
    for (;;) {
      if (this.#waiting.length > 0) this.#pump()
      if (this.#waiting.length === 0) {
        this.#sender?.settle?.()
        if ((this.#sender?.pending ?? 0) === 0) return true
      }
      if (performance.now() >= end) return false
      await new Promise<void>((resolve) => systemClock.after(flushStep, resolve))
    }
  }

  /** What still waits is dropped: `flush` before. */
  close(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#sender?.close()
    this.#sender = undefined
    this.#ways = undefined
    this.#way = undefined
    this.#lost += this.#waiting.takeAll().length
  }

  /** Sends what waits, as far as somebody takes it; what is left is tried again later. */
  #pump(): void {
    const before = this.#sent
    const problem = this.#sendWaiting()
    this.#isFull = problem === 'EAGAIN'
    if (problem === undefined) {
      this.#failures = 0
      this.#stopTimer?.()
      this.#stopTimer = undefined
      return
    }
    // somebody is there
    if (this.#sent > before) this.#failures = 0
    this.#stopTimer ??= this.#clock.after(pauseAfter(++this.#failures, 0.5, pauses), () => {
      this.#stopTimer = undefined
      this.#leaveRemoved()
      this.#pump()
    })
  }

  /** Somebody removed what it sends to, and perhaps there is another by now. */
  #leaveRemoved(): void {
    if (!this.#sender?.isGone?.()) return
    this.#sender.close()
    this.#sender = undefined
  }

  /** Undefined where nothing waits any more, else why. */
  #sendWaiting(): string | undefined {
    const sender = this.#open()
    if (!sender) return 'closed'
    while (this.#waiting.first) {
      const problem = this.#tellLost(sender) ?? sender.send(this.#waiting.first)
      if (problem === 'EMSGSIZE') {
        // it would never go out
        this.#waiting.shift()
        this.#lose()
        continue
      }
      if (problem !== undefined) return problem
      this.#waiting.shift()
      this.#sent++
    }
    return undefined
  }

  /** Before the first event that goes out after some were lost. */
  #tellLost(sender: Sender): string | undefined {
    if (this.#untold === 0) return undefined
    const problem = sender.send(this.#ownFrame({ cat: 'TELOG', seq: 'LOST', msg: `n=${this.#untold}` }))
    // too long for this queue: it could never be told, and must not keep shorter events back
    if (problem !== undefined && problem !== 'EMSGSIZE') return problem
    this.#untold = 0
    return undefined
  }

  /** Of what the client itself has to say. Its name is one that events have gone out with, so it is not refused. */
  #ownFrame(event: OutgoingEvent): Buffer {
    return frameOf(event, this.#source, this.#monotonic)!
  }

  #open(): Sender | undefined {
    if (this.#sender || !this.#ways) return this.#sender
    try {
      const { way, sender } = openFirst(this.#ways)
      this.#sender = way.isLossy
        ? numbered(sender, (sent) => this.#ownFrame(sentMark(sent)), this.#clock)
        : sender
      this.#way = way.name
    } catch {
      // the stats say that there is no transport, and it is tried again
    }
    return this.#sender
  }

  #lose(): void {
    this.#lost++
    this.#untold++
  }
}

function programName(): string {
  const program = process.argv[1] ?? process.execPath
  return basename(program, extname(program))
}
