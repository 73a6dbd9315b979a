// Makes the status of what the runtime says, and remembers what a single look does not show: rates, and since when something
// is as it is. It is told to look every few seconds, whether anybody asks or not, for a rate needs samples.
import type { Clock } from '../kit/clock.ts'
import { doneWithin } from '../kit/deadline.ts'
import { accountOf } from './accounts.ts'
import { alarmsOf, type Found, type Trends } from './alarms.ts'
import { type DiskSpace, DiskUse } from './disk-use.ts'
import type { BrokerFacts, Facts, JournalFacts, PortFacts } from './facts.ts'
import type { JournalFilesReport } from './journal-files.ts'
import type {
  Alarm,
  BrokerStatus,
  JournalStatus,
  MachineStatus,
  PortStatus,
  Status,
  StoreStatus,
} from './status.ts'
import { Trend } from './trend.ts'

export interface StatusSources {
  /** What the runtime knows now. */
  facts(): Facts
  /** of the file system that holds the journal */
  space(facts: Facts): Promise<DiskSpace>
  files(directory: string): Promise<JournalFilesReport>
  machine(): Promise<MachineStatus>
  /** ms since the process began, of the monotonic clock */
  uptime(): number
  clock: Clock
}

/** ms between two looks */
export const lookInterval = 5_000
/** ms that a disk has to say how full it is: one that hangs must not hold up the status */
const patience = 2_000
const minute = 60_000
const hour = 60 * minute

interface LineTrends {
  cleaned: Trend
  rejected: Trend
}

export class StatusBook {
  readonly #sources: StatusSources
  readonly #disk: DiskUse
  /** by port, by journal */
  readonly #lines = new Map<string, Trend>()
  readonly #cleaning = new Map<string, LineTrends>()
  /** ms since 1970, by alarm; by broker */
  readonly #alarms = new Map<string, number>()
  /** one at a time: each call that hangs costs one of the few threads that all files of the process share */
  #measuring: Promise<void> | undefined
  readonly #phases = new Map<string, { connected: boolean; since: number | null }>()

  constructor(sources: StatusSources) {
    this.#sources = sources
    this.#disk = new DiskUse(sources.clock)
  }

  /** Takes a sample of everything that changes; to be called every `lookInterval`. */
  async look(): Promise<void> {
    await this.#lookAt(this.#sources.facts())
  }

  async status(): Promise<Status> {
    const { facts: factsNow, files, machine, uptime, clock } = this.#sources
    const facts = factsNow()
    await this.#lookAt(facts)
    const now = clock.wall()
    // to the second: two clocks make it, and it should stay the same
    const started = Math.round((now - uptime()) / 1000) * 1000
    const { journals, brokers, ports } = facts
    const reports = await Promise.all(journals.map(({ directory }) => files(directory)))
    return {
      now,
      gateway: { ...facts.gateway, started },
      accounts: journals.map((journal) => accountOf(journal, brokersOf(journals, brokers), started)),
      brokers: brokers.map((broker) => this.#brokerStatus(broker)),
      ports: ports.map((port) => this.#portStatus(port)),
      disk: this.#disk.status,
      journal: journals.map((journal, index) => journalStatus(journal, reports[index]!)),
      store: storeStatus(facts),
      machine: await machine(),
      alarms: this.#dated(alarmsOf(facts, this.#trends(facts), now), now),
      nodes: facts.nodes,
    }
  }

  async #lookAt(facts: Facts): Promise<void> {
    const { clock } = this.#sources
    for (const { id, lines } of facts.ports) {
      known(this.#lines, id, () => new Trend({ span: minute, step: lookInterval, clock })).add(lines)
    }
    for (const { id, cleaning } of facts.journals) {
      if (!cleaning) continue
      const make = () => new Trend({ span: hour, step: minute, clock })
      const trends = known(this.#cleaning, id, () => ({ cleaned: make(), rejected: make() }))
      trends.cleaned.add(cleaning.clean)
      trends.rejected.add(cleaning.rejected)
    }
    this.#lookAtBrokers(facts.brokers)
    forget(this.#lines, facts.ports)
    forget(this.#cleaning, facts.journals)
    forget(this.#phases, facts.brokers)
    this.#measuring ??= this.#measure(facts)
    await doneWithin(this.#measuring, patience, clock)
  }

  async #measure(facts: Facts): Promise<void> {
    try {
      this.#disk.add(await this.#sources.space(facts))
    } finally {
      this.#measuring = undefined
    }
  }

  #lookAtBrokers(brokers: readonly BrokerFacts[]): void {
    for (const { id, state } of brokers) {
      const connected = state.phase === 'connected'
      const before = this.#phases.get(id)
      if (before?.connected === connected) continue
      this.#phases.set(id, { connected, since: before ? this.#sources.clock.wall() : null })
    }
  }

  #trends(facts: Facts): Trends {
    const lines = facts.journals.flatMap(({ id }) => {
      const trends = this.#cleaning.get(id)
      if (!trends) return []
      return [[id, { cleaned: trends.cleaned.change, rejected: trends.rejected.change }] as const]
    })
    return { disk: this.#disk.status, lines: new Map(lines) }
  }

  #brokerStatus({ id, name, address, state }: BrokerFacts): BrokerStatus {
    const { connected = false, since = null } = this.#phases.get(id) ?? {}
    const { waiting, refused, problem, closedBroker } = state
    const closed = closedBroker && `takes nothing: ${closedBroker.reason}`
    return { id, name, address, connected, since, waiting, refused, problem: problem?.text ?? closed ?? null }
  }

  #portStatus(port: PortFacts): PortStatus {
    const { id, name, address, lastLine = null } = port
    const perMinute = Math.round(this.#lines.get(id)?.per(minute) ?? 0)
    return { id, name, address, state: portState(port), lastLine, perMinute, problem: portProblem(port) }
  }

  /** With the moment at which each was first seen. */
  #dated(found: readonly Found[], now: number): Alarm[] {
    forget(this.#alarms, found)
    return found.map((alarm) => ({
      ...alarm,
      since: alarm.since ?? known(this.#alarms, alarm.id, () => now),
    }))
  }
}

/** With several journals nobody can say of a broker's message which one it came from. */
function brokersOf(
  journals: readonly JournalFacts[],
  brokers: readonly BrokerFacts[],
): readonly BrokerFacts[] {
  return journals.length === 1 ? brokers : []
}

function journalStatus(
  { id, name, state, verified }: JournalFacts,
  { first, bytes }: JournalFilesReport,
): JournalStatus {
  return { id, name, first, lastSeq: state.journal.lastSeq, bytes, verified }
}

const noStore: StoreStatus = {
  state: 'none',
  says: 'No store is among the flows, so nothing of the past can be shown: add a store node behind a label node, and deploy.',
  upTo: 0,
  last: 0,
  rate: null,
  left: null,
  oldVerdicts: 0,
  bytes: 0,
}

function storeStatus({ store }: Facts): StoreStatus {
  if (!store) return noStore
  const { state, says, upTo, last, rate, left, oldVerdicts, bytes } = store
  return { state, says, upTo, last, rate, left, oldVerdicts, bytes }
}

function portState({ wrong, state, isSilent }: PortFacts): PortStatus['state'] {
  if (wrong !== undefined) return 'wrong'
  if (state.state === 'waiting') return 'away'
  if (state.state === 'open' && isSilent) return 'silent'
  return state.state
}

function portProblem({ wrong, state, trouble }: PortFacts): string | null {
  if (wrong !== undefined) return wrong
  if (state.state === 'waiting') return state.reason.message
  return (state.state === 'open' ? trouble : undefined) ?? null
}

function known<Value>(map: Map<string, Value>, id: string, make: () => Value): Value {
  const before = map.get(id)
  if (before !== undefined) return before
  const made = make()
  map.set(id, made)
  return made
}

/** Keeps only those that are there now. */
function forget(map: Map<string, unknown>, present: ReadonlyArray<{ id: string }>): void {
  const ids = new Set(present.map(({ id }) => id))
  for (const id of map.keys()) if (!ids.has(id)) map.delete(id)
}
