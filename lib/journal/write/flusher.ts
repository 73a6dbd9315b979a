// When what is held is written: one timer, one flush at a time, and again until the disk takes it. (docs/journal-format.md, promise 2.)
import { asError, withCode } from '../../kit/errors.ts'
import type { DualBuffer, Held } from './buffer.ts'
import type { ChainWriter } from './chain-writer.ts'
import { type Deadline, Deadlines } from './deadlines.ts'
import { describeFailure, failureKind, isDiskFull, SlowDiskError } from './failure.ts'
import type { JournalOptions } from './options.ts'
import { nextRun, type Run } from './runs.ts'
import type { StepWatch } from './step-watch.ts'

/** What the flusher tells. */
export interface FlushListener {
  /** records that are on the medium, in order, and the seq of the entry before them */
  written(records: readonly Held[], lastSeqBefore: number): void
  /** writing began to fail, fails otherwise, or works again (undefined) */
  failure(message: string | undefined): void
}

interface Waiter {
  resolve(): void
  reject(error: Error): void
}

/** Pauses between tries to write, ms: doubled each time. */
const firstPause = 100
const longestPause = 5_000
/** A disk that has not answered for this long counts as failing, although it may still answer; ms. */
const slow = 5_000

export class Flusher {
  /** writes and syncs that failed */
  failures = 0
  /** why the disk does not take events now; undefined while all is well */
  failure: string | undefined
  #failureKind: string | undefined
  readonly #options: Required<JournalOptions>
  readonly #buffer: DualBuffer
  readonly #steps: StepWatch
  readonly #listener: FlushListener
  #writer: ChainWriter | undefined
  #running: Promise<void> | undefined
  #waiters: Waiter[] = []
  /** set for the first event that comes into an empty buffer */
  readonly #interval: Deadline
  /** set while the disk writes */
  readonly #watch: Deadline
  readonly #deadlines: Deadlines
  #timeUp = false
  #endPause: (() => void) | undefined
  /** the first write was done, or failed */
  #tried: (() => void) | undefined
  #hurried = false
  #ended = false

  constructor(
    options: Required<JournalOptions>,
    buffer: DualBuffer,
    steps: StepWatch,
    listener: FlushListener,
  ) {
    this.#options = options
    this.#buffer = buffer
    this.#steps = steps
    this.#listener = listener
    this.#deadlines = new Deadlines(options.clock)
    this.#interval = this.#deadlines.add(() => {
      this.#timeUp = true
      this.changed()
    })
    this.#watch = this.#deadlines.add(() =>
      this.fail(new SlowDiskError(slow), this.#writer?.path ?? options.directory),
    )
  }

  /** Starts to write. Resolves when what is held is durable, or when the disk failed and is tried again. */
  begin(writer: ChainWriter): Promise<void> {
    this.#writer = writer
    return new Promise((resolve) => {
      this.#tried = resolve
      this.#waiters.push({ resolve, reject: () => resolve() })
      this.changed()
    })
  }

  /** Something came into the buffer: starts a flush where one is due and none is running. */
  changed(): void {
    if (!this.#writer || this.#ended) return
    if (!this.#running && this.#isDue()) this.#running = this.#runFlush(this.#writer)
    // during a flush, too: an event's time begins when it comes
    this.#startTimer()
  }

  /** Resolves when everything that is held now is durable; makes the next flush start at once. */
  flush(): Promise<void> {
    if (this.#buffer.held === 0) return Promise.resolve()
    const flushed = new Promise<void>((resolve, reject) => {
      if (this.#ended) reject(this.#closedError())
      else this.#waiters.push({ resolve, reject })
      this.changed()
    })
    // a caller that ignores the promise must not end the process by an unhandled rejection
    flushed.catch(() => undefined)
    return flushed
  }

  /** From now on everything is due at once, and pauses are short. */
  hurry(): void {
    this.#hurried = true
    this.#endPause?.()
    this.changed()
  }

  /** Gives up what is held. Resolves when the disk operation in progress has ended. */
  async end(): Promise<void> {
    this.#ended = true
    this.#endPause?.()
    this.#interval.callOff()
    for (const { reject } of this.#waiters.splice(0)) reject(this.#closedError())
    await this.#running
    this.#deadlines.end()
  }

  #closedError(): Error {
    return withCode('JOURNAL_CLOSED', new Error(`journal: ${this.#options.directory} is closed`))
  }

  #isDue(): boolean {
    const { bufferSize, flushInterval } = this.#options
    if (this.#waiters.length > 0) return true
    if (this.#buffer.active === 0) return false
    return this.#timeUp || this.#hurried || this.#buffer.active >= bufferSize || flushInterval === 0
  }

  async #runFlush(writer: ChainWriter): Promise<void> {
    // leave the caller's stack first: the flush may add a notice (a clock step), which asks whether one is running
    await undefined
    try {
      await this.#flushWhileDue(writer)
    } finally {
      this.#running = undefined
    }
    this.changed()
  }

  async #flushWhileDue(writer: ChainWriter): Promise<void> {
    while (this.#isDue() && !this.#ended) {
      this.#interval.callOff()
      this.#timeUp = false
      const waiters = this.#waiters
      this.#waiters = []
      const swapped = this.#buffer.swap()
      for (let at = 0; at < swapped.records.length; ) {
        const run = nextRun(swapped, at, writer.day, this.#options.clock.wall())
        if (!(await this.#writeUntilDone(writer, run))) {
          for (const { reject } of waiters) reject(this.#closedError())
          return
        }
        at += run.records.length
      }
      for (const { resolve } of waiters) resolve()
    }
  }

  /** Tries until the run is durable; false where the journal was closed before. */
  async #writeUntilDone(writer: ChainWriter, run: Run): Promise<boolean> {
    const { clock } = this.#options
    for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
      const before = writer.lastSeq
      this.#watch.set(slow)
      try {
        this.#steps.check()
        await writer.write(run)
      } catch (error) {
        this.#watch.callOff()
        this.failures++
        this.fail(error, writer.path)
        if (isDiskFull(error) && !this.#ended && (await this.#makeRoom(writer))) continue
        if (!this.#ended) await this.#pause(this.#hurried ? firstPause : pause)
        if (this.#ended) return false
        continue
      }
      this.#watch.callOff()
      this.#buffer.written(run.records)
      if (this.#buffer.dropping) this.#buffer.noteGap(clock.wall())
      this.#setFailure(undefined)
      this.#listener.written(run.records, before)
      return true
    }
  }

  /** The disk does not do what it should. */
  fail(error: unknown, path: string): void {
    const { held, dropping } = this.#buffer
    const count = held.toLocaleString('en-US')
    const dropped = dropping ? 'memory is full: dropping new ones' : 'dropping none'
    const what = describeFailure(error, path)
    this.#setFailure(
      `${this.#options.subject}: ${what}; holding ${count} events in memory, ${dropped}`,
      `${failureKind(error, path)} ${dropping}`,
    )
  }

  /** What goes is noted first, and that notice must fit: it may use the reserve. */
  async #makeRoom(writer: ChainWriter): Promise<boolean> {
    try {
      return await this.#options.makeRoom((kind, value) => {
        const json = JSON.stringify(value)
        return writer.write(
          { day: writer.day, records: [{ kind: 'N', notice: kind, json }], size: json.length },
          true,
        )
      })
    } catch (error) {
      this.fail(error, writer.path)
      return false
    }
  }

  /** @param kind tells failures apart: another one, or none any more, is news */
  #setFailure(message: string | undefined, kind?: string): void {
    this.#tried?.()
    this.#tried = undefined
    const isNews = kind !== this.#failureKind
    this.failure = message
    this.#failureKind = kind
    if (isNews) this.#listener.failure(message)
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const stopTimer = this.#options.clock.after(ms, resolve)
      this.#endPause = () => {
        stopTimer()
        resolve()
      }
    })
  }

  #startTimer(): void {
    if (this.#interval.isSet || this.#timeUp || this.#buffer.active === 0 || this.#ended) return
    this.#interval.set(this.#options.flushInterval * 1000)
  }
}

/** A listener that throws must not stop the journal. */
export function guarded<T extends unknown[]>(
  listener: ((...values: T) => void) | undefined,
  ...values: T
): void {
  try {
    listener?.(...values)
  } catch (error) {
    process.emitWarning(`journal: a listener failed: ${asError(error).message}`)
  }
}
