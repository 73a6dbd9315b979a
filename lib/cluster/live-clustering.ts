// Clustering beside a running flow: keeps the last points and the statistics, starts runs, labels events by the last
// run, and has what it has learnt over restarts. An event never waits for any of it.
import type { FieldlogEvent } from '../event.ts'
import type { Disk } from '../journal/disk/disk.ts'
import type { Clock } from '../kit/clock.ts'
import { asError } from '../kit/errors.ts'
import { StatisticsTable, type StoredTable } from '../statistics/table.ts'
import { valuesOf } from './fields.ts'
import { type ClusterModel, type Place, placeOf } from './find/model.ts'
import type { ClusterOutcome, ClusterRequest } from './find/run.ts'
import { isNew, type Position, positionOf, start } from './position.ts'
import { ClusterRunner } from './runner.ts'
import { Saver } from './saver.ts'
import type { ClusterSettings } from './settings.ts'
import { type ClusterSummary, clusterRow } from './summary.ts'
import { PointWindow } from './window.ts'

/** types and fields that have statistics: all of them are worked out after each run, which must not be felt */
const mostSeries = 200
/** events that wait to be learnt until the file of an earlier process has been read */
const mostWaiting = 10_000

export interface LiveClusteringListener {
  finished(summary: ClusterSummary): void
  /** Something is not as it should be, and it goes on. */
  warn(text: string): void
  /** What the status shows has changed. */
  changed(): void
}

/** `event.cluster` */
export interface EventCluster extends Place {
  /** number of the run that found the cluster */
  run: number
}

/** The last run. */
interface LastRun {
  summary: ClusterSummary
  model: ClusterModel
  earlier: ClusterRequest['earlier']
}

/** The file's content, JSON. */
interface Stored {
  version: 1
  eventType: string
  statistics: StoredTable
  learnt: Position
  last: LastRun | undefined
}

export interface LiveClusteringParts {
  disk: Disk
  /** of the file */
  path: string
  clock: Clock
  /** starts a worker thread; by default a real one */
  startThread?: ConstructorParameters<typeof ClusterRunner>[2]
}

export class LiveClustering {
  readonly #parts: LiveClusteringParts
  readonly #saver: Saver
  readonly #table = new StatisticsTable(mostSeries)
  #settings: ClusterSettings
  #window: PointWindow
  #units: ReadonlyMap<string, string> = new Map()
  #listener: LiveClusteringListener | undefined
  #runner: ClusterRunner | undefined
  #stopTimer: (() => void) | undefined
  #learnt: Position = start
  #last: (LastRun & { place: (raw: readonly number[]) => Place }) | undefined
  #sample: ClusterOutcome['sample'] | undefined
  #leftOut = 0
  /** points since the last run was asked for */
  #fresh = 0
  /** a run that cannot be done yet: the flows stopped meanwhile, or the file is being read */
  #isDue = false
  #loading: Promise<void> | undefined
  /** while the file is being read */
  #waiting: FieldlogEvent[] | undefined
  #hasWarned = false

  constructor(settings: ClusterSettings, parts: LiveClusteringParts) {
    this.#settings = settings
    this.#parts = parts
    this.#window = new PointWindow(settings.fields.length, settings.last)
    this.#saver = new Saver({
      ...parts,
      content: () => this.#stored(),
      failed: (problem) => this.#cannotKeep(`cannot be written: ${problem}`),
    })
  }

  /** Points that the next run would have. */
  get points(): number {
    return this.#window.count
  }

  get isRunning(): boolean {
    return this.#runner?.isRunning === true
  }

  /** Of the last run that has ended. */
  get summary(): ClusterSummary | undefined {
    return this.#last?.summary
  }

  /** Points of the last run with their labels; undefined where it was in an earlier process. */
  get sample(): ClusterOutcome['sample'] | undefined {
    return this.#sample
  }

  get settings(): ClusterSettings {
    return this.#settings
  }

  get units(): ReadonlyMap<string, string> {
    return this.#units
  }

  /** What earlier processes have stored is there, or is known to be lost. */
  get loaded(): Promise<void> {
    return this.#loading ?? Promise.resolve()
  }

  /** Takes new settings. Points and clusters of other fields are forgotten; the statistics stay. */
  configure(settings: ClusterSettings): void {
    const before = this.#settings
    this.#settings = settings
    if (!isSame(settings, before)) {
      this.#window = new PointWindow(settings.fields.length, settings.last)
      this.#last = undefined
      this.#sample = undefined
      this.#fresh = 0
      this.#isDue = false
    } else this.#window.resize(settings.last)
  }

  /** The flows run: from now on runs are started. The first time, what earlier processes have stored is read. */
  attach(listener: LiveClusteringListener): void {
    this.#listener = listener
    const { clock, startThread } = this.#parts
    this.#runner = new ClusterRunner(
      {
        finished: (outcome, ms) => this.#finished(outcome, ms),
        failed: (problem) => {
          listener.warn(`no clusters were found: ${problem}`)
          listener.changed()
        },
      },
      clock,
      startThread,
    )
    this.#loading ??= this.#load()
    this.#arm()
    if (!this.#waiting) this.#resume()
  }

  /** @param units by field, as the formats of the flows declare them */
  setUnits(units: ReadonlyMap<string, string>): void {
    this.#units = units
  }

  /** The flows stop. A run under way ends without a result, and begins anew with the next flows. */
  async detach(): Promise<void> {
    this.#listener = undefined
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#isDue = this.isRunning
    // at once: the next flows may begin before all of this has ended
    const runner = this.#runner
    this.#runner = undefined
    await runner?.close()
    await this.loaded
    await this.#saver.flush()
  }

  /** Learns from an event, and says where it belongs by the last run; undefined where nothing can be said. */
  take(event: FieldlogEvent): EventCluster | undefined {
    const { eventType, fields } = this.#settings
    if (eventType !== '' && event.type !== eventType) return undefined
    const values = valuesOf(event, fields)
    if (!this.#waiting) this.#learn(event, values)
    else if (this.#waiting.length < mostWaiting) this.#waiting.push(event)
    if (!values || !this.#last) return undefined
    return { ...this.#last.place(values), run: this.#last.summary.run }
  }

  /**
   * Starts a run, or has one follow that which is under way; while the file is being read, afterwards. False where there are
   * no points.
   */
  run(): boolean {
    if (this.#waiting) {
      this.#isDue = true
      return true
    }
    if (this.#window.count === 0 || !this.#runner) return false
    this.#fresh = 0
    this.#runner.request(() => this.#request())
    this.#listener?.changed()
    return true
  }

  /** Does the run that could not be done until now. */
  #resume(): void {
    const isDue = this.#isDue
    this.#isDue = false
    if (isDue) this.run()
  }

  /** Bad events are labelled, but nothing is learnt from them. */
  #learn(event: FieldlogEvent, values: readonly number[] | undefined): void {
    if (event.verdict === 'bad' || !isNew(event, this.#learnt)) return
    this.#learnt = positionOf(event)
    this.#table.add(event.type ?? '', event.data ?? {})
    this.#saver.changed()
    if (!values) {
      this.#leftOut++
      return
    }
    this.#window.add(values)
    this.#fresh++
    const { every } = this.#settings
    if (every > 0 && this.#fresh >= every) this.run()
  }

  #arm(): void {
    const { minutes } = this.#settings
    if (minutes <= 0) return
    this.#stopTimer = this.#parts.clock.after(minutes * 60_000, () => {
      if (this.#fresh > 0) this.run()
      this.#arm()
    })
  }

  #request(): ClusterRequest {
    const { method, scaling, bandwidth, k } = this.#settings
    return {
      points: this.#window.points(),
      method,
      scaling,
      bandwidth,
      k,
      earlier: this.#last?.earlier ?? [],
    }
  }

  #finished({ model, bandwidth, clusters, sample }: ClusterOutcome, ms: number): void {
    const { fields, method, scaling } = this.#settings
    const summary: ClusterSummary = {
      clusters: clusters.map((cluster) => clusterRow(cluster, fields, this.#units)),
      run: (this.#last?.summary.run ?? 0) + 1,
      time: this.#parts.clock.wall(),
      ms: Math.round(ms),
      fields,
      method,
      scaling,
      bandwidth,
      constant: model.scale.constant.map((j) => fields[j]!),
      points: clusters.reduce((sum, { count }) => sum + count, 0),
      leftOut: this.#leftOut,
      statistics: this.#table.summary().types,
    }
    const earlier = clusters.flatMap(({ label, centre }) => (centre ? [{ label, centre }] : []))
    this.#last = { summary, model, earlier, place: placeOf(model) }
    this.#sample = sample
    this.#saver.changed()
    this.#listener?.finished(summary)
    this.#listener?.changed()
  }

  async #load(): Promise<void> {
    this.#waiting = []
    try {
      const json = await this.#saver.read()
      if (json !== undefined) this.#restore(JSON.parse(json) as Stored)
    } catch (error) {
      this.#cannotKeep(`cannot be read: ${asError(error).message}`)
    }
    const waiting = this.#waiting
    this.#waiting = undefined
    for (const event of waiting) this.#learn(event, valuesOf(event, this.#settings.fields))
    this.#resume()
    this.#listener?.changed()
  }

  #restore({ version, eventType, statistics, learnt, last }: Stored): void {
    if (version !== 1) return
    this.#table.merge(statistics)
    this.#learnt = learnt
    if (!last) return
    const { fields } = last.summary
    if (isSame({ fields, eventType }, this.#settings)) this.#last = { ...last, place: placeOf(last.model) }
  }

  #stored(): string {
    const { summary, model, earlier } = this.#last ?? {}
    const stored: Stored = {
      version: 1,
      eventType: this.#settings.eventType,
      statistics: this.#table.save(),
      learnt: this.#learnt,
      last: summary && model && earlier ? { summary, model, earlier } : undefined,
    }
    return JSON.stringify(stored)
  }

  #cannotKeep(problem: string): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    this.#listener?.warn(
      `the file of what was learnt ${problem} (${this.#parts.path}); after a restart it is learnt anew`,
    )
  }
}

/** Whether clusters of the one mean anything to the other. */
function isSame(one: Pick<ClusterSettings, 'fields' | 'eventType'>, other: typeof one): boolean {
  return one.eventType === other.eventType && one.fields.join() === other.fields.join()
}
