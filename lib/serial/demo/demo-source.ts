// `demo:` as a source of bytes. Its collector stays on the air between two connections, and over a restart where it has a
// file for its flash: what it hears meanwhile can be replayed.

import { join } from 'node:path'
import type { Clock } from '../../kit/clock.ts'
import type { LineSource, Link, LinkEvents, SourceHome } from '../source/source.ts'
import { Chip, openChip } from './chip.ts'
import { DemoCollector } from './collector.ts'

/** @param home where its flash is kept. Default: in memory, as long as the source is there */
export function demoSource(clock: Clock, home?: SourceHome): LineSource {
  const open = chipOpener(home)
  return {
    name: 'demo',
    text: 'the demo collector',
    holdsBack: false,
    losesUnread: true,
    settlesAfter: 0,
    async connect(events) {
      const chip = await open()
      const link = new DemoLink(new DemoCollector({ clock, chip }), chip, events, clock)
      await link.open()
      return link
    },
  }
}

function chipOpener(home: SourceHome | undefined): () => Promise<Chip> {
  if (home !== undefined) return () => openChip(flashFile(home), home.warn)
  const chip = new Chip()
  return async () => chip
}

/** Each port has a collector of its own. */
function flashFile({ directory, id }: SourceHome): string {
  return join(directory, `fieldlog-demo-${id.replace(/[^A-Za-z0-9._-]/g, '_')}.flash`)
}

/** Lines that wait while it is paused, as in a serial port's own buffer; the newest are lost beyond. */
const bufferedLines = 200

class DemoLink implements Link {
  readonly #collector: DemoCollector
  readonly #chip: Chip
  readonly #events: LinkEvents
  readonly #clock: Clock
  #paused = false
  #buffered: Buffer[] = []

  constructor(collector: DemoCollector, chip: Chip, events: LinkEvents, clock: Clock) {
    this.#collector = collector
    this.#chip = chip
    this.#events = events
    this.#clock = clock
  }

  open(): Promise<void> {
    return this.#collector.connect((line) => this.#give(Buffer.from(`${line}\r\n`, 'latin1')))
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
    await this.#chip.flush()
  }

  #give(chunk: Buffer): void {
    if (!this.#paused) this.#events.data(chunk, this.#clock.wall())
    else if (this.#buffered.length < bufferedLines) this.#buffered.push(chunk)
  }
}
