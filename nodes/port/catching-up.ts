// A collector's catch-up as the filter of a port: between the two there is the journal, which knows what was logged.
import { CatchUp, type CatchUpSettings } from '../../lib/catch-up/catch-up.ts'
import type { Observed } from '../../lib/catch-up/memory.ts'
import { readPast } from '../../lib/catch-up/past.ts'
import { systemDisk } from '../../lib/journal/disk/disk.ts'
import { inBackground } from '../../lib/kit/background.ts'
import type { Clock } from '../../lib/kit/clock.ts'
import { asError } from '../../lib/kit/errors.ts'
import { RateLimit } from '../../lib/kit/rate-limit.ts'
import type { FilterContext, FilterProgress, LineFilter, MakeFilter } from '../../lib/serial/line-filter.ts'
import type { PortLine } from '../../lib/serial/port-line.ts'

import type { PortSettings } from './options.ts'

interface CollectorLine extends Observed {
  line: PortLine
}

/**
 * The filter of a port whose device may be a collector; undefined where it is none.
 * @param source the name that the journal has its lines under
 */
export function catchingUp(
  source: string,
  clock: Clock,
  { sending, catchUp }: Pick<PortSettings, 'sending' | 'catchUp'>,
): MakeFilter | undefined {
  if (sending.collector === 'none') return undefined
  const { catchUpGap, catchUpDays, catchUpFirst } = catchUp
  const settings = {
    missing: catchUpGap * 1000,
    longest: catchUpDays * 86_400_000,
    firstTime: catchUpFirst,
    isCollector: sending.collector === 'jeelink',
  }
  return (context) => new CatchUpFilter(source, clock, settings, context)
}

/** Lines that wait, and how long (ms), while the journal is read; then they go on, and it is tried again later. */
const mostHeld = 2_000
const longestHeld = 10_000
/** ms between two attempts to read the journal */
const readAgain = 60_000

class CatchUpFilter implements LineFilter {
  readonly #source: string
  readonly #clock: Clock
  readonly #settings: CatchUpSettings
  readonly #catchUp: CatchUp<CollectorLine>
  readonly #context: FilterContext
  /** lines wait here until it is known what came before them; undefined where none waits */
  #held: PortLine[] | undefined
  #isReading = false
  readonly #tells: RateLimit
  #cancelTimer: () => void = () => undefined

  constructor(source: string, clock: Clock, settings: CatchUpSettings, context: FilterContext) {
    this.#source = source
    this.#clock = clock
    this.#settings = settings
    this.#context = context
    this.#tells = new RateLimit(1_000, clock)
    this.#catchUp = new CatchUp(source, settings, clock, {
      give({ line: { line }, recovered, notice }) {
        const given = recovered ? recoveredLine(line, recovered.text, recovered.time) : line
        if (notice) given.notice = notice
        context.give(given)
        if (notice?.kind === 'catchup' && notice.state === 'ended')
          context.tell({ ...notice, kind: undefined })
      },
      send: (text) => context.send(Buffer.from(text, 'latin1')),
      changed: () => this.#changed(),
      report: (level, text) => context.report(level, text),
    })
  }

  connected(): void {
    this.#catchUp.connected()
    if (!this.#isReading) this.#readPast()
  }

  disconnected(): void {
    this.#catchUp.disconnected()
  }

  line(line: PortLine): void {
    if (this.#held === undefined) {
      this.#catchUp.line({ text: line.payload, received: line.received, line })
      return
    }
    this.#held.push(line)
    if (this.#held.length >= mostHeld) this.#letGo()
  }

  sent(): void {
    this.#catchUp.sent()
  }

  get isCollector(): boolean {
    return this.#catchUp.isCollector
  }

  get busy(): string | undefined {
    return this.#catchUp.isAsking
      ? `${this.#source} is giving back what it received while the gateway was away, and any byte would end that`
      : undefined
  }

  get progress(): FilterProgress | undefined {
    const now = this.#catchUp.state
    if (now.state !== 'asking') return undefined
    return { text: `catching up${now.of === undefined ? '' : ` ${now.pages} of ${now.of} pages`}` }
  }

  #changed(): void {
    const now = this.#catchUp.state
    if (now.state === 'asking' && this.#tells.allows())
      this.#context.tell({ state: 'asking', pages: now.pages, of: now.of ?? null, packets: now.packets })
    this.#context.changed()
  }

  #readPast(): void {
    this.#isReading = true
    inBackground(
      this.#start().catch((error: unknown) => {
        const why = asError(error).message
        this.#context.report('warn', `what ${this.#source} kept cannot be asked for: the journal: ${why}`)
        this.#clock.after(readAgain, () => this.#readPast())
      }),
    )
  }

  /** From the first line on they wait, for what the journal has must be all that came before them. */
  async #start(): Promise<void> {
    const first = this.#hold()
    try {
      let place = await this.#context.logged()
      if (this.#held !== first) {
        // the journal was there only later, and what came meanwhile is in it
        this.#hold()
        place = await this.#context.logged()
      }
      if (!place) return
      this.#catchUp.start(
        await readPast(systemDisk, { ...place, source: this.#source, missing: this.#settings.missing }),
      )
    } finally {
      this.#letGo()
    }
  }

  #hold(): PortLine[] {
    const held: PortLine[] = []
    this.#held = held
    this.#cancelTimer = this.#clock.after(longestHeld, () => this.#letGo())
    return held
  }

  #letGo(): void {
    this.#cancelTimer()
    const held = this.#held ?? []
    this.#held = undefined
    for (const line of held) this.line(line)
  }
}

function recoveredLine({ source, received }: PortLine, payload: string, time: number): PortLine {
  return { payload, received, time, bytes: payload.length, source }
}
