// The journal's one writer: a dual buffer in front of a chain of day files. README.md says what it promises.
import { dirname } from 'node:path'
import type { NewEntry } from './batch.ts'
import { DualBuffer, type Held } from './buffer.ts'
import { ChainWriter } from './chain-writer.ts'
import type { Entry } from './entry.ts'
import { describeFailure } from './failure.ts'
import type { Lock } from './lock.ts'
import { type JournalOptions, withDefaults } from './options.ts'
import type { Salvage } from './recovery.ts'
import { recover } from './start.ts'
import { StepWatch } from './step-watch.ts'
import { dayOf } from './time.ts'

/** An entry that is on the medium, with its caller's tag. */
export interface DurableEntry extends Entry {
  tag: unknown
}

/** Counters of one writer since its start. */
export interface JournalStatistics {
  /** entries that became durable */
  events: number
  /** entries that memory had no room for, or that came after the stop */
  dropped: number
  /** entries and notices in memory */
  held: number
  /** entries and notices written */
  records: number
  batches: number
  syncs: number
  bytes: number
  /** writes and syncs that failed */
  failures: number
  lastSeq: number
  /** why the disk does not take events now, and what is done about it; undefined while all is well */
  failure: string | undefined
}

/** What the writer tells. */
export interface JournalListener {
  /** entries in order of seq, each once, after their C is on the medium */
  durable?(entries: DurableEntry[]): void
  /** writing began to fail, fails otherwise, or works again (undefined) */
  failure?(message: string | undefined): void
}

/** Pauses between tries to write, ms: doubled each time. */
const firstPause = 100
const longestPause = 5_000

/** The writer of one journal directory. */
export class Journal {
  readonly directory: string
  /** drawn at `start` */
  epoch = ''
  readonly #options: Required<JournalOptions>
  readonly #listener: JournalListener
  readonly #buffer: DualBuffer
  readonly #steps: StepWatch
  readonly #counts = { events: 0, dropped: 0, records: 0, failures: 0 }
  #lock: Lock | undefined
  #writer: ChainWriter | undefined
  #stopping = false
  /** the time to flush is over: what is held is given up */
  #abandoned = false
  #running: Promise<void> | undefined
  #timer: (() => void) | undefined
  #timeUp = false
  #waiters: Array<() => void> = []
  #endPause: (() => void) | undefined
  #failure: string | undefined
  #firstTry: (() => void) | undefined

  constructor(options: JournalOptions, listener: JournalListener = {}) {
    this.#options = withDefaults(options)
    this.#listener = listener
    this.directory = this.#options.directory
    this.#buffer = new DualBuffer(this.#options.maxHeldEvents, this.#options.maxHeldBytes)
    this.#steps = new StepWatch(this.#options.clock, (step) => this.notice('step', step))
  }

  /**
   * Takes the lock, repairs the end of the last file, and begins to write; entries appended before wait. It
   * resolves after the first write, or when that failed and is being tried again. It rejects with a
   * JournalLockedError or what the disk said while reading, and may then be called again.
   */
  async start(): Promise<{ lastSeq: number; salvages: Salvage[] }> {
    const { disk, lock, drawEpoch, software, clock } = this.#options
    await disk.makeDirectory(this.directory)
    await disk.syncDirectory(dirname(this.directory))
    this.#lock ??= lock(this.directory, clock.wall())
    const found = await recover(disk, this.directory, clock.wall())
    this.epoch = drawEpoch()
    const writer = new ChainWriter(this.#options, this.epoch, found.lastSeq, (file, sha256) =>
      this.notice('hash', { file, sha256 }),
    )
    if (found.last) await writer.resume(found.last)
    this.#buffer.addFirst([
      ...found.setAside.map((salvage) => notice('salvage', salvage)),
      notice('open', { epoch: this.epoch, software }),
    ])
    this.#writer = writer
    await new Promise<void>((resolve) => {
      this.#firstTry = resolve
      this.#waiters.push(resolve)
      this.#run()
    })
    return { lastSeq: found.lastSeq, salvages: found.salvages }
  }

  /** Takes an entry into the active buffer; false where memory is full and it had to be dropped. */
  append(entry: NewEntry, tag?: unknown): boolean {
    this.#steps.check()
    if (this.#stopping || !this.#buffer.add({ ...entry, tag })) {
      this.#counts.dropped++
      return false
    }
    this.#run()
    return true
  }

  /** Notes something beside the entries; `value` is any JSON value. */
  notice(kind: string, value: unknown): void {
    this.#buffer.addNotice(notice(kind, value))
    this.#run()
  }

  /** Resolves when everything appended before is durable; makes the next flush start at once. */
  flush(): Promise<void> {
    if (this.#buffer.held === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiters.push(resolve)
      this.#run()
    })
  }

  /**
   * Flushes all, closes, and gives the lock back. Where the disk did not take everything within `limit` ms it
   * rejects; the lock is then kept until the operation under way has ended.
   */
  async stop(limit = 8_000): Promise<void> {
    this.#stopping = true
    this.#endPause?.()
    const flushed = this.#writer ? this.flush() : Promise.resolve()
    const inTime = await this.#within(flushed, limit)
    this.#abandoned = true
    this.#endPause?.()
    this.#stopTimer()
    const lost = this.#buffer.held
    const released = this.#release()
    if (inTime) await released
    else released.catch((error: unknown) => process.emitWarning(`journal: closing late: ${String(error)}`))
    if (lost > 0) {
      throw new Error(`journal: ${this.directory} was closed with ${lost} events that the disk did not take`)
    }
  }

  /** Seq of the last durable entry; 0 in an empty journal or before the start. */
  get lastSeq(): number {
    return this.#writer?.lastSeq ?? 0
  }

  /** Path of the file that is being written. */
  get file(): string {
    return this.#writer?.path ?? ''
  }

  /** Durable bytes of the file that is being written; undefined for any other. */
  durableSize(path: string): number | undefined {
    return this.#writer?.durableSize(path)
  }

  get statistics(): JournalStatistics {
    const { batches = 0, syncs = 0, bytes = 0 } = this.#writer ?? {}
    const { held } = this.#buffer
    return { ...this.#counts, batches, syncs, bytes, held, lastSeq: this.lastSeq, failure: this.#failure }
  }

  /** Starts a flush where one is due and none is under way; else sees to the timer. */
  #run(): void {
    if (this.#running || !this.#writer) return
    if (!this.#isDue()) {
      this.#startTimer()
      return
    }
    this.#running = this.#flushWhileDue(this.#writer).finally(() => {
      this.#running = undefined
      if (!this.#abandoned) this.#run()
    })
  }

  #isDue(): boolean {
    const { bufferSize, flushInterval } = this.#options
    if (this.#waiters.length > 0) return true
    if (this.#buffer.active === 0) return false
    return this.#timeUp || this.#buffer.active >= bufferSize || flushInterval === 0 || this.#stopping
  }

  async #flushWhileDue(writer: ChainWriter): Promise<void> {
    while (this.#isDue() && !this.#abandoned) {
      this.#stopTimer()
      this.#timeUp = false
      const waiters = this.#waiters
      this.#waiters = []
      let records: readonly Held[] = this.#buffer.swap()
      while (records.length > 0) {
        const run = sameDay(records)
        if (!(await this.#writeUntilDone(writer, run))) return
        records = records.slice(run.records.length)
      }
      for (const resolve of waiters) resolve()
    }
  }

  /** Tries until the run is durable; false where the journal was closed before. */
  async #writeUntilDone(writer: ChainWriter, run: Run): Promise<boolean> {
    for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
      const gap = this.#buffer.gap && { ...this.#buffer.gap }
      const before = writer.lastSeq
      try {
        this.#steps.check()
        await writer.write(run.records, run.day, gap, this.#options.clock.wall())
      } catch (error) {
        this.#counts.failures++
        this.#setFailure(error, writer.path)
        if (this.#abandoned) return false
        await this.#pause(this.#stopping ? firstPause : pause)
        if (this.#abandoned) return false
        continue
      }
      if (gap) this.#buffer.gapNoted(gap)
      this.#buffer.written(run.records)
      this.#setFailure(undefined, writer.path)
      this.#tellDurable(run.records, before)
      return true
    }
  }

  #tellDurable(records: readonly Held[], lastSeqBefore: number): void {
    const entries: DurableEntry[] = []
    let seq = lastSeqBefore
    for (const record of records) {
      if (record.kind === 'N') continue
      seq++
      const { kind, source, text, tag } = record
      const received = kind === 'R' ? (record.time ?? record.received) : record.received
      entries.push({ kind, seq, epoch: this.epoch, received, source, text, tag })
    }
    this.#counts.events += entries.length
    this.#counts.records += records.length
    if (entries.length > 0) this.#listener.durable?.(entries)
  }

  #setFailure(error: unknown, path: string): void {
    this.#firstTry?.()
    this.#firstTry = undefined
    const { held, gap } = this.#buffer
    const message =
      error === undefined
        ? undefined
        : `journal: ${describeFailure(error, path)}; holding ${held} events in memory, dropping ${gap ? 'new ones' : 'none'}`
    const isNews =
      (message === undefined) !== (this.#failure === undefined) || kindOf(message) !== kindOf(this.#failure)
    this.#failure = message
    if (isNews) this.#listener.failure?.(message)
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const stopTimer = this.#options.timers.after(ms, resolve)
      this.#endPause = () => {
        stopTimer()
        resolve()
      }
    })
  }

  #startTimer(): void {
    if (this.#timer || this.#buffer.active === 0 || this.#abandoned) return
    this.#timer = this.#options.timers.after(this.#options.flushInterval * 1000, () => {
      this.#timer = undefined
      this.#timeUp = true
      this.#run()
    })
  }

  #stopTimer(): void {
    this.#timer?.()
    this.#timer = undefined
  }

  async #within(work: Promise<unknown>, limit: number): Promise<boolean> {
    let stopTimer = () => {}
    const timeUp = new Promise<boolean>((resolve) => {
      stopTimer = this.#options.timers.after(limit, () => resolve(false))
    })
    const inTime = await Promise.race([work.then(() => true), timeUp])
    stopTimer()
    return inTime
  }

  async #release(): Promise<void> {
    await this.#running
    try {
      await this.#writer?.close()
    } finally {
      this.#lock?.release()
      this.#lock = undefined
    }
  }
}

/** Records that go to one file: those up to the first entry of another day. */
interface Run {
  /** undefined where there are only notices, which go where the writer is */
  day: number | undefined
  records: readonly Held[]
}

function sameDay(records: readonly Held[]): Run {
  let day: number | undefined
  for (let i = 0; i < records.length; i++) {
    const record = records[i]!
    if (record.kind === 'N') continue
    const own = dayOf(record.received)
    if (day !== undefined && own !== day) return { day, records: records.slice(0, i) }
    day = own
  }
  return { day, records }
}

function notice(kind: string, value: unknown) {
  return { kind: 'N' as const, notice: kind, json: JSON.stringify(value) }
}

/** The part of a failure's message that does not change with every event held. */
function kindOf(message: string | undefined): string | undefined {
  return message?.replace(/holding \d+ events/, '')
}
