// `replay:` as a source of bytes: a stored log is played, for demonstrations, tests of formats and rules, and support.
import type { Clock } from '../../kit/clock.ts'
import { isTurnLong, nextTurn } from '../../kit/turns.ts'
import type { ReplayAddress } from '../source/address.ts'
import { type LineSource, type Link, type LinkEvents, SourceError } from '../source/source.ts'
import { openStored, type Portion, storedError } from './stored-lines.ts'
import { Timetable } from './timetable.ts'

/** @param address its path is absolute */
export function replaySource(address: ReplayAddress, name: string, clock: Clock): LineSource {
  return {
    name,
    text: address.path,
    holdsBack: true,
    settlesAfter: 0,
    async connect(events) {
      return new ReplayLink(address, await openStored(address.path), events, clock)
    },
  }
}

/** ms: a clock that is set while nothing is due is noticed then */
const longestWait = 60_000
const lineEnd = Buffer.from('\n')

interface Count {
  played: number
  damaged: number
  others: number
}

class ReplayLink implements Link {
  readonly #address: ReplayAddress
  readonly #events: LinkEvents
  readonly #clock: Clock
  readonly #playing: Promise<void>
  #isPaused = false
  #isClosed = false
  /** ends what the next line waits for */
  #wake: () => void = () => undefined

  constructor(address: ReplayAddress, portions: AsyncGenerator<Portion>, events: LinkEvents, clock: Clock) {
    this.#address = address
    this.#events = events
    this.#clock = clock
    this.#playing = this.#play(portions)
  }

  write(): Promise<void> {
    return Promise.reject(
      new SourceError(`${this.#address.path} is a stored log: it takes no input`, 'no input'),
    )
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#wake()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#wake()
    await this.#playing
  }

  /** Stays open at the end: to connect again would play it again. */
  async #play(first: AsyncGenerator<Portion>): Promise<void> {
    // the connection is open before its first line comes
    await nextTurn()
    const { path, speed, loop } = this.#address
    const timetable = new Timetable(speed, this.#clock.wall())
    try {
      await this.#playOnce(first, timetable)
      while (loop && !this.#isClosed && timetable.again())
        await this.#playOnce(await openStored(path), timetable)
    } catch (error) {
      this.#events.report?.('warn', `${storedError(path, error).message}; nothing more of it is played`)
    }
  }

  async #playOnce(portions: AsyncGenerator<Portion>, timetable: Timetable): Promise<void> {
    const count: Count = { played: 0, damaged: 0, others: 0 }
    for await (const { lines, damaged, others } of portions) {
      count.damaged += damaged
      count.others += others
      for (const { time, bytes } of lines) {
        const due = timetable.due(time)
        if (due === undefined) continue
        if (this.#isPaused || due > this.#clock.wall()) await this.#until(due)
        if (this.#isClosed) return
        this.#events.data(Buffer.concat([bytes, lineEnd]), this.#clock.wall())
        count.played++
        if (isTurnLong()) await nextTurn()
      }
      if (this.#isClosed) return
      if (isTurnLong()) await nextTurn()
    }
    const level = count.damaged > 0 ? 'warn' : 'info'
    this.#events.report?.(level, `played ${this.#address.path} to its end: ${inWords(count)}`)
  }

  async #until(due: number): Promise<void> {
    while (!this.#isClosed) {
      const wait = due - this.#clock.wall()
      if (!this.#isPaused && wait <= 0) return
      await new Promise<void>((resolve) => {
        const cancel = this.#isPaused ? () => {} : this.#clock.after(Math.min(wait, longestWait), resolve)
        this.#wake = () => {
          cancel()
          resolve()
        }
      })
    }
  }
}

function inWords({ played, damaged, others }: Count): string {
  const number = (count: number) => count.toLocaleString('en')
  const skipped = [
    ...(damaged > 0 ? [`${number(damaged)} damaged`] : []),
    ...(others > 0 ? [`${number(others)} that are no whole lines`] : []),
  ]
  return `${number(played)} lines${skipped.length > 0 ? `; skipped: ${skipped.join(', ')}` : ''}`
}
