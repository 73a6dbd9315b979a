// A collector's catch-up as the filter of a port: between the two there is the journal, which knows what was logged.
import { CatchUp, type CatchUpSettings, defaultSettings } from '../../lib/catch-up/catch-up.ts'
import type { Observed } from '../../lib/catch-up/memory.ts'
import { readPast } from '../../lib/catch-up/past.ts'
import { systemDisk } from '../../lib/journal/disk/disk.ts'
import { inBackground } from '../../lib/kit/background.ts'
import type { Clock } from '../../lib/kit/clock.ts'
import { asError } from '../../lib/kit/errors.ts'
import type { FilterContext, FilterProgress, LineFilter, MakeFilter } from '../../lib/serial/line-filter.ts'
import type { PortLine } from '../../lib/serial/port-line.ts'

interface CollectorLine extends Observed {
  line: PortLine
}

/** @param source the name that the journal has its lines under */
export function catchingUp(
  source: string,
  clock: Clock,
  settings: CatchUpSettings = defaultSettings,
): MakeFilter {
  return (context) => new CatchUpFilter(source, clock, settings, context)
}

class CatchUpFilter implements LineFilter {
  readonly #source: string
  readonly #catchUp: CatchUp<CollectorLine>
  readonly #context: FilterContext
  #isReading = false

  constructor(source: string, clock: Clock, settings: CatchUpSettings, context: FilterContext) {
    this.#source = source
    this.#context = context
    this.#catchUp = new CatchUp(source, settings, clock, {
      give({ line: { line }, recovered, notice }) {
        // it goes its way once more where its packets come before it
        const given = recovered ? recoveredLine(line, recovered.text, recovered.time) : line
        if (notice) given.notice = notice
        context.give(given)
      },
      send: (text) => context.send(Buffer.from(text, 'latin1')),
      changed: () => context.changed(),
      report: (level, text) => context.report(level, text),
    })
  }

  connected(): void {
    this.#catchUp.connected()
    if (this.#isReading) return
    this.#isReading = true
    inBackground(this.#readPast())
  }

  disconnected(): void {
    this.#catchUp.disconnected()
  }

  line(line: PortLine): void {
    this.#catchUp.line({ text: line.payload, received: line.received, line })
  }

  sent(): void {
    this.#catchUp.sent()
  }

  get busy(): string | undefined {
    return this.#catchUp.isAsking
      ? `${this.#source} is giving back what it received while the gateway was away, and any byte would end that`
      : undefined
  }

  get progress(): FilterProgress | undefined {
    const now = this.#catchUp.state
    if (now.state !== 'asking') return undefined
    const { pages, of, packets } = now
    const text = `catching up${of === undefined ? '' : ` ${pages} of ${of} pages`}`
    return { text, payload: { source: this.#source, pages, of: of ?? null, packets } }
  }

  async #readPast(): Promise<void> {
    try {
      const place = await this.#context.logged()
      // what is not logged cannot be missing
      if (!place) return
      const { directory, lastSeq } = place
      this.#catchUp.start(await readPast(systemDisk, directory, this.#source, lastSeq))
    } catch (error) {
      const why = asError(error).message
      this.#context.report('warn', `what ${this.#source} kept cannot be asked for: the journal: ${why}`)
    }
  }
}

function recoveredLine({ source, received }: PortLine, payload: string, time: number): PortLine {
  return { payload, received, time, bytes: payload.length, source }
}
