// What a collector does takes time: lines go out at the baud rate, one after the other, and erasing is slow. Here are
// its jobs, done one at a time and step by step, so that a byte from the host can come between two lines.

/** Why packets on the air are not received. */
export type Deaf = 'boot' | 'erase' | 'replay' | 'list'

export interface Printed {
  /** without its line end */
  readonly text: string
  /** ms at which its first byte leaves */
  readonly begins: number
  /** ms at which its line end has left */
  readonly ends: number
  /** a reset cut it off: it has no line end */
  readonly cut?: true
}

export interface Pause {
  readonly ms: number
  readonly deaf: Deaf
}

/** A line to print, or a pause. */
export type Step = string | Pause

export interface Job {
  readonly steps: Iterator<Step>
  /** for the whole of it, nothing is received */
  readonly deaf?: Deaf
}

interface Running {
  readonly begins: number
  readonly ends: number
  readonly step: Step
}

const bitsPerByte = 10

export class Schedule {
  readonly #msPerByte: number
  #jobs: Job[] = []
  #running: Running | undefined
  #now = Number.NEGATIVE_INFINITY

  /** @param baud Infinity: lines take no time */
  constructor(baud: number) {
    this.#msPerByte = (1000 * bitsPerByte) / baud
  }

  /** ms of the step that is being prepared, or that was done last */
  get now(): number {
    return this.#now
  }

  /** ms at which something happens by itself; undefined: nothing is left to do */
  get next(): number | undefined {
    return this.#running?.ends ?? (this.#jobs.length > 0 ? this.#now : undefined)
  }

  get deaf(): Deaf | undefined {
    const step = this.#running?.step
    if (typeof step === 'object') return step.deaf
    return this.#jobs.find((job) => job.deaf !== undefined)?.deaf
  }

  /** Does the job at that moment, or when those before it are done. */
  add(job: Job, nowMs: number): void {
    if (this.next === undefined) this.#now = Math.max(this.#now, nowMs)
    this.#jobs.push(job)
  }

  /** The lines that have left by then. */
  advance(nowMs: number): Printed[] {
    const printed: Printed[] = []
    for (let next = this.next; next !== undefined && next <= nowMs; next = this.next) {
      const line = this.#finish()
      if (line) printed.push(line)
      this.#begin()
    }
    return printed
  }

  /** Drops everything, and gives what had left of the line under way. */
  reset(nowMs: number): Printed[] {
    const running = this.#running
    this.#jobs = []
    this.#running = undefined
    this.#now = nowMs
    if (typeof running?.step !== 'string') return []
    const text = running.step.slice(0, Math.floor((nowMs - running.begins) / this.#msPerByte))
    return text === '' ? [] : [{ text, begins: running.begins, ends: nowMs, cut: true }]
  }

  #finish(): Printed | undefined {
    const running = this.#running
    if (!running) return undefined
    this.#running = undefined
    this.#now = running.ends
    const { step, begins, ends } = running
    return typeof step === 'string' ? { text: step, begins, ends } : undefined
  }

  /** Begins the next step; a job that has none is over. */
  #begin(): void {
    const job = this.#jobs[0]
    if (!job) return
    const { value: step, done } = job.steps.next()
    if (done) {
      this.#jobs.shift()
      return
    }
    this.#running = { begins: this.#now, ends: this.#now + this.#duration(step), step }
  }

  #duration(step: Step): number {
    return typeof step === 'string' ? (step.length + '\r\n'.length) * this.#msPerByte : step.ms
  }
}
