// Watches the devices of one journal while the flows run: looks every second, has changes logged, and keeps what was
// learnt over restarts.
import type { Disk } from '../../journal/disk/disk.ts'
import { inBackground } from '../../kit/background.ts'
import type { Clock } from '../../kit/clock.ts'
import { asError } from '../../kit/errors.ts'
import { RateLimit } from '../../kit/rate-limit.ts'
import type { DeviceEventData } from '../device-event.ts'
import type { DeviceNames } from '../names.ts'
import { DeviceWatch, type Heard, type SeriesReport } from './device-watch.ts'
import { type LastReading, WatchFile } from './watch-file.ts'

/** ms */
const lookInterval = 1_000
/** ms; a card wears out, and little is lost with what was learnt since */
const storeInterval = 600_000
const warnInterval = 3_600_000
/** ms after a start or a deploy: ports open again, and what devices send then has to be logged before it comes here */
const settlingTime = 10_000

/** The journal that readings come from, and that changes are logged in. */
export interface WatchedJournal {
  disk: Disk
  directory: string
  /** Whether what devices send now gets through to here without delay. */
  isListening(): boolean
  /** Logs the event; resolves when it is durable. */
  log(data: DeviceEventData): Promise<void>
}

export interface WatchParts {
  names: DeviceNames
  /** whether silence is told: only where the flows have a devices node */
  tells: boolean
  /** undefined: what is learnt lasts until the process ends, and nothing is told */
  journal: WatchedJournal | undefined
  warn(text: string): void
}

export class LiveWatch {
  readonly #clock: Clock
  readonly #watch: DeviceWatch
  readonly #warnings: RateLimit
  #parts: WatchParts | undefined
  #last: LastReading | undefined
  #isChanged = false
  #lastStored: number
  /** by the monotonic clock */
  #settledAt: number
  #stopTimer = () => {}
  /** undefined: not read yet */
  #restoring: Promise<void> | undefined
  #isRestored = false
  /** one write after the other */
  #storing: Promise<void> = Promise.resolve()
  /** the write that has not begun: it will have all that is known then */
  #nextWrite: Promise<void> | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.#watch = new DeviceWatch(clock)
    this.#warnings = new RateLimit(warnInterval, clock)
    this.#lastStored = clock.monotonic()
    this.#settledAt = this.#lastStored + settlingTime
  }

  /** A user has come, or the flows have changed: these parts hold from now on. */
  attach(parts: WatchParts): void {
    this.#parts = parts
    this.#watch.name(parts.names)
    this.#settledAt = this.#clock.monotonic() + settlingTime
    this.#restoring ??= this.#restore()
    this.#stopTimer()
    this.#wait()
  }

  /** The last user goes. Resolves when what was learnt is stored. */
  async detach(): Promise<void> {
    this.#stopTimer()
    await this.#restoring
    await this.#store()
  }

  /** @param reading its id and seq; @param heard what it says of devices */
  hear(reading: LastReading, heard: Heard): void {
    this.#watch.hear(heard)
    this.#saw(reading)
  }

  /** A line that is no reading: only a device that is known already was heard. */
  hearAgain(reading: LastReading, heard: Heard): void {
    this.#watch.hearAgain(heard)
    this.#saw(reading)
  }

  report(): SeriesReport[] {
    return this.#watch.report()
  }

  get tells(): boolean {
    return this.#parts?.tells === true
  }

  #saw({ seq, id }: LastReading): void {
    this.#isChanged = true
    if (this.#last === undefined || seq > this.#last.seq) this.#last = { seq, id }
  }

  #wait(): void {
    this.#stopTimer = this.#clock.after(lookInterval, () => {
      this.#look()
      this.#wait()
    })
  }

  #look(): void {
    const { journal, tells = false } = this.#parts ?? {}
    const isSettled = this.#isRestored && this.#clock.monotonic() >= this.#settledAt
    const isListening = isSettled && journal?.isListening() !== false
    const changes = this.#watch.look(isListening, tells && journal !== undefined)
    for (const { data, undo } of changes) {
      this.#isChanged = true
      const logged = journal?.log(data) ?? Promise.resolve()
      inBackground(
        // a crash must not make it told again
        logged.then(() => this.#store()),
        (error) => {
          undo()
          this.#warn('log', `devices: that ${data.device} is ${data.state} was not logged: ${error.message}`)
        },
      )
    }
    if (this.#clock.monotonic() - this.#lastStored < storeInterval) return
    this.#watch.forgetOld()
    inBackground(this.#store())
  }

  async #restore(): Promise<void> {
    const { journal } = this.#parts ?? {}
    try {
      const stored = journal && (await new WatchFile(journal.disk, journal.directory).read())
      if (stored) {
        this.#watch.load(stored.series)
        this.#last ??= stored.last
      }
    } catch (error) {
      this.#warn(
        'read',
        `devices: what was learnt of them cannot be read, and is learnt again: ${asError(error).message}`,
      )
    }
    this.#isRestored = true
  }

  #store(): Promise<void> {
    this.#nextWrite ??= this.#storing.then(() => {
      this.#nextWrite = undefined
      return this.#write()
    })
    this.#storing = this.#nextWrite
    return this.#storing
  }

  async #write(): Promise<void> {
    const { journal } = this.#parts ?? {}
    this.#lastStored = this.#clock.monotonic()
    if (!journal || !this.#isChanged || !this.#isRestored || this.#last === undefined) return
    this.#isChanged = false
    try {
      await new WatchFile(journal.disk, journal.directory).write(this.#last, this.#watch.save())
    } catch (error) {
      this.#isChanged = true
      this.#warn(
        'store',
        `devices: what was learnt of them cannot be stored: ${asError(error).message}; after a restart it may have to be learnt again`,
      )
    }
  }

  #warn(kind: string, text: string): void {
    if (this.#warnings.allows(kind)) this.#parts?.warn(text)
  }
}
