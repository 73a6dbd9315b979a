// `demo:` as a source of bytes. The collector lives as long as the source: what it hears between two
// connections can be replayed.
import type { LineSource, Link, LinkEvents } from '../source/source.ts'
import type { Timing } from '../source/timing.ts'
import { DemoCollector } from './collector.ts'

export function demoSource(timing: Timing, seed?: number): LineSource {
  let collector: DemoCollector | undefined
  return {
    name: 'demo',
    text: 'the demo collector',
    holdsBack: false,
    async connect(events) {
      collector ??= new DemoCollector(seed === undefined ? { timing } : { timing, seed })
      return new DemoLink(collector, events, timing)
    },
  }
}

/** Lines that wait while it is paused, as in a serial port's own buffer; the newest are lost beyond. */
const bufferedLines = 200

class DemoLink implements Link {
  readonly #collector: DemoCollector
  readonly #events: LinkEvents
  readonly #timing: Timing
  #paused = false
  #buffered: Buffer[] = []

  constructor(collector: DemoCollector, events: LinkEvents, timing: Timing) {
    this.#collector = collector
    this.#events = events
    this.#timing = timing
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
    if (!this.#paused) this.#events.data(chunk, this.#timing.now())
    else if (this.#buffered.length < bufferedLines) this.#buffered.push(chunk)
  }
}
