// `demo:` as a source of bytes. The collector lives as long as the source: what it hears between two
// connections can be replayed.

import type { Clock } from '../../kit/clock.ts'
import type { LineSource, Link, LinkEvents } from '../source/source.ts'
import { DemoCollector } from './collector.ts'

export function demoSource(clock: Clock, seed?: number): LineSource {
  let collector: DemoCollector | undefined
  return {
    name: 'demo',
    text: 'the demo collector',
    holdsBack: false,
    losesUnread: true,
    settlesAfter: 0,
    async connect(events) {
      collector ??= new DemoCollector(seed === undefined ? { clock } : { clock, seed })
      return new DemoLink(collector, events, clock)
    },
  }
}

/** Lines that wait while it is paused, as in a serial port's own buffer; the newest are lost beyond. */
const bufferedLines = 200

class DemoLink implements Link {
  readonly #collector: DemoCollector
  readonly #events: LinkEvents
  readonly #clock: Clock
  #paused = false
  #buffered: Buffer[] = []

  constructor(collector: DemoCollector, events: LinkEvents, clock: Clock) {
    this.#collector = collector
    this.#events = events
    this.#clock = clock
    collector.connect((line) => this.#give(Buffer.from(`${line}\r\n`, 'latin1')))
  }

  async write(data: Buffer): Promise<void> {
    this.#collector.input(data.toString('latin1'))
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    for (const chunk of this.#buffered.splice(0)) this.#give(chunk)
  }

  async close(): Promise<void> {
    this.#collector.disconnect()
    this.resume()
  }

  #give(chunk: Buffer): void {
    if (!this.#paused) this.#events.data(chunk, this.#clock.wall())
    else if (this.#buffered.length < bufferedLines) this.#buffered.push(chunk)
  }
}
