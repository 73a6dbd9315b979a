// What the live stream tells: the status, the readings that changed, new rejects, and whether there is a store to read. It
// works only while a page listens, and asks the store no more often than the answers allow.
import type { FieldlogEvent } from '../event.ts'
import type { StoreState } from '../history/model/store-state.ts'
import type { HistoryQueries } from '../history/query/history.ts'
import type { LatestSeries, RejectAnswer } from '../history/query/read/answers.ts'
import { inBackground } from '../kit/background.ts'
import type { Clock } from '../kit/clock.ts'
import { EventStream, type PostedWhole, type StreamLimits, type StreamTarget } from './event-stream.ts'
import type { Status } from './status.ts'

/** The store that the pages show. */
export interface LiveStore {
  /** of the moment */
  readonly state: StoreState
  /** Tells of each batch that was committed, until the function returned is called. */
  subscribe(listener: (events: readonly FieldlogEvent[]) => void): () => void
}

export interface LiveFeedParts {
  /** undefined where the flows have none */
  store(): LiveStore | undefined
  /** of that store */
  history(): HistoryQueries | undefined
  status(): Promise<Status>
  clock: Clock
  limits?: Partial<StreamLimits>
}

/** What is told instead of answers while there is no store to read. */
export interface Waiting {
  waiting: 'rebuild' | 'start' | 'none'
  /** part done, 0 to 1; null: not known */
  done: number | null
  /** seconds; null: not known */
  left: number | null
}

/** ms between two looks at the status, and the longest time in which it is told again though it is the same */
const statusPause = 2_000
const statusAtLeast = 10_000
/** ms after an answer of the store that failed */
const pauseAfterFailure = 5_000
/** the store is asked for no more than this part of the time */
const largestShare = 0.2
/** new rejects that are told at a time */
const mostRejects = 100
/** series that are told at a time */
const mostSeries = 10_000

export class LiveFeed {
  readonly #parts: LiveFeedParts
  readonly #stream: EventStream
  #subscribed: { store: LiveStore; end: () => void } | undefined
  /** what the pages were told of the store: a text that changes when they must be told anew */
  #told: string | undefined
  /** by id of the series, as JSON */
  #readings = new Map<number, string>()
  /** the newest reject that was seen; undefined before the first look */
  #newest: Pick<RejectAnswer, 'seq' | 'sub'> | undefined
  #isDue = false
  #rejectsAreDue = false
  #isAsking = false
  #isLooking = false
  /** of the monotonic clock */
  #nextAsk = 0
  #nextStatus = 0
  #statusAt = Number.NEGATIVE_INFINITY
  /** the last one that was told, and as JSON without its time */
  #status: { told: PostedWhole; text: string } | undefined

  constructor(parts: LiveFeedParts) {
    this.#parts = parts
    const { clock, limits = {} } = parts
    this.#stream = new EventStream({ clock, limits, tick: () => this.#tick() })
  }

  get isFull(): boolean {
    return this.#stream.isFull
  }

  /** A page listens: it is told everything once, and then what changes. */
  open(target: StreamTarget): void {
    if (this.#stream.size === 0) this.#begin()
    this.#stream.open(target, [this.#condition(), ...(this.#status ? [this.#status.told] : [])])
    target.once('close', () => {
      if (this.#stream.size === 0) this.#end()
    })
    // all of them again, for the others too: pages come seldom
    this.#readings.clear()
    this.#isDue = true
    this.#tick()
  }

  close(): void {
    this.#stream.close()
    this.#end()
  }

  #begin(): void {
    this.#newest = undefined
    this.#rejectsAreDue = true
    this.#nextAsk = 0
    this.#nextStatus = 0
    this.#told = this.#toTell()
  }

  #end(): void {
    this.#subscribed?.end()
    this.#subscribed = undefined
    this.#readings.clear()
    // it would be an old one for the next page
    this.#status = undefined
  }

  #tick(): void {
    const now = this.#parts.clock.monotonic()
    this.#watchStore()
    this.#tellCondition()
    if (now >= this.#nextStatus && !this.#isLooking) {
      this.#isLooking = true
      inBackground(this.#tellStatus())
    }
    const isReadable = this.#parts.store()?.state.isReadable === true
    if (isReadable && (this.#isDue || this.#rejectsAreDue) && !this.#isAsking && now >= this.#nextAsk) {
      this.#isAsking = true
      inBackground(this.#tellChanges())
    }
  }

  /** A deploy may have put another one in its place. */
  #watchStore(): void {
    const store = this.#parts.store()
    if (this.#subscribed?.store === store) return
    this.#subscribed?.end()
    this.#subscribed = store && { store, end: store.subscribe((events) => this.#committed(events)) }
  }

  #committed(events: readonly FieldlogEvent[]): void {
    this.#isDue = true
    this.#rejectsAreDue ||= events.some(({ verdict }) => verdict === 'rejected')
  }

  #tellCondition(): void {
    const told = this.#toTell()
    if (told === this.#told) return
    this.#told = told
    const condition = this.#condition()
    this.#stream.post(condition)
    if (condition.event !== 'ready') return
    // in another file everything may be different
    this.#readings.clear()
    this.#newest = undefined
    this.#isDue = true
    this.#rejectsAreDue = true
  }

  /** A text that is another one when the pages must be told of the store anew. */
  #toTell(): string {
    return JSON.stringify([this.#condition(), this.#parts.store()?.state.generation])
  }

  #condition(): PostedWhole {
    const waiting = waitingFor(this.#parts.store()?.state)
    return waiting ? { event: 'waiting', data: waiting } : { event: 'ready', data: {} }
  }

  async #tellStatus(): Promise<void> {
    const { clock, status } = this.#parts
    try {
      const { now, ...rest } = await status()
      // the last page has left meanwhile: for the next one it would be an old one
      if (this.#stream.size === 0) return
      const text = JSON.stringify(rest)
      const at = clock.monotonic()
      if (text === this.#status?.text && at - this.#statusAt < statusAtLeast) return
      this.#status = { told: { event: 'status', data: { now, ...rest } }, text }
      this.#statusAt = at
      this.#stream.post(this.#status.told)
    } finally {
      this.#nextStatus = clock.monotonic() + statusPause
      this.#isLooking = false
    }
  }

  async #tellChanges(): Promise<void> {
    const { clock, history } = this.#parts
    const begun = clock.monotonic()
    const [isDue, rejectsAreDue] = [this.#isDue, this.#rejectsAreDue]
    this.#isDue = false
    this.#rejectsAreDue = false
    try {
      const queries = history()
      if (queries && isDue) this.#tellReadings(await queries.latest({ spark: 'no' }))
      if (queries && rejectsAreDue) this.#tellRejects(await queries.rejects({ limit: String(mostRejects) }))
      const took = clock.monotonic() - begun
      this.#nextAsk = clock.monotonic() + took * (1 / largestShare - 1)
    } catch {
      // the file was swapped, or the question took too long: what it was asked for is still to be told
      this.#isDue ||= isDue
      this.#rejectsAreDue ||= rejectsAreDue
      this.#nextAsk = clock.monotonic() + pauseAfterFailure
    } finally {
      this.#isAsking = false
    }
  }

  #tellReadings({ now, series }: { now: number; series: readonly LatestSeries[] }): void {
    const changed = new Map<number, unknown>()
    for (const each of series) {
      const shown = { ...each, fields: each.fields.map(({ spark: _, ...field }) => field) }
      const text = JSON.stringify(shown)
      if (this.#readings.get(each.id) === text) continue
      this.#readings.set(each.id, text)
      changed.set(each.id, shown)
    }
    if (changed.size === 0) return
    this.#stream.post({
      event: 'readings',
      entries: changed,
      most: mostSeries,
      wrap: (texts) => `{"now":${now},"series":[${texts.join(',')}]}`,
    })
  }

  /** @param rejects the newest first */
  #tellRejects(rejects: readonly RejectAnswer[]): void {
    const before = this.#newest
    this.#newest = rejects[0] ?? before ?? { seq: 0, sub: 0 }
    // what was there before anybody listened is no news
    if (!before) return
    const fresh = rejects.filter((reject) => isAfter(reject, before))
    if (fresh.length === 0) return
    const entries = new Map(
      fresh.toReversed().map((reject) => [`${reject.seq}.${reject.sub}`, reject] as const),
    )
    this.#stream.post({
      event: 'rejects',
      entries,
      most: mostRejects,
      wrap: (texts) => `[${texts.toReversed().join(',')}]`,
    })
  }
}

function isAfter(a: Pick<RejectAnswer, 'seq' | 'sub'>, b: typeof a): boolean {
  return a.seq > b.seq || (a.seq === b.seq && a.sub > b.sub)
}

/** Undefined where there is a store to read, though it may be an older one. */
export function waitingFor(store: StoreState | undefined): Waiting | undefined {
  if (!store) return { waiting: 'none', done: 0, left: null }
  const { state, isReadable, done, left } = store
  if (isReadable) return undefined
  return { waiting: state === 'rebuilding' ? 'rebuild' : 'start', done, left }
}
