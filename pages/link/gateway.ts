// What is known of the gateway: loaded once, then kept up to date by the live feed. The views read it and are told of each change.
import { merge } from '../model/readings.ts'
import type { Latest, Reading, Reject, Status, Waiting } from '../model/wire.ts'
import { type Api, ApiError } from './api.ts'
import type { ServerEvent } from './event-parser.ts'
import { Live } from './live.ts'

export type Connection =
  | { state: 'connecting' }
  | { state: 'live' }
  | { state: 'lost'; retryAt: number; says: string }
  | { state: 'login' }

export type Change = 'status' | 'readings' | 'rejects' | 'waiting' | 'connection'

/** ms until readings are asked for again after an error */
const pause = 5_000
/** new rejects that are kept for the views */
const mostRejects = 100

export class Gateway {
  readonly api: Api
  readonly #live: Live
  readonly #onChange: (change: Change) => void
  status: Status | undefined
  readings: Reading[] | undefined
  /** newest first; loaded with the readings */
  rejects: Reject[] = []
  /** why there are no readings yet */
  waiting: Waiting | undefined
  connection: Connection = { state: 'connecting' }
  /** why the readings could not be loaded, where that is an error */
  trouble: string | undefined
  /** the readings that the last change brought */
  changed: ReadonlySet<number> = new Set()
  /** how far the gateway's clock is ahead of the browser's, ms */
  #ahead = 0
  #isLoading = false
  #again: ReturnType<typeof setTimeout> | undefined

  constructor(api: Api, onChange: (change: Change) => void) {
    this.api = api
    this.#onChange = onChange
    this.#live = new Live(api, {
      connected: () => this.#connected(),
      event: (event) => this.#take(event),
      lost: (error, retryAt) => this.#lost(error, retryAt),
    })
  }

  /** The gateway's time: ages are told by its clock, whatever the browser's says. */
  now(): number {
    return Date.now() + this.#ahead
  }

  /** Connects, at first and after a login. */
  start(): void {
    this.#connect({ state: 'connecting' })
    void this.#load()
    this.#live.start()
  }

  retry(): void {
    this.#live.hurry()
  }

  /** A view was refused for want of a login. */
  needsLogin(): void {
    this.#live.stop()
    this.#connect({ state: 'login' })
  }

  /** Loads everything; at the start the live feed connects while that is under way. */
  async #load(): Promise<void> {
    if (this.#isLoading) return
    this.#isLoading = true
    await Promise.all([this.#loadStatus(), this.#loadReadings()]).finally(() => {
      this.#isLoading = false
    })
  }

  async #loadStatus(): Promise<void> {
    try {
      this.#takeStatus(await this.api.status())
    } catch (error) {
      this.#failed(error)
    }
  }

  async #loadReadings(): Promise<void> {
    try {
      const [latest, rejects] = await Promise.all([this.api.latest(), this.api.rejects(10)])
      this.#setClock(latest.now)
      this.readings = latest.series
      this.rejects = rejects
      this.changed = new Set()
      this.waiting = undefined
      this.trouble = undefined
      this.#onChange('readings')
    } catch (error) {
      this.#failed(error)
    }
  }

  /** What cannot be reached is tried again by the live feed, which loads everything when it is connected. */
  #failed(error: unknown): void {
    if (!(error instanceof ApiError)) throw error
    if (error.code === 'login') this.needsLogin()
    else if (error.code === 'waiting' && error.waiting) this.#wait(error.waiting)
    else if (error.code !== 'unreachable') {
      this.trouble = error.message
      this.#onChange('waiting')
      clearTimeout(this.#again)
      this.#again = setTimeout(() => void this.#load(), pause)
    }
  }

  #connected(): void {
    const wasLost = this.connection.state === 'lost'
    this.#connect({ state: 'live' })
    if (wasLost || this.readings === undefined) void this.#load()
  }

  #lost(error: ApiError, retryAt: number): void {
    if (error.code === 'login') this.needsLogin()
    else if (error.code === 'waiting' && error.waiting) this.#wait(error.waiting)
    else this.#connect({ state: 'lost', retryAt, says: error.message })
  }

  #connect(connection: Connection): void {
    this.connection = connection
    this.#onChange('connection')
  }

  #take({ event, data }: ServerEvent): void {
    const content: unknown = JSON.parse(data)
    switch (event) {
      case 'status':
        this.#takeStatus(content as Status)
        break
      case 'readings':
        this.#takeReadings(content as Latest)
        break
      case 'rejects':
        this.rejects = [...(content as Reject[]), ...this.rejects].slice(0, mostRejects)
        this.#onChange('rejects')
        break
      case 'waiting':
        this.#wait(content as Waiting)
        break
      case 'ready':
        void this.#loadReadings()
        break
    }
  }

  #takeStatus(status: Status): void {
    this.status = status
    this.#setClock(status.now)
    this.#onChange('status')
  }

  #takeReadings({ now, series }: Latest): void {
    if (this.readings === undefined) return
    this.#setClock(now)
    this.readings = merge(this.readings, series)
    this.changed = new Set(series.map(({ id }) => id))
    this.#onChange('readings')
  }

  #wait(waiting: Waiting): void {
    this.waiting = waiting
    this.#onChange('waiting')
  }

  #setClock(now: number): void {
    this.#ahead = now - Date.now()
  }
}
