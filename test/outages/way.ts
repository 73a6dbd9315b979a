// The whole way under damage: lines on a pty, the appliance, a proxy, a real Mosquitto that keeps what it has, and a
// subscriber whose session survives.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { systemDisk } from '../../lib/journal/disk/disk.ts'
import type { Entry } from '../../lib/journal/format/entry.ts'
import { readJournal } from '../../lib/journal/read/reader.ts'
import { Gateway } from '../support/gateway.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'
import { portOpened } from '../support/serial-open.ts'
import { Arrivals } from './arrivals.ts'
import { type BrokerProxy, startProxy } from './proxy.ts'

/** As an operator would set it up who wants to lose nothing. */
const durableBroker = [
  'persistence true',
  'autosave_on_changes true',
  'autosave_interval 1',
  'max_queued_messages 0',
  'log_type error',
]

/** The same as fast as it can be: it saves what it has when it is stopped, not at each message. */
export const fastBroker = [
  'persistence true',
  'max_queued_messages 0',
  'max_inflight_messages 100',
  'log_type error',
]

/** In which the broker delivers what it has acknowledged, ms. */
const deliveryTime = 15_000

/** What arrived, against what the gateway has in its journal. */
export interface Outcome {
  /** packets in the journal */
  sent: number
  /** of these: at the subscriber */
  arrived: number
  /** neither at the subscriber nor acknowledged to the gateway */
  lost: string[]
  /** not at the subscriber, but acknowledged: the broker lost them */
  lostByBroker: string[]
  /** messages at the subscriber beyond the first of their id */
  repeats: number
  /** first arrivals that came after one with a higher seq */
  outOfOrder: number
  /** at the subscriber and not in the journal */
  unknown: number
}

export class Way {
  readonly home: string
  readonly broker: Mosquitto
  readonly proxy: BrokerProxy
  readonly pty: Pty
  readonly arrivals: Arrivals
  gateway: Gateway
  /** lines written so far */
  written = 0
  #streaming: Promise<void> = Promise.resolve()
  #stopped = false

  private constructor(broker: Mosquitto, proxy: BrokerProxy, pty: Pty, arrivals: Arrivals, home: string) {
    this.home = home
    this.broker = broker
    this.proxy = proxy
    this.pty = pty
    this.arrivals = arrivals
    this.gateway = this.#newGateway()
  }

  /** @param lines of mosquitto.conf; @param home of the gateway, removed at the end */
  static async start(
    lines: string[] = durableBroker,
    home = mkdtempSync(join(tmpdir(), 'fieldlog-outages-')),
  ): Promise<Way> {
    const broker = await startMosquitto({ lines, quiet: true })
    const proxy = await startProxy(broker.port)
    // whatever they are judged: the first line after a start may lack its beginning, and is rejected
    const arrivals = await Arrivals.open(broker.url, 'fieldlog/+/+/radioblip/#')
    const way = new Way(broker, proxy, await createPty(), arrivals, home)
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

  /**
   * Resolves when every packet of the journal has arrived, or was acknowledged and has not arrived for 15 s, as the
   * broker may lose some; or when nothing more has arrived for `limit` ms, with what is there by then: a busy machine is
   * slow, and loses nothing. Looks every `every` ms.
   */
  async settled(limit: number, every = 300): Promise<Outcome> {
    const last = line(this.written - 1).trim()
    let [most, progressed] = [0, performance.now()]
    for (;;) {
      await pause(every)
      const outcome = { sent: 0, arrived: 0, lost: [] as string[], lostByBroker: [] as string[], unknown: 0 }
      let text = ''
      for await (const entry of this.#packets()) {
        const id = `${entry.epoch}-${entry.seq}`
        text = entry.text
        outcome.sent++
        if (this.arrivals.ids.has(id)) outcome.arrived++
        else if (this.proxy.acknowledged.has(id)) outcome.lostByBroker.push(id)
        else outcome.lost.push(id)
      }
      outcome.unknown = this.arrivals.ids.size - outcome.arrived
      const { repeats, outOfOrder } = this.arrivals
      // what is acknowledged counts once, and again when it has arrived
      const done = 2 * outcome.arrived + outcome.lostByBroker.length
      if (done > most) [most, progressed] = [done, performance.now()]
      const isKnown = outcome.lost.length === 0 && text === last
      const patience = !isKnown ? limit : outcome.lostByBroker.length > 0 ? deliveryTime : 0
      if (performance.now() >= progressed + patience) return { ...outcome, repeats, outOfOrder }
    }
  }

  async *#packets(): AsyncGenerator<Entry> {
    for await (const reading of readJournal(systemDisk, join(this.home, 'journal'), 1)) {
      if (reading.kind !== 'batch') continue
      for (const item of reading.items) if (item.kind === 'L' && item.text.startsWith('OK 3 ')) yield item
    }
  }

  async close(): Promise<void> {
    this.#stopped = true
    await this.gateway.remove()
    await this.arrivals.close()
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
}

/** Everything arrived, in order, nothing that was not sent; what came twice is bounded. */
export function assertWhole(outcome: Outcome, mostRepeats: number): void {
  const { lost, unknown, outOfOrder, repeats, arrived, sent, lostByBroker } = outcome
  assert.deepEqual(
    { lost, unknown, lostByBroker, arrived },
    { lost: [], unknown: 0, lostByBroker: [], arrived: sent },
  )
  assert.equal(outOfOrder, 0, 'order of first arrival')
  assert.ok(repeats <= mostRepeats, `${repeats} repeats`)
}

/** A radioblip packet: its four bytes count. */
function line(number: number): string {
  const bytes = [number & 255, (number >> 8) & 255, (number >> 16) & 255, number >>> 24]
  return `OK 3 ${bytes.join(' ')}\r\n`
}
