// A subscriber whose session survives the broker's outages; it keeps what is needed to judge them, not the messages.
import mqtt from 'mqtt'

export class Arrivals {
  readonly ids = new Set<string>()
  /** beyond the first of an id */
  repeats = 0
  /** first arrivals after one with a higher seq */
  outOfOrder = 0
  /** ms from the line's first byte to here, of events that did not have to wait, since the last `takeLatencies` */
  #latencies: number[] = []
  #highest = 0
  readonly #client: mqtt.MqttClient

  private constructor(client: mqtt.MqttClient) {
    this.#client = client
    client.on('message', (_topic, payload) => this.#take(payload.toString()))
    client.on('error', () => {
      // it goes on trying: the broker is away for a while
    })
  }

  static async open(url: string, filter: string): Promise<Arrivals> {
    const options = { reconnectPeriod: 100, clean: false, clientId: 'arrivals' }
    const client = await mqtt.connectAsync(url, options)
    const arrivals = new Arrivals(client)
    await client.subscribeAsync(filter, { qos: 1 })
    return arrivals
  }

  /** The latencies since the last call, ms, ascending. */
  takeLatencies(): number[] {
    const latencies = this.#latencies.sort((a, b) => a - b)
    this.#latencies = []
    return latencies
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true)
  }

  #take(payload: string): void {
    const { id, seq, received, replayed } = JSON.parse(payload) as {
      id: string
      seq: number
      received: number
      replayed: boolean
    }
    if (!replayed) this.#latencies.push(Date.now() - received)
    if (this.ids.has(id)) {
      this.repeats++
      return
    }
    this.ids.add(id)
    if (seq < this.#highest) this.outOfOrder++
    this.#highest = Math.max(this.#highest, seq)
  }
}
