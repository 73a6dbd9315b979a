// What the panel tries with a port before it is deployed: listening to it, and looking for its speed. A trial ends when
// its panel is closed, asks no more, or a deploy begins, so that it never keeps a device from the flows.
import { randomUUID } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import type { NodeAPI } from 'node-red'
import { inBackground } from '../../lib/kit/background.ts'
import { type Clock, systemClock } from '../../lib/kit/clock.ts'
import { withCode } from '../../lib/kit/errors.ts'
import { createSource } from '../../lib/serial/create-source.ts'
import { Listening, type ListeningReport } from '../../lib/serial/listening.ts'
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

class Trials {
  readonly #clock: Clock
  readonly #ports: PortRegistry
  readonly #trials = new Map<string, { trial: Trial; stopTimer: () => void }>()

  constructor(events: EventEmitter, ports: PortRegistry, clock: Clock = systemClock) {
    this.#clock = clock
    this.#ports = ports
    onFlows(events, {
      stopping: () => {
        for (const id of [...this.#trials.keys()]) inBackground(this.end(id))
      },
    })
  }

  /** Begins to listen; gives the trial's id. Rejects with the code TRIAL_REFUSED where the gateway has the device open. */
  async listen({ path, name, serial, lines }: PortSettings): Promise<string> {
    const source = createSource(path, serial, { name })
    if (await this.#ports.readerOf(source)) {
      throw withCode(
        refused,
        new Error(
          `the gateway reads ${source.text} already, as it is deployed: look at its lines in the panel of that port, or deploy these settings`,
        ),
      )
    }
    const listening = new Listening({ source, lines }, this.#clock)
    return this.#add({
      report: (after) => ({ kind: 'listen', ...listening.report(after) }),
      close: () => listening.close(),
    })
  }

  /** Begins to look for the speed; gives the trial's id. A running port lends its device meanwhile. */
  async findSpeed({ path, name, serial }: PortSettings): Promise<string> {
    const source = (baudRate: number) =>
      createSource(path, { ...serial, baudRate, opening: 'keep' }, { name })
    const asSet = source(serial.baudRate)
    if (asSet.baudRate === undefined)
      throw withCode(refused, new Error(`${asSet.text} has no speed that could be set from here`))
    const reader = await this.#ports.readerOf(asSet)
    const run = new SpeedSearchRun(source, await reader?.lend(), this.#clock)
    return this.#add({ report: () => ({ kind: 'speed', ...run.report }), close: () => run.close() })
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

  async #add(trial: Trial): Promise<string> {
    if (this.#trials.size >= most) {
      await trial.close()
      throw withCode(refused, new Error(`${most} ports are tried at the moment: close their panels first`))
    }
    const id = randomUUID()
    this.#trials.set(id, { trial, stopTimer: this.#expire(id) })
    return id
  }

  #expire(id: string): () => void {
    return this.#clock.after(patience, () => inBackground(this.end(id)))
  }
}

const known = new WeakMap<EventEmitter, Trials>()

/** The trials of this runtime. */
export function trialsOf(RED: NodeAPI): Trials {
  const trials = known.get(RED.events) ?? new Trials(RED.events, portRegistry(RED))
  known.set(RED.events, trials)
  return trials
}
