// The live stream of the pages: server-sent events, to each page at most two a second. What a page has not been sent yet is
// kept by name, so that only the newest of each thing waits: however slow a page is, it costs the room of one of each.
import type { Clock } from '../kit/clock.ts'

/** What a stream is written to: a response of Node's HTTP server. */
export interface StreamTarget {
  readonly writableNeedDrain: boolean
  write(text: string): unknown
  destroy(): void
  once(event: 'close', listener: () => void): unknown
}

export interface EventStreamOptions {
  clock: Pick<Clock, 'monotonic' | 'after'>
  /** Called before each update while a page listens; what it posts goes out with that update. */
  tick(): void
  limits?: Partial<StreamLimits>
}

export interface StreamLimits {
  /** pages at a time */
  clients: number
  /** ms between two updates */
  interval: number
  /** ms after which a page that takes nothing is given up */
  patience: number
  /** ms without an update after which a comment is sent: proxies end what is silent */
  heartbeat: number
}

const defaultLimits: StreamLimits = {
  clients: 50,
  interval: 500,
  patience: 30_000,
  heartbeat: 15_000,
}

/** An event whose newest data is all that counts. */
export interface PostedWhole {
  event: string
  data: unknown
}

/** An event of entries, of each of which only the newest counts. */
export interface PostedEntries {
  event: string
  entries: ReadonlyMap<string | number, unknown>
  /** entries that wait for a page; of more the oldest go */
  most: number
  /** Makes the data of the JSON texts that wait, the oldest first. */
  wrap(entries: string[]): string
}

/** As it waits: the texts are made once, and shared by all pages. */
type Waiting =
  | { text: string }
  | { texts: Map<string | number, string>; most: number; wrap: PostedEntries['wrap'] }

interface Client {
  target: StreamTarget
  /** by event */
  waiting: Map<string, Waiting>
  /** of the monotonic clock */
  writtenAt: number
  /** it has taken nothing since then */
  stuckSince: number | undefined
}

export class EventStream {
  readonly #options: EventStreamOptions
  readonly #limits: StreamLimits
  readonly #clients = new Set<Client>()
  #stopTimer: (() => void) | undefined

  constructor(options: EventStreamOptions) {
    this.#options = options
    this.#limits = { ...defaultLimits, ...options.limits }
  }

  /** Pages that listen. */
  get size(): number {
    return this.#clients.size
  }

  get isFull(): boolean {
    return this.#clients.size >= this.#limits.clients
  }

  /** A page listens from now on, until its connection ends. @param first what only it is sent */
  open(target: StreamTarget, first: readonly PostedWhole[] = []): void {
    const { clock } = this.#options
    const client: Client = { target, waiting: new Map(), writtenAt: clock.monotonic(), stuckSince: undefined }
    this.#clients.add(client)
    target.once('close', () => this.#clients.delete(client))
    // tells how soon to come again after a broken connection, ms
    target.write('retry: 3000\n\n')
    for (const posted of first) keep(client, posted.event, prepared(posted))
    this.#send(client)
    this.#stopTimer ??= clock.after(this.#limits.interval, () => this.#tick())
  }

  /** For all pages that listen, with the next update. */
  post(posted: PostedWhole | PostedEntries): void {
    if (this.#clients.size === 0) return
    const waiting = prepared(posted)
    for (const client of this.#clients) keep(client, posted.event, waiting)
  }

  /** Ends all streams; the pages come again by themselves. */
  close(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    for (const { target } of this.#clients) target.destroy()
    this.#clients.clear()
  }

  #tick(): void {
    this.#stopTimer = undefined
    if (this.#clients.size === 0) return
    this.#stopTimer = this.#options.clock.after(this.#limits.interval, () => this.#tick())
    this.#options.tick()
    for (const client of this.#clients) this.#update(client)
  }

  #update(client: Client): void {
    const { target } = client
    const now = this.#options.clock.monotonic()
    if (target.writableNeedDrain) {
      client.stuckSince ??= now
      if (now - client.stuckSince < this.#limits.patience) return
      this.#clients.delete(client)
      target.destroy()
      return
    }
    client.stuckSince = undefined
    if (client.waiting.size > 0) this.#send(client)
    else if (now - client.writtenAt >= this.#limits.heartbeat) this.#write(client, ':\n\n')
  }

  #send(client: Client): void {
    if (client.waiting.size === 0) return
    const events = [...client.waiting].map(
      ([event, waiting]) => `event: ${event}\ndata: ${dataOf(waiting)}\n\n`,
    )
    client.waiting.clear()
    this.#write(client, events.join(''))
  }

  #write(client: Client, text: string): void {
    client.writtenAt = this.#options.clock.monotonic()
    client.target.write(text)
  }
}

function prepared(posted: PostedWhole | PostedEntries): Waiting {
  if ('data' in posted) return { text: JSON.stringify(posted.data) }
  const { entries, most, wrap } = posted
  return { texts: new Map([...entries].map(([key, entry]) => [key, JSON.stringify(entry)])), most, wrap }
}

function dataOf(waiting: Waiting): string {
  return 'text' in waiting ? waiting.text : waiting.wrap([...waiting.texts.values()])
}

function keep({ waiting }: Client, event: string, posted: Waiting): void {
  const before = waiting.get(event)
  // the newest goes last, so that what contradicts it comes before it
  waiting.delete(event)
  if ('text' in posted || !before || 'text' in before) {
    waiting.set(event, 'text' in posted ? posted : { ...posted, texts: new Map(posted.texts) })
    return
  }
  const { texts } = before
  for (const [key, text] of posted.texts) {
    texts.delete(key)
    texts.set(key, text)
  }
  for (const key of texts.keys()) {
    if (texts.size <= posted.most) break
    texts.delete(key)
  }
  waiting.set(event, { ...posted, texts })
}
