// A collector or another device whose lines the test says itself, one at a time, and what the gateway makes of them.
import { CatchUp, type CatchUpSettings, defaultSettings, type Given } from '../../../lib/catch-up/catch-up.ts'
import { CollectorMemory, type Observed } from '../../../lib/catch-up/memory.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const start = Date.parse('2026-11-21T12:00:00Z')

export class Device {
  readonly clock = new FakeClock(start)
  readonly given: Given<Observed>[] = []
  readonly sent: string[] = []
  readonly reports: string[] = []
  readonly catchUp: CatchUp<Observed>

  constructor(settings: Partial<CatchUpSettings> = {}) {
    this.catchUp = new CatchUp('jee', { ...defaultSettings, ...settings }, this.clock, {
      give: (given) => this.given.push(given),
      send: async (text) => {
        this.sent.push(text)
      },
      changed: () => undefined,
      report: (_level, text) => this.reports.push(text),
    })
    this.catchUp.connected()
  }

  /** What the journal has: lines so many seconds ago. @param readSince how many seconds ago the first of all that were read was */
  began(past: ReadonlyArray<[secondsAgo: number, text: string]> = [], readSince?: number): this {
    const memory = new CollectorMemory()
    if (readSince !== undefined) memory.readSince = this.clock.wall() - readSince * 1000
    for (const [secondsAgo, text] of past)
      memory.observe({ text, received: this.clock.wall() - secondsAgo * 1000 })
    this.catchUp.start(memory)
    return this
  }

  /** Lines come, 10 ms one after the other. */
  says(...lines: string[]): this {
    for (const text of lines) {
      this.clock.tick(10)
      this.catchUp.line({ text, received: this.clock.wall() })
    }
    return this
  }

  /** Seconds pass. */
  passes(seconds: number): this {
    this.clock.tick(seconds * 1000)
    return this
  }

  get state(): string {
    return this.catchUp.state.state
  }

  /** The texts of what went on into the log: recovered ones with their moments, in seconds after the test's beginning. */
  get logged(): Array<string | [text: string, second: number]> {
    return this.given.map(({ line, recovered }) =>
      recovered ? [recovered.text, Math.round((recovered.time - start) / 1000)] : String(line.text),
    )
  }

  /** What the journal was told. */
  get notices() {
    return this.given.flatMap(({ notice }) => (notice ? [notice] : []))
  }
}

/** A collector's flash was last seen so: two pages of which the second began 400 s ago, and nothing for 300 s. */
export const known: ReadonlyArray<[number, string]> = [
  [700, 'OK 12 1'],
  [700, 'DF S 600 7 1000'],
  [400, 'OK 12 2'],
  [400, 'DF S 601 7 1300'],
  [300, 'OK 12 3'],
]
