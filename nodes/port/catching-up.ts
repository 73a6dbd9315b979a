// A collector's catch-up as the filter of a port: between the two there is the journal, which knows what was logged.
import { AnyDevice } from '../../lib/catch-up/any-device.ts'
import { CatchUp } from '../../lib/catch-up/catch-up.ts'
import type { CatchUpEvents } from '../../lib/catch-up/events.ts'
import type { Observed } from '../../lib/catch-up/memory.ts'
import { readAnyPast, readPast } from '../../lib/catch-up/past.ts'
import { anyDeviceSettings, type CatchUpOptions, limitsOf } from '../../lib/catch-up/settings.ts'
import { systemDisk } from '../../lib/journal/disk/disk.ts'
import { inBackground } from '../../lib/kit/background.ts'
import type { Clock } from '../../lib/kit/clock.ts'
import { asError } from '../../lib/kit/errors.ts'
import { RateLimit } from '../../lib/kit/rate-limit.ts'
import type {
  FilterContext,
  FilterProgress,
  LineFilter,
  LoggedTo,
  MakeFilter,
} from '../../lib/serial/line-filter.ts'
import type { PortLine } from '../../lib/serial/port-line.ts'
import type { PortSettings } from './options.ts'

interface DeviceLine extends Observed {
  line: PortLine
}

type Events = CatchUpEvents<DeviceLine>

/** What asks a device, and how it gets to know what the journal has of it. */
interface Asker {
  engine: CatchUp<DeviceLine> | AnyDevice<DeviceLine>
  /** Reads what the journal has; what it gives starts the engine with that. */
  read(place: LoggedTo): Promise<() => void>
}

/**
 * The filter of a port whose device may keep what it sends; undefined where it does not. Throws an Error in words where the
 * settings of another device than a collector are wrong.
 * @param source the name that the journal has its lines under
 */
export function catchingUp(
  source: string,
  clock: Clock,
  { sending: { collector }, catchUp }: Pick<PortSettings, 'sending' | 'catchUp'>,
): MakeFilter | undefined {
  if (collector === 'none') return undefined
  const make =
    collector === 'other' ? anyDevice(source, clock, catchUp) : jeelink(source, clock, collector, catchUp)
  return (context) => new CatchUpFilter(source, clock, make, context)
}

function jeelink(source: string, clock: Clock, collector: string, options: CatchUpOptions) {
  const settings = { ...limitsOf(options), isCollector: collector === 'jeelink' }
  const { missing } = settings
  return (events: Events): Asker => {
    const engine = new CatchUp<DeviceLine>(source, settings, clock, events)
    return {
      engine,
      async read(place) {
        const past = await readPast(systemDisk, { ...place, source, missing })
        return () => engine.start(past)
      },
    }
  }
}

function anyDevice(source: string, clock: Clock, options: CatchUpOptions) {
  const settings = anyDeviceSettings(options)
  const { missing } = settings
  return (events: Events): Asker => {
    const engine = new AnyDevice<DeviceLine>(source, settings, clock, events)
    return {
      engine,
      async read(place) {
        const past = await readAnyPast(settings, systemDisk, { ...place, source, missing })
        return () => engine.start(past)
      },
    }
  }
}

/** Lines that wait, and how long (ms), while the journal is read; then they go on, and it is tried again later. */
const mostHeld = 2_000
const longestHeld = 10_000
/** ms between two attempts to read the journal */
const readAgain = 60_000

class CatchUpFilter implements LineFilter {
  readonly #source: string
  readonly #clock: Clock
  readonly #asker: Asker
  readonly #context: FilterContext
  /** lines wait here until it is known what came before them; undefined where none waits */
  #held: PortLine[] | undefined
  #isConnected = false
  #isReading = false
  /** the engine has got what the journal has */
  #isKnown = false
  #stopRetry: () => void = () => undefined
  readonly #tells: RateLimit
  #cancelTimer: () => void = () => undefined

  constructor(source: string, clock: Clock, make: (events: Events) => Asker, context: FilterContext) {
    this.#source = source
    this.#clock = clock
    this.#context = context
    this.#tells = new RateLimit(1_000, clock)
    this.#asker = make({
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
    this.#isConnected = true
    this.#asker.engine.connected()
    if (!this.#isReading && !this.#isKnown) this.#readPast()
  }

  disconnected(): void {
    this.#isConnected = false
    // the port may be closed for good: it is read again at the next connection
    this.#stopRetry()
    // at the end of the process nobody would let them go later
    this.#letGo()
    this.#asker.engine.disconnected()
  }

  line(line: PortLine): void {
    if (this.#held === undefined) {
      const { payload: text, received, framed } = line
      this.#asker.engine.line(framed ? { text, received, ...framed, line } : { text, received, line })
      return
    }
    this.#held.push(line)
    if (this.#held.length >= mostHeld) this.#letGo()
  }

  sent(): void {
    this.#asker.engine.sent()
  }

  get isCollector(): boolean {
    const { engine } = this.#asker
    return engine instanceof CatchUp && engine.isCollector
  }

  get busy(): string | undefined {
    return this.#asker.engine.isAsking
      ? `${this.#source} is giving back what it received while the gateway was away, and any byte would end that`
      : undefined
  }

  get progress(): FilterProgress | undefined {
    const now = this.#asker.engine.state
    if (now.state !== 'asking') return undefined
    return { pages: now.pages, of: now.of }
  }

  #changed(): void {
    const now = this.#asker.engine.state
    if (now.state === 'asking' && this.#tells.allows())
      this.#context.tell({ state: 'asking', pages: now.pages, of: now.of ?? null, packets: now.packets })
    this.#context.changed()
  }

  #readPast(): void {
    this.#isReading = true
    const read = this.#start()
      .catch((error: unknown) => {
        const why = asError(error).message
        this.#context.report('warn', `what ${this.#source} kept cannot be asked for: the journal: ${why}`)
        if (this.#isConnected) this.#stopRetry = this.#clock.after(readAgain, () => this.#readPast())
      })
      .finally(() => {
        this.#isReading = false
      })
    inBackground(read)
  }

  /** From the first line on they wait, for what the journal has must be all that came before them. */
  async #start(): Promise<void> {
    let held = this.#hold()
    try {
      let place = await this.#context.logged()
      if (!this.#isConnected) return
      if (this.#held !== held) {
        // the journal was there only later, and what came meanwhile is in it
        held = this.#hold()
        place = await this.#context.logged()
      }
      if (!place) return
      const start = await this.#asker.read(place)
      if (!this.#isConnected) return
      if (this.#held !== held) throw new Error('it took too long to read; it is tried again')
      this.#isKnown = true
      start()
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
