// The whole way under damage: lines on a pty, the appliance, a proxy, a real Mosquitto that keeps what it has, and a
// subscriber whose session survives.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { readJournal } from '../support/journal-files.ts'
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts'
import { createPty, type Pty } from '../support/pty.ts'
import { portOpened } from '../support/serial-open.ts'
import { type BrokerProxy, startProxy } from './proxy.ts'

/** As an operator would set it up who wants to lose nothing. */
export const durableBroker = [
  'persistence true',
  'autosave_on_changes true',
  'autosave_interval 1',
  'max_queued_messages 0',
  'log_type error',
]

/** What arrived, against what the gateway has in its journal. */
export interface Outcome {
  /** packets in the journal */
  sent: number
  /** of these: at the subscriber */
  arrived: number
  /** neither at the subscriber nor acknowledged to the gateway */
  lost: string[]
  /** not at the subscriber, but acknowledged: the broker lost them */
  lostByBroker: number
  /** messages at the subscriber beyond the first of their id */
  repeats: number
  /** first arrivals that came after one with a higher seq */
  outOfOrder: number
  /** at the subscriber and not in the journal */
  unknown: number
}

export class Way {
  readonly home = mkdtempSync(join(tmpdir(), 'fieldlog-outages-'))
  readonly broker: Mosquitto
  readonly proxy: BrokerProxy
  readonly pty: Pty
  readonly collector: Collector
  gateway: Gateway
  /** lines written so far */
  written = 0
  #streaming: Promise<void> = Promise.resolve()
  #stopped = false

  private constructor(broker: Mosquitto, proxy: BrokerProxy, pty: Pty, collector: Collector) {
    this.broker = broker
    this.proxy = proxy
    this.pty = pty
    this.collector = collector
    this.gateway = this.#newGateway()
  }

  static async start(): Promise<Way> {
    const broker = await startMosquitto({ lines: durableBroker })
    const proxy = await startProxy(broker.port)
    const collector = await Collector.open(broker.url, 'fieldlog/+/good/#', {
      clean: false,
      clientId: 'outages-collector',
    })
    const way = new Way(broker, proxy, await createPty(), collector)
    await way.#running()
    return way
  }

  /** Lines from now on, at this pace, until `endStream`. Each is a packet with a number of its own. */
  stream(perSecond: number): void {
    const every = 20
    const write = async () => {
      for (let due = 0; !this.#stopped; ) {
        due += (perSecond * every) / 1000
        let text = ''
        for (; due >= 1; due--) text += line(this.written++)
        if (text !== '') await this.pty.write(text)
        await pause(every)
      }
    }
    this.#streaming = write()
  }

  async endStream(): Promise<void> {
    this.#stopped = true
    await this.#streaming
  }

  /** The power of the gateway fails, and comes back. */
  async killGateway(): Promise<void> {
    await this.gateway.stop('SIGKILL')
    this.gateway = this.#newGateway()
    await this.#running()
  }

  /** Away for `ms`. */
  async stopBroker(signal: NodeJS.Signals, ms: number): Promise<void> {
    await this.broker.stop(signal)
    await pause(ms)
    await this.broker.start()
  }

  /** Resolves when every packet of the journal has arrived, or was acknowledged where the broker may lose some. */
  async settled(limit: number): Promise<Outcome> {
    const last = line(this.written - 1).trim()
    const end = performance.now() + limit
    for (;;) {
      await pause(300)
      const { entries } = readJournal(join(this.home, 'journal'))
      const outcome = this.#compare(entries.filter(({ text }) => text.startsWith('OK 3 ')))
      const isWhole = outcome.lost.length === 0 && entries.at(-1)?.text === last
      if (isWhole || performance.now() > end) return outcome
    }
  }

  async close(): Promise<void> {
    this.#stopped = true
    await this.gateway.remove()
    await this.collector.close()
    await this.proxy.close()
    await this.pty.close()
    await this.broker.remove()
    rmSync(this.home, { recursive: true, force: true })
  }

  #newGateway(): Gateway {
    return Gateway.spawn({
      home: this.home,
      env: {
        FIELDLOG_SERIAL: this.pty.path,
        FIELDLOG_MQTT: `mqtt://127.0.0.1:${this.proxy.port}`,
        FIELDLOG_FLUSH_INTERVAL: '0.1',
      },
    })
  }

  async #running(): Promise<void> {
    await this.gateway.line(/^fieldlog: the flow is running/, 60_000)
    await portOpened(this.gateway.child, this.pty)
  }

  #compare(packets: ReadonlyArray<{ id: string; seq: number }>): Outcome {
    const sent = new Set(packets.map(({ id }) => id))
    const arrived = new Set<string>()
    const outcome = { unknown: 0, repeats: 0, outOfOrder: 0 }
    let highest = 0
    for (const id of this.collector.ids()) {
      if (!sent.has(id)) outcome.unknown++
      if (arrived.has(id)) {
        outcome.repeats++
        continue
      }
      arrived.add(id)
      const seq = Number(id.split('-')[1])
      if (seq < highest) outcome.outOfOrder++
      highest = Math.max(highest, seq)
    }
    const missing = [...sent].filter((id) => !arrived.has(id))
    const lost = missing.filter((id) => !this.proxy.acknowledged.has(id))
    const lostByBroker = missing.length - lost.length
    return { sent: sent.size, arrived: arrived.size, lost, lostByBroker, ...outcome }
  }
}

/** Everything arrived, in order, nothing that was not sent; what came twice is bounded. */
export function assertWhole(outcome: Outcome, mostRepeats: number): void {
  const { lost, unknown, outOfOrder, repeats, arrived, sent, lostByBroker } = outcome
  assert.deepEqual(
    { lost, unknown, lostByBroker, arrived },
    { lost: [], unknown: 0, lostByBroker: 0, arrived: sent },
  )
  assert.equal(outOfOrder, 0, 'order of first arrival')
  assert.ok(repeats <= mostRepeats, `${repeats} repeats`)
}

/** A radioblip packet: its four bytes count. */
function line(number: number): string {
  const bytes = [number & 255, (number >> 8) & 255, (number >> 16) & 255, number >>> 24]
  return `OK 3 ${bytes.join(' ')}\r\n`
}
