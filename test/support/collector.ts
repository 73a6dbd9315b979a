// An MQTT subscriber that keeps what it gets, in order, and lets a test wait for it.
import mqtt, { type IClientOptions } from 'mqtt'

export interface Received {
  topic: string
  payload: string
  retain: boolean
  qos: number
}

export class Collector {
  readonly messages: Received[] = []
  readonly #client: mqtt.MqttClient
  readonly #waiting = new Set<() => void>()

  private constructor(client: mqtt.MqttClient) {
    this.#client = client
    client.on('message', (topic, payload, packet) => {
      this.messages.push({ topic, payload: payload.toString(), retain: packet.retain, qos: packet.qos })
      for (const check of this.#waiting) check()
    })
  }

  /** Resolves when the broker has confirmed the subscription (QoS 1). It reconnects every 100 ms when cut. */
  static async open(
    url: string,
    filter: string | string[] = '#',
    options: IClientOptions = {},
  ): Promise<Collector> {
    const client = mqtt.connect(url, { reconnectPeriod: 100, ...options })
    const collector = new Collector(client)
    await new Promise<void>((resolve, reject) => {
      client.once('error', reject)
      client.subscribe(filter, { qos: 1 }, (error) => (error ? reject(error) : resolve()))
    })
    client.on('error', () => {
      // it goes on trying: the broker of a test may be away for a while
    })
    return collector
  }

  /** The messages whose topic begins so. */
  on(prefix: string): Received[] {
    return this.messages.filter((message) => message.topic.startsWith(prefix))
  }

  /** The `id` of each JSON payload that has one, in order. */
  ids(): string[] {
    return this.messages.flatMap(({ payload }) => {
      if (!payload.startsWith('{')) return []
      const { id } = JSON.parse(payload) as { id?: string }
      return id === undefined ? [] : [id]
    })
  }

  /** Resolves once the condition holds for what came so far; rejects after `limit` ms, saying how far it got. */
  async until(condition: (messages: readonly Received[]) => boolean, limit = 10_000): Promise<void> {
    if (condition(this.messages)) return
    await new Promise<void>((resolve, reject) => {
      const check = () => {
        if (!condition(this.messages)) return
        clearTimeout(timer)
        this.#waiting.delete(check)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(check)
        const last = JSON.stringify(this.messages.slice(-3))
        reject(new Error(`waited ${limit} ms in vain; ${this.messages.length} messages, the last: ${last}`))
      }, limit)
      this.#waiting.add(check)
    })
  }

  async untilCount(count: number, limit?: number): Promise<void> {
    await this.until((messages) => messages.length >= count, limit)
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true)
  }
}
