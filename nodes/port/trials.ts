// What the panel tries with a port before it is deployed: listening to it, and looking for its speed. A trial ends when
// its panel is closed, asks no more, or a deploy begins, so that it never keeps a device from the flows.
import { randomUUID } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import type { NodeAPI } from 'node-red'
import { inBackground } from '../../lib/kit/background.ts'
import { type Clock, systemClock } from '../../lib/kit/clock.ts'
import { withCode } from '../../lib/kit/errors.ts'
import { createSource } from '../../lib/serial/create-source.ts'
import type { LinePort } from '../../lib/serial/line-port.ts'
import { Listening, type ListeningReport, Overhearing } from '../../lib/serial/listening.ts'
import type { Loan, LoanReason } from '../../lib/serial/port-interface.ts'
import { listenLoan, speedLoan } from '../../lib/serial/port-words.ts'
import type { LineSource } from '../../lib/serial/source/source.ts'
import { type SpeedReport, SpeedSearchRun } from '../../lib/serial/speed-search.ts'
import { onFlows } from '../shared/flows.ts'
import type { PortSettings } from './options.ts'
import { type PortRegistry, portRegistry } from './registry.ts'

/** ms without a question after which the panel is taken to be gone */
const patience = 10_000
/** at the same time */
const most = 8

/** Answer of `GET /fieldlog/ports/trials/<id>`. */
export type TrialReport = ({ kind: 'listen' } & ListeningReport) | ({ kind: 'speed' } & SpeedReport)

interface Trial {
  report(after: number): TrialReport
  close(): Promise<void>
}

const refused = 'TRIAL_REFUSED'

/** What a trial would interrupt: a port that is open. */
export interface Interruption {
  kind: 'listen' | 'speed'
  /** as the log names it */
  source: string
  /** how its line is set, and how the trial would set it: `LineSource.speed` */
  speed: string
  wanted: string
}

/** A trial needs a device that a running port has open, and nobody has said yet that it may be interrupted. */
export class InterruptsError extends Error {
  override name = 'InterruptsError'
  readonly code = 'TRIAL_INTERRUPTS'
  readonly interruption: Interruption

  constructor(interruption: Interruption) {
    const { source, speed, wanted, kind } = interruption
    const what = kind === 'speed' ? 'looking for the speed' : `listening at ${wanted}`
    super(
      `the gateway reads ${source} at ${speed}: ${what} would interrupt that; ask again with interrupt=yes`,
    )
    this.interruption = interruption
  }
}

class Trials {
  readonly #clock: Clock
  readonly #ports: PortRegistry
  readonly #trials = new Map<string, { trial: Trial; stopTimer: () => void }>()
  /** the places that trials have open: each is lent to one at a time */
  readonly #places = new Set<string>()
  #deploys = 0

  constructor(events: EventEmitter, ports: PortRegistry, clock: Clock = systemClock) {
    this.#clock = clock
    this.#ports = ports
    onFlows(events, {
      stopping: () => {
        this.#deploys++
        for (const id of [...this.#trials.keys()]) inBackground(this.end(id))
      },
    })
  }

  /**
   * Begins to listen; gives the trial's id. A port that is open with the same settings goes on, and its own lines are shown. One that is
   * open with others lends its device, if it may be interrupted. Rejects with an InterruptsError where that was not said, and with the code
   * TRIAL_REFUSED where it cannot be done.
   */
  async listen({ path, name, serial, lines }: PortSettings, mayInterrupt: boolean): Promise<string> {
    const source = createSource(path, serial, { name })
    const place = await source.place?.()
    const reader = await this.#ports.readerOf(place)
    const read = reader?.source
    if (reader && read && read.speed === source.speed) {
      const running = { source: read.name, ...(read.speed !== undefined && { speed: read.speed }) }
      const overhearing = new Overhearing(reader, running, this.#clock)
      return this.#add(this.#deploys, {
        report: (after) => ({ kind: 'listen', ...overhearing.report(after) }),
        close: async () => overhearing.close(),
      })
    }
    return this.#alone(place, source, async () => {
      const reason = listenLoan(source.speed ?? '')
      const loan = await lent(reader, 'listen', source, reason, mayInterrupt)
      const listening = new Listening({ source, lines }, this.#clock, loan)
      return {
        report: (after) => ({ kind: 'listen', ...listening.report(after) }),
        close: () => listening.close(),
      }
    })
  }

  /** Begins to look for the speed; gives the trial's id. Rejects as `listen` does. */
  async findSpeed({ path, name, serial }: PortSettings, mayInterrupt: boolean): Promise<string> {
    const source = (baudRate: number) =>
      createSource(path, { ...serial, baudRate, opening: 'keep' }, { name })
    const asSet = source(serial.baudRate)
    if (asSet.baudRate === undefined)
      throw withCode(refused, new Error(`${asSet.text} has no speed that could be set from here`))
    const place = await asSet.place?.()
    const reader = await this.#ports.readerOf(place)
    return this.#alone(place, asSet, async () => {
      const loan = await lent(reader, 'speed', asSet, speedLoan, mayInterrupt)
      const run = new SpeedSearchRun(source, loan, this.#clock)
      return { report: () => ({ kind: 'speed', ...run.report }), close: () => run.close() }
    })
  }

  /** What a trial has found so far; undefined where it has ended. */
  report(id: string, after: number): TrialReport | undefined {
    const entry = this.#trials.get(id)
    if (!entry) return undefined
    entry.stopTimer()
    entry.stopTimer = this.#expire(id)
    return entry.trial.report(after)
  }

  async end(id: string): Promise<void> {
    const entry = this.#trials.get(id)
    this.#trials.delete(id)
    entry?.stopTimer()
    await entry?.trial.close()
  }

  /** Begins a trial that opens a place, which no other may have open meanwhile. */
  async #alone(
    place: string | undefined,
    { text }: LineSource,
    begin: () => Promise<Trial>,
  ): Promise<string> {
    if (place === undefined) return this.#add(this.#deploys, await begin())
    if (this.#places.has(place))
      throw withCode(
        refused,
        new Error(`another panel tries ${text} at the moment: close it, and try again after 10 seconds`),
      )
    this.#places.add(place)
    const free = () => {
      this.#places.delete(place)
    }
    const deploys = this.#deploys
    try {
      const trial = await begin()
      const close = () => trial.close().finally(free)
      return await this.#add(deploys, { ...trial, close })
    } catch (error) {
      free()
      throw error
    }
  }

  /** @param deploys how many there had been when it began: what was begun before a deploy ends with it */
  async #add(deploys: number, trial: Trial): Promise<string> {
    const problem =
      deploys !== this.#deploys
        ? 'a deploy began: try again'
        : this.#trials.size >= most && `${most} ports are tried at the moment: close their panels first`
    if (problem) {
      await trial.close()
      throw withCode(refused, new Error(problem))
    }
    const id = randomUUID()
    this.#trials.set(id, { trial, stopTimer: this.#expire(id) })
    return id
  }

  #expire(id: string): () => void {
    return this.#clock.after(patience, () => inBackground(this.end(id)))
  }
}

/** The device of a running port, for a trial; undefined where no port has it open. */
async function lent(
  reader: LinePort | undefined,
  kind: Interruption['kind'],
  wanted: LineSource,
  reason: LoanReason,
  mayInterrupt: boolean,
): Promise<Loan | undefined> {
  if (!reader) return undefined
  // what a collector kept comes only once
  if (reader.busy !== undefined) throw withCode(refused, new Error(`${reader.busy}: try again afterwards`))
  const { name = '', speed = '' } = reader.source ?? {}
  if (!mayInterrupt) throw new InterruptsError({ kind, source: name, speed, wanted: wanted.speed ?? '' })
  return reader.lend(reason)
}

const known = new WeakMap<EventEmitter, Trials>()

/** The trials of this runtime. */
export function trialsOf(RED: NodeAPI): Trials {
  const trials = known.get(RED.events) ?? new Trials(RED.events, portRegistry(RED))
  known.set(RED.events, trials)
  return trials
}
