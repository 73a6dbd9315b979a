// What a broker has retained, as it is at each moment: a subscriber that follows the retain flags.
import { isDeepStrictEqual } from 'node:util'
import mqtt from 'mqtt'

export class RetainedMap {
  /** topic to payload */
  readonly topics = new Map<string, string>()
  /** every retained message that came, in order: topics */
  readonly came: string[] = []
  readonly #client: mqtt.MqttClient
  readonly #waiting = new Set<() => void>()

  private constructor(client: mqtt.MqttClient) {
    this.#client = client
    client.on('message', (topic, payload, { retain }) => {
      if (!retain) return
      this.came.push(topic)
      if (payload.length === 0) this.topics.delete(topic)
      else this.topics.set(topic, payload.toString())
      for (const check of this.#waiting) check()
    })
    // a broker that was away may know nothing any more
    client.on('close', () => this.topics.clear())
    client.on('connect', () => client.subscribe('#', { qos: 1, rap: true }))
    client.on('error', () => {
      // it goes on trying
    })
  }

  static async open(url: string): Promise<RetainedMap> {
    const client = mqtt.connect(url, { protocolVersion: 5, reconnectPeriod: 100 })
    const map = new RetainedMap(client)
    await new Promise<void>((resolve) => client.once('connect', () => resolve()))
    return map
  }

  json(topic: string): Record<string, unknown> {
    return JSON.parse(this.topics.get(topic) ?? 'null')
  }

  publish(topic: string, payload: string): void {
    this.#client.publish(topic, payload)
  }

  /** Resolves once it holds; rejects after `limit` ms with what is there. */
  async until(isSo: (map: RetainedMap) => boolean, limit = 20_000): Promise<void> {
    if (isSo(this)) return
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(check)
        reject(new Error(`retained is:\n${[...this.topics].map((pair) => pair.join(' ')).join('\n')}`))
      }, limit)
      const check = () => {
        if (!isSo(this)) return
        clearTimeout(timer)
        this.#waiting.delete(check)
        resolve()
      }
      this.#waiting.add(check)
    })
  }

  /** Resolves once exactly these topics are retained. */
  async untilExactly(topics: readonly string[]): Promise<void> {
    const expected = topics.toSorted()
    await this.until(({ topics: now }) => isDeepStrictEqual([...now.keys()].sort(), expected))
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true)
  }
}
