// A runtime as a script: facts in which everything is well, to be changed by a test.
import type { LogState } from '../../../lib/delivery/log-service.ts'
import type { DeliveryState } from '../../../lib/delivery/send/delivery.ts'
import type { StoreState } from '../../../lib/history/model/store-state.ts'
import type { DeliveryCounts } from '../../../lib/mqtt/session/delivery.ts'
import type { SessionState } from '../../../lib/mqtt/session/session-options.ts'
import type { BrokerFacts, Facts, JournalFacts, PortFacts } from '../../../lib/pages/facts.ts'

export const began = Date.parse('2026-11-21T11:00:00.000Z')

/** 1,000 events, of which 990 are done and 10 are under way. */
export function deliveryState(change: Partial<DeliveryState> = {}): DeliveryState {
  return {
    entries: 1_000,
    checkpoint: 990,
    complete: 990,
    failed: 0,
    incomplete: 0,
    damaged: 0,
    underWay: 4,
    quiet: 6,
    waiting: 0,
    replay: undefined,
    ...change,
  }
}

export function logState(change: Partial<LogState> = {}): LogState {
  return {
    delivery: deliveryState(),
    journal: {
      events: 500,
      dropped: 0,
      held: 0,
      records: 510,
      batches: 20,
      syncs: 20,
      bytes: 40_000,
      failures: 0,
      lastSeq: 1_000,
      failure: undefined,
    },
    withoutProperties: 0,
    wear: { bytes: 50_000, syncs: 30, seconds: 3_600 },
    problem: undefined,
    clockDoubt: undefined,
    ...change,
  }
}

export function journalFacts(change: Partial<JournalFacts> = {}): JournalFacts {
  return {
    id: 'j1',
    name: 'log',
    directory: '/home/journal',
    state: logState(),
    verified: null,
    cleaning: { since: began, clean: 300, rejected: 3, unknown: 190, suppressed: 5, part: 2 },
    labelling: { since: began, good: 290, bad: 10, held: 0 },
    ...change,
  }
}

function sessionState(change: Partial<SessionState> = {}): SessionState {
  return {
    phase: 'connected',
    problem: undefined,
    diskProblem: undefined,
    waiting: 3,
    oldest: undefined,
    diskBytes: 0,
    refused: 0,
    closedTopics: [],
    closedCount: 0,
    closedBroker: undefined,
    ...change,
  }
}

export function brokerFacts(
  state: Partial<SessionState> = {},
  counts: Partial<DeliveryCounts> = {},
): BrokerFacts {
  return {
    id: 'b1',
    name: 'house',
    address: 'mqtt://broker.local:1883',
    state: sessionState(state),
    counts: { in: 300, acknowledged: 297, refused: 0, dropped: 0, repeats: 2, ...counts },
  }
}

export function portFacts(change: Partial<PortFacts> = {}): PortFacts {
  return {
    id: 'p1',
    name: 'JeeLink',
    address: '/dev/ttyUSB0',
    wrong: undefined,
    state: { state: 'open' },
    isSilent: false,
    trouble: undefined,
    lines: 500,
    lastLine: began + 3_500_000,
    ...change,
  }
}

export function storeState(change: Partial<StoreState> = {}): StoreState {
  return {
    state: 'ready',
    says: '1,000 events',
    isReadable: true,
    generation: 1,
    upTo: 990,
    last: 1_000,
    done: 1,
    rate: null,
    left: null,
    oldVerdicts: 0,
    bytes: 80_000,
    ...change,
  }
}

export function factsOf(change: Partial<Facts> = {}): Facts {
  return {
    gateway: { name: 'pi', version: '1.0.0' },
    rollback: undefined,
    journals: [journalFacts()],
    brokers: [brokerFacts()],
    ports: [portFacts()],
    silent: [],
    store: storeState(),
    nodes: { devices: 'd1', store: 's1', formats: { room: 'f1' } },
    ...change,
  }
}
