// When the lines of a stored log are played: at their time of day, faster, or at once.

const msPerDay = 86_400_000

export class Timetable {
  readonly #speed: number
  readonly #begin: number
  /** a moment of the log, and when it is played; undefined before the first line */
  #from: number | undefined
  #at: number
  #last: number | undefined

  /** @param speed 1: at the lines' own time of day; Infinity: at once. @param now ms since 1970 */
  constructor(speed: number, now: number) {
    this.#speed = speed
    this.#begin = now
    this.#at = speed === 1 ? midnight(now) : now
  }

  /** When a line of that moment is played, ms since 1970; undefined where its time of day had gone by at the beginning. */
  due(time: number): number | undefined {
    if (this.#speed === Number.POSITIVE_INFINITY) return this.#begin
    this.#from ??= this.#speed === 1 ? midnight(time) : time
    this.#last = Math.max(this.#last ?? time, time)
    const due = this.#at + (time - this.#from) / this.#speed
    return this.#speed === 1 && due < this.#begin ? undefined : due
  }

  /** The log begins again, when the days that it holds are over. False where it had no line. */
  again(): boolean {
    if (this.#from === undefined || this.#last === undefined) return false
    const days = Math.floor((this.#last - midnight(this.#from)) / msPerDay) + 1
    this.#at += (days * msPerDay) / this.#speed
    return true
  }
}

function midnight(time: number): number {
  return Math.floor(time / msPerDay) * msPerDay
}
