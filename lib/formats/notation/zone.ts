// Local times of a time zone, by what Intl knows of it. Intl answers only where a zone stands at one moment, and takes
// some microseconds for it: from its answers a table of the moments at which the clocks are changed is made, year by year.

/** What a local time may be: one moment, none (the clocks went past it), or two (they were put back). */
export type Moments = number | undefined | readonly [first: number, second: number]

const hour = 3_600_000
const day = 24 * hour
/** no two changes of one zone are nearer to each other */
const sampling = 6 * day
/** clocks are never this far from UTC; also beyond the greatest change, when Samoa left out a day */
const farthest = 27 * hour
/** years of which a table is kept */
const mostYears = 40

interface Stretch {
  /** ms since 1970 UTC: from this on, and before this, the clocks stand so far before UTC */
  from: number
  to: number
  offset: number
}

const zones = new Map<string, Zone>()

export class Zone {
  readonly name: string
  readonly #format: Intl.DateTimeFormat
  readonly #years = new Map<number, Stretch[]>()
  /** the one that was asked for last */
  #stretch: Stretch = { from: 0, to: 0, offset: 0 }

  /** The zone of this IANA name (`Europe/Berlin`). Throws an Error where there is none. */
  static named(name: string): Zone {
    let zone = zones.get(name)
    if (zone === undefined) {
      zone = new Zone(name)
      zones.set(name, zone)
    }
    return zone
  }

  private constructor(name: string) {
    this.name = name
    try {
      this.#format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        calendar: 'gregory',
        numberingSystem: 'latn',
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      })
    } catch {
      throw new Error(`there is no time zone ${JSON.stringify(name)}`)
    }
  }

  /** How far the zone's clocks stand before UTC at a moment, in ms. */
  offsetAt(time: number): number {
    if (time < this.#stretch.from || time >= this.#stretch.to) this.#stretch = this.#stretchAt(time)
    return this.#stretch.offset
  }

  /** Which moments the clocks show a local time at; it is given as the moment at which UTC's clocks show it. */
  moments(local: number): Moments {
    const { from, to, offset } = this.#stretch
    const guess = local - offset
    if (guess >= from + farthest && guess < to - farthest) return guess
    const found: number[] = []
    for (const around of [local - farthest, local + farthest]) {
      const time = local - this.offsetAt(around)
      if (this.offsetAt(time) === local - time && !found.includes(time)) found.push(time)
    }
    if (found.length < 2) return found[0]
    const [a, b] = found as [number, number]
    return a < b ? [a, b] : [b, a]
  }

  /** Whether the clocks are on summer time: before where they stand in the other half of that year. */
  isSummer(time: number): boolean {
    const year = new Date(time).getUTCFullYear()
    const offsets = [this.offsetAt(Date.UTC(year, 0, 1)), this.offsetAt(Date.UTC(year, 6, 1))]
    return this.offsetAt(time) > Math.min(...offsets)
  }

  #stretchAt(time: number): Stretch {
    const year = new Date(time).getUTCFullYear()
    // far from all devices' clocks, and a day at its ends is beyond what a date holds
    if (!(year >= 1900 && year < 2200)) return { from: time, to: time + 1, offset: this.#ask(time) }
    let stretches = this.#years.get(year)
    if (stretches === undefined) {
      stretches = this.#tableOf(year)
      if (this.#years.size >= mostYears) this.#years.clear()
      this.#years.set(year, stretches)
    }
    return stretches.find(({ to }) => time < to) as Stretch
  }

  #tableOf(year: number): Stretch[] {
    const begin = Date.UTC(year, 0, 1)
    const end = Date.UTC(year + 1, 0, 1)
    const stretches: Stretch[] = [{ from: begin, to: end, offset: this.#ask(begin) }]
    for (let at = begin; at < end; at += sampling) {
      const last = stretches.at(-1) as Stretch
      const next = Math.min(at + sampling, end - 1)
      const offset = this.#ask(next)
      if (offset === last.offset) continue
      last.to = this.#changeBetween(at, next, offset)
      stretches.push({ from: last.to, to: end, offset })
    }
    return stretches
  }

  /** The first moment with the later offset, to the second, by bisection. */
  #changeBetween(before: number, after: number, offset: number): number {
    let low = Math.floor(before / 1000)
    let high = Math.ceil(after / 1000)
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.#ask(middle * 1000) === offset) high = middle
      else low = middle
    }
    return high * 1000
  }

  #ask(time: number): number {
    const second = Math.floor(time / 1000) * 1000
    const parts: Record<string, number> = {}
    for (const { type, value } of this.#format.formatToParts(second)) parts[type] = Number(value)
    const { year = 0, month = 1, day: date = 1, hour: hours = 0, minute = 0, second: seconds = 0 } = parts
    return Date.UTC(year, month - 1, date, hours, minute, seconds) - second
  }
}
