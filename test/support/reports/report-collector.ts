// An MQTT subscriber to reports of time events, which keeps their very bytes, and to the counts beside them.
import mqtt, { type IClientOptions } from 'mqtt'

export interface ReceivedReport {
  payload: Buffer
  qos: number
  contentType: string | undefined
  /** of the user property */
  id: string | undefined
}

export class ReportCollector {
  readonly reports: ReceivedReport[] = []
  readonly stats: Array<Record<string, number>> = []
  readonly #client: mqtt.MqttClient
  readonly #waiting = new Set<() => void>()

  private constructor(client: mqtt.MqttClient) {
    this.#client = client
    client.on('message', (topic, payload, { qos, properties }) => {
      const { contentType, userProperties } = properties ?? {}
      if (topic.endsWith('/stats')) this.stats.push(JSON.parse(payload.toString()) as Record<string, number>)
      else this.reports.push({ payload, qos, contentType, id: userProperties?.id?.toString() })
      for (const check of this.#waiting) check()
    })
    client.on('error', () => {
      // it goes on trying: the broker of a test may be away for a while
    })
  }

  /** Resolves when the broker has confirmed the subscription. It connects again every 100 ms when cut. */
  static async open(url: string, topic: string, options: IClientOptions = {}): Promise<ReportCollector> {
    // a session that is kept, if the options ask for one
    const properties = { sessionExpiryInterval: 3_600 }
    const client = await mqtt.connectAsync(url, {
      ...{ protocolVersion: 5, reconnectPeriod: 100, properties },
      ...options,
    })
    const collector = new ReportCollector(client)
    await client.subscribeAsync(topic, { qos: 2 })
    await client.subscribeAsync(`${topic}/stats`, { qos: 1 })
    return collector
  }

  /** Resolves once the condition holds for what came so far; rejects after `limit` ms, saying how far it got. */
  async until(condition: () => boolean, limit = 10_000): Promise<void> {
    if (condition()) return
    await new Promise<void>((resolve, reject) => {
      const check = () => {
        if (!condition()) return
        clearTimeout(timer)
        this.#waiting.delete(check)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(check)
        const { reports, stats } = this
        reject(
          new Error(
            `waited ${limit} ms in vain: ${reports.length} reports, counts ${JSON.stringify(stats.at(-1))}`,
          ),
        )
      }, limit)
      this.#waiting.add(check)
    })
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true)
  }
}
