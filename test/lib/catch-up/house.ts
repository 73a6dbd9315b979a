// A house with a collector and a gateway: packets on the air, a gateway that is there or not, and a journal. All in one
// time that is moved by hand.
import { CatchUp, type CatchUpSettings, defaultSettings } from '../../../lib/catch-up/catch-up.ts'
import { CollectorMemory, type Observed } from '../../../lib/catch-up/memory.ts'
import type { CatchUpNotice, CatchUpResult, Notice, OverwrittenNotice } from '../../../lib/catch-up/notice.ts'
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
  | { kind: 'notice'; notice: Notice }

interface Timer {
  at: number
  run: () => void
}

interface HouseLine extends Observed {
  text: string
}

export interface HouseOptions {
  /** null: a collector without flash */
  geometry?: Geometry | null
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
  /** packets that came while the gateway was away for so short that it does not ask, by text */
  readonly unasked = new Set<string>()
  /** what the flash had when a catch-up ended, and could be asked for: how often each packet */
  readonly promised = new Map<string, number>()
  /** packets that the collector said while the gateway was there */
  readonly live: string[] = []
  /** moments (ms) at which the collector was reset, and at which the gateway saw both clocks */
  readonly resets: number[] = [0]
  readonly pairs: number[] = []
  /** moments (ms) at which a page was saved */
  readonly saves: number[] = []
  /** how fast the collector's clock goes */
  readonly rate: number
  /** what was sent to the collector */
  readonly requests: string[] = []
  readonly #settings: CatchUpSettings
  #timers: Timer[] = []
  #now = 0
  #gateway: CatchUp<HouseLine> | undefined
  /** when the last page was saved, where the gateway was there, ms */
  #savedAt: number | undefined
  /** entries and notices that are still written before the gateway is killed */
  #lifetime = Number.POSITIVE_INFINITY
  /** of the last line before the gateway went, and where `air` stood then */
  #left: { received: number; air: number } | undefined

  constructor({ geometry = geometries.mbit16, rate = 1, settings = {} }: HouseOptions = {}) {
    this.flash = new Flash(geometry ?? geometries.mbit16)
    this.model = new CollectorModel({ ...(geometry && { flash: this.flash }), baud: 57_600, rate })
    this.rate = rate
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
    this.resets.push(this.#now)
    this.#take(this.model.reset(this.#now))
  }

  /**
   * How wrong (ms) the time of a packet may be; undefined where its clock was never seen with ours, or only so long before the
   * collector's reset that the flash went round: what is left of it may be of any boot then. Between two moments at
   * which both clocks were seen 2 s; beyond them as much more as the collector's clock goes wrong meanwhile.
   */
  tolerance(moment: number): number | undefined {
    const [from, to] = [
      Math.max(...this.resets.filter((one) => one <= moment)),
      this.resets.find((one) => one > moment),
    ]
    const pairs = this.pairs
      .filter((one) => one >= from && one < (to ?? Number.POSITIVE_INFINITY))
      .sort((a, b) => a - b)
    if (pairs.length === 0) return undefined
    if (pairs[0]! <= moment && pairs.at(-1)! >= moment) return 2_000
    const { first, limit, block } = this.flash.geometry
    const saved = this.saves.filter((one) => one > pairs.at(-1)! && one < (to ?? Number.POSITIVE_INFINITY))
    if (pairs.at(-1)! < moment && saved.length >= limit - first - 2 * block) return undefined
    const distance = Math.min(...pairs.map((one) => Math.abs(one - moment)))
    return 2_000 + distance * Math.abs(1 - this.rate)
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
        const { received } = line
        if (notice && this.#write({ kind: 'notice', notice })) this.#promise(notice)
        if (recovered) this.#write({ kind: 'R', received, ...recovered })
        else this.#write({ kind: 'L', received, time: received, text: line.text })
      },
      send: async (text) => {
        if (this.#lifetime === 0) return
        this.requests.push(text)
        this.#take(this.model.input(Buffer.from(text), this.#now))
      },
      changed: () => undefined,
      report: (_level, text) => this.reports.push(text),
    })
    this.#lifetime = Number.POSITIVE_INFINITY
    gateway.connected()
    gateway.start(this.#remembered())
    this.#gateway = gateway
  }

  /** As a power cut would: nothing is said. */
  stopGateway(): void {
    this.#timers = []
    this.#gateway = undefined
    const last = this.journal.findLast((item) => item.kind !== 'notice')
    this.#left ??= { received: last?.received ?? 0, air: this.air.length }
  }

  /** The gateway is killed when the journal has so many more lines of whatever kind. */
  killAfter(count: number): void {
    this.#lifetime = count
  }

  /** A line comes that is none of the collector's. */
  line(text: string): void {
    this.#gateway?.line({ text, received: Math.round(startOfTime + this.#now) })
  }

  #write(item: Logged): boolean {
    if (this.#lifetime === 0) return false
    this.#lifetime--
    this.journal.push(item)
    return true
  }

  /** A catch-up has ended: what the flash has now must be in the journal. */
  #promise(notice: Notice): void {
    if (notice.kind !== 'catchup' || notice.state !== 'ended') return
    for (const [text, count] of this.askable())
      this.promised.set(text, Math.max(count, this.promised.get(text) ?? 0))
  }

  /**
   * How often each packet is in the good pages that some request brings. Each leaves out the page that it starts behind, so
   * of a flash whose log has begun anew none brings the oldest page.
   */
  askable(): Map<string, number> {
    const pages = this.model.onFlash()
    const oldest = pages[0]
    const inPageOrder = oldest ? this.flash.pagesAfter(0, pages.at(-1)!.page) : []
    const isFirstBrought = inPageOrder.includes(oldest?.page ?? 0)
    const counts = new Map<string, number>()
    for (const page of pages) {
      if (!page.good || (page === oldest && !isFirstBrought)) continue
      for (const { header, bytes } of page.packets) {
        const text = `OK ${[header, ...bytes].join(' ')}`
        counts.set(text, (counts.get(text) ?? 0) + 1)
      }
    }
    return counts
  }

  /** As at a start: from the journal alone. */
  #remembered(): CollectorMemory {
    const memory = new CollectorMemory()
    for (const item of this.journal) {
      if (item.kind !== 'notice')
        memory.observe({
          text: item.text,
          received: item.received,
          ...(item.kind === 'R' && { time: item.time }),
        })
      else if (item.notice.kind === 'catchup' && 'marker' in item.notice) memory.noted(item.notice)
    }
    return memory
  }

  #take(printed: Printed[]): void {
    for (const { text, ends } of printed) {
      const received = Math.round(startOfTime + ends)
      this.#notePair(text, ends)
      if (this.#gateway) {
        this.#isBack(received)
        if (text.startsWith('OK ') && this.#lifetime > 0) this.live.push(text)
        this.#gateway.line({ text, received })
        if (this.#lifetime === 0) this.#isKilled()
      }
    }
  }

  /** The moment at which a page was saved is known on the collector's clock when the next one is saved, too. */
  #notePair(text: string, at: number): void {
    if (/^DF (I|E \d+ \d+) /.test(text) && this.#gateway) this.pairs.push(at)
    if (/^(DF I|r: page) /.test(text)) this.#savedAt = undefined
    if (!text.startsWith('DF S ')) return
    this.saves.push(at)
    if (this.#savedAt !== undefined) this.pairs.push(this.#savedAt)
    this.#savedAt = this.#gateway && at
  }

  #isKilled(): void {
    const last = this.journal.findLast((item) => item.kind !== 'notice')
    // the packet whose line came too late was on the air before
    this.#left = { received: last?.received ?? 0, air: Math.max(0, this.air.length - 1) }
    this.stopGateway()
  }

  #isBack(received: number): void {
    const left = this.#left
    this.#left = undefined
    if (!left || received - left.received >= this.#settings.missing) return
    for (const { text } of this.air.slice(left.air)) this.unasked.add(text)
  }
}

/** What the journal notes of catch-ups that ended, whole or not. */
export function results({ journal }: House): Array<CatchUpNotice & CatchUpResult> {
  return journal.flatMap((item) => (item.kind === 'notice' && 'pages' in item.notice ? [item.notice] : []))
}

export function gaps({ journal }: House): OverwrittenNotice[] {
  return journal.flatMap((item) =>
    item.kind === 'notice' && item.notice.kind === 'gap' ? [item.notice] : [],
  )
}
