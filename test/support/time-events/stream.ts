// Time events at an even pace, each with a number of its own, and what became of them at a broker.
import { setTimeout as pause } from 'node:timers/promises'
import mqtt from 'mqtt'
import { EvClient } from '../../../lib/time-events/ev-client.ts'

const every = 20

export class EventStream {
  /** events that were given to the client */
  count = 0
  readonly client: EvClient
  readonly name: string
  #isOver = false
  #running: Promise<void> = Promise.resolve()

  constructor(name: string, transport: string, buffer: number) {
    this.name = name
    this.client = new EvClient({ name, transport, buffer })
    this.client.connect()
  }

  /** Until `end`. */
  start(perSecond: number): void {
    const begin = performance.now()
    const before = this.count
    const run = async () => {
      while (!this.#isOver) {
        const due = before + ((performance.now() - begin) / 1000) * perSecond
        while (this.count < due) this.send()
        await pause(every)
      }
    }
    this.#running = run()
  }

  send(): void {
    this.client.send({ cat: 'DHCP4_CLIENT', subject: 'eth0', seq: 'START', msg: `${this.count++}` })
  }

  /** No more; resolves to whether the system has taken all of them. */
  async end(): Promise<boolean> {
    this.#isOver = true
    await this.#running
    return this.client.flush(30_000)
  }
}

/** A subscriber whose session survives the broker's outages: the ids with which each event arrived. */
export class EventArrivals {
  /** by `<name> <number>` */
  readonly ids = new Map<string, Set<string>>()
  readonly #client: mqtt.MqttClient
  readonly #waiting = new Set<() => void>()

  private constructor(client: mqtt.MqttClient) {
    this.#client = client
    client.on('error', () => {
      // it goes on trying: the broker is away for a while
    })
    client.on('message', (_topic, payload) => {
      const { id, data } = JSON.parse(payload.toString()) as {
        id: string
        data: { source: string; msg: string }
      }
      const key = `${data.source} ${data.msg}`
      this.ids.set(key, (this.ids.get(key) ?? new Set()).add(id))
      for (const check of this.#waiting) check()
    })
  }

  static async open(url: string): Promise<EventArrivals> {
    const client = await mqtt.connectAsync(url, { reconnectPeriod: 100, clean: false, clientId: 'arrivals' })
    const arrivals = new EventArrivals(client)
    await client.subscribeAsync('fieldlog/+/+/timeevent/#', { qos: 1 })
    return arrivals
  }

  /** Numbers of events of a stream, from one on, that have not arrived. */
  missing({ name, count }: EventStream, from = 0, to = count): number[] {
    const missing: number[] = []
    for (let n = from; n < to; n++) if (!this.ids.has(`${name} ${n}`)) missing.push(n)
    return missing
  }

  /** Resolves when these have arrived; rejects with what is missing where nothing at all arrived for `limit` ms. */
  async all(stream: EventStream, limit: number, from = 0, to = stream.count): Promise<void> {
    let missing = this.missing(stream, from, to)
    for (let deadline = performance.now() + limit; missing.length > 0; ) {
      const { size } = this.ids
      const left = deadline - performance.now()
      if (left <= 0)
        throw new Error(`${stream.name}: ${missing.length} events have not arrived: ${missing.slice(0, 20)}`)
      await this.#next(left)
      if (this.ids.size > size) deadline = performance.now() + limit
      missing = this.missing(stream, from, to)
    }
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true)
  }

  /** Resolves when one arrives, or after `limit` ms. */
  #next(limit: number): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer)
        this.#waiting.delete(settle)
        resolve()
      }
      const timer = setTimeout(settle, limit)
      this.#waiting.add(settle)
    })
  }
}
