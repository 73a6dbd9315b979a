// A house with a collector and a gateway: packets on the air, a gateway that is there or not, and a journal. All in one
// time that is moved by hand.
import { CatchUp, type CatchUpSettings, defaultSettings } from '../../../lib/catch-up/catch-up.ts'
import { CollectorMemory, type Observed } from '../../../lib/catch-up/memory.ts'
import type { CatchUpNotice } from '../../../lib/catch-up/notice.ts'
import type { Clock } from '../../../lib/kit/clock.ts'
import { Flash } from '../../support/collector/flash.ts'
import { type Geometry, geometries } from '../../support/collector/geometry.ts'
import { CollectorModel } from '../../support/collector/model.ts'
import type { Printed } from '../../support/collector/schedule.ts'

export const startOfTime = Date.parse('2026-11-21T00:00:00Z')

/** A packet that was on the air. */
export interface OnAir {
  text: string
  /** ms since 1970 */
  time: number
}

/** An entry of the journal, or a notice. */
export type Logged =
  | { kind: 'L' | 'R'; text: string; received: number; time: number }
  | ({ kind: 'notice' } & Omit<CatchUpNotice, 'kind'>)

interface Timer {
  at: number
  run: () => void
}

interface HouseLine extends Observed {
  text: string
}

export interface HouseOptions {
  geometry?: Geometry
  /** how fast the collector's clock goes */
  rate?: number
  settings?: Partial<CatchUpSettings>
}

export class House {
  readonly flash: Flash
  readonly model: CollectorModel
  readonly journal: Logged[] = []
  readonly air: OnAir[] = []
  readonly reports: string[] = []
  /** packets that came while the gateway was away for so short that it does not ask */
  readonly unasked = new Set<string>()
  /** what was sent to the collector */
  readonly requests: string[] = []
  readonly #settings: CatchUpSettings
  #timers: Timer[] = []
  #now = 0
  #gateway: CatchUp<HouseLine> | undefined
  /** of the last line before the gateway went, and where `air` stood then */
  #left: { received: number; air: number } | undefined

  constructor({ geometry = geometries.mbit16, rate = 1, settings = {} }: HouseOptions = {}) {
    this.flash = new Flash(geometry)
    this.model = new CollectorModel({ flash: this.flash, baud: 57_600, rate })
    this.#settings = { ...defaultSettings, ...settings }
    this.#take(this.model.reset(0))
    this.wait(10_000)
  }

  get now(): number {
    return this.#now
  }

  get isOn(): boolean {
    return this.#gateway !== undefined
  }

  get gateway(): CatchUp<HouseLine> | undefined {
    return this.#gateway
  }

  /** Time passes. */
  wait(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const timer = this.#timers.reduce<Timer | undefined>(
        (first, other) => (first === undefined || other.at < first.at ? other : first),
        undefined,
      )
      const next = Math.min(
        timer?.at ?? Number.POSITIVE_INFINITY,
        this.model.next ?? Number.POSITIVE_INFINITY,
      )
      if (next > end) break
      this.#now = Math.max(this.#now, next)
      if (timer && timer.at <= next) {
        this.#timers = this.#timers.filter((other) => other !== timer)
        timer.run()
      } else this.#take(this.model.advance(this.#now))
    }
    this.#now = end
    this.#take(this.model.advance(end))
  }

  packet(header: number, bytes: readonly number[]): void {
    this.air.push({ text: `OK ${[header, ...bytes].join(' ')}`, time: startOfTime + this.#now })
    this.#take(this.model.packet(header, bytes, this.#now))
  }

  /** The packet before comes once more. */
  again(): void {
    const [header, ...bytes] = this.air.at(-1)!.text.slice(3).split(' ').map(Number)
    this.packet(header!, bytes)
  }

  resetCollector(): void {
    this.#take(this.model.reset(this.#now))
  }

  /** Somebody sends something to the collector. */
  input(text: string): void {
    this.#gateway?.sent()
    this.#take(this.model.input(Buffer.from(text), this.#now))
  }

  startGateway(): void {
    const clock: Clock = {
      wall: () => Math.round(startOfTime + this.#now),
      monotonic: () => this.#now,
      after: (ms, run) => {
        const timer = { at: this.#now + ms, run }
        this.#timers.push(timer)
        return () => {
          this.#timers = this.#timers.filter((other) => other !== timer)
        }
      },
    }
    const gateway = new CatchUp<HouseLine>('jee', this.#settings, clock, {
      give: ({ line, recovered, notice }) => {
        if (notice) this.journal.push({ ...notice, kind: 'notice' })
        const { received } = line
        if (recovered) this.journal.push({ kind: 'R', received, ...recovered })
        else this.journal.push({ kind: 'L', received, time: received, text: line.text })
      },
      send: async (text) => {
        this.requests.push(text)
        this.#take(this.model.input(Buffer.from(text), this.#now))
      },
      changed: () => undefined,
      report: (_level, text) => this.reports.push(text),
    })
    gateway.connected()
    gateway.start(this.#remembered())
    this.#gateway = gateway
  }

  /** As a power cut would: nothing is said. */
  stopGateway(): void {
    this.#timers = []
    this.#gateway = undefined
    const last = this.journal.findLast((item) => item.kind !== 'notice') as { received: number } | undefined
    this.#left = { received: last?.received ?? 0, air: this.air.length }
  }

  /** As at a start: from the journal alone. */
  #remembered(): CollectorMemory {
    const memory = new CollectorMemory(this.#settings)
    for (const item of this.journal) {
      if (item.kind === 'notice') memory.noted(item)
      else
        memory.observe({
          text: item.text,
          received: item.received,
          ...(item.kind === 'R' && { time: item.time }),
        })
    }
    return memory
  }

  #take(printed: Printed[]): void {
    for (const { text, ends } of printed) {
      const received = Math.round(startOfTime + ends)
      if (this.#gateway) this.#isBack(received)
      this.#gateway?.line({ text, received })
      if (text.startsWith('r: page ')) this.#answers(Number(text.split(' ')[2]))
    }
  }

  /** The page that the collector takes for the marker is not replayed, though it may be another one. */
  #answers(from: number): void {
    const page = this.model.onFlash().find((one) => one.page === from)
    if (!page) return
    const [seqHigh = 0, seqLow = 0, t3 = 0, t2 = 0, t1 = 0, t0 = 0] = this.requests
      .at(-1)!
      .split(/[,r]/)
      .map(Number)
    const [seq, t] = [seqHigh * 256 + seqLow, ((t3 * 256 + t2) * 256 + t1) * 256 + t0]
    if (page.seq === seq && page.t === t) return
    for (const { header, bytes } of page.packets) this.unasked.add(`OK ${[header, ...bytes].join(' ')}`)
  }

  #isBack(received: number): void {
    const left = this.#left
    this.#left = undefined
    if (!left || received - left.received >= this.#settings.missing) return
    for (const { text } of this.air.slice(left.air)) this.unasked.add(text)
  }
}
