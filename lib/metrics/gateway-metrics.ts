// The gateway's own health as series for Prometheus. The names follow its conventions: base units, and `_total` for what only counts
// up and begins at zero with the process.
import type { DiskSpace } from '../pages/disk-use.ts'
import type { Facts } from '../pages/facts.ts'
import type { Metric, Sample } from './exposition.ts'

/** Of the process, which the facts do not have. */
export interface ProcessFacts {
  /** seconds */
  uptime: number
  /** resident bytes */
  memory: number
  /** of the disk that the journal is on; all zero where nothing is known of it */
  disk: DiskSpace
}

type Labelled<One> = Array<{ labels: Record<string, string>; one: One }>

export function gatewayMetrics(facts: Facts, process: ProcessFacts): Metric[] {
  const { gateway, silent } = facts
  const { disk } = process
  const journals = labelled('journal', facts.journals, ({ name }) => name)
  const brokers = labelled('broker', facts.brokers, ({ name, address }) => name || address)
  const ports = labelled('port', facts.ports, ({ name, address }) => name || address)
  const unlabelled = (value: number): Sample[] => [{ labels: {}, value }]
  const ofDisk = (value: number) => (disk.total > 0 ? unlabelled(value) : [])
  return [
    {
      ...{ name: 'fieldlog_info', help: 'Which gateway this is, and its version.', type: 'gauge' },
      samples: [{ labels: { gateway: gateway.name, version: gateway.version }, value: 1 }],
    },
    gauge('uptime_seconds', 'Since the process began.', unlabelled(process.uptime)),
    gauge('resident_memory_bytes', 'Memory of the process.', unlabelled(process.memory)),
    gauge('disk_free_bytes', 'Room for the journal on its disk.', ofDisk(disk.free)),
    gauge('disk_size_bytes', 'Size of the disk that the journal is on.', ofDisk(disk.total)),
    gauge('devices_silent', 'Devices that have fallen silent.', unlabelled(silent.length)),
    ...portMetrics(ports),
    ...journalMetrics(journals),
    ...deliveryMetrics(journals),
    ...cleaningMetrics(journals),
    ...brokerMetrics(brokers),
  ]
}

function portMetrics(ports: Labelled<Facts['ports'][number]>): Metric[] {
  return [
    counter(
      'lines_received',
      'Lines that a port gave to the flow.',
      each(ports, ({ lines }) => lines),
    ),
    gauge(
      'port_open',
      '1 while the port is open.',
      each(ports, ({ state }) => Number(state.state === 'open')),
    ),
    gauge(
      'port_last_line_timestamp_seconds',
      'When the last line came.',
      each(ports, ({ lastLine }) => (lastLine === undefined ? undefined : lastLine / 1000)),
    ),
  ]
}

function journalMetrics(journals: Labelled<Facts['journals'][number]>): Metric[] {
  const of = (read: (state: Facts['journals'][number]['state']['journal']) => number) =>
    each(journals, ({ state }) => read(state.journal))
  return [
    counter(
      'journal_events',
      'Events that became durable.',
      of(({ events }) => events),
    ),
    counter(
      'journal_dropped_events',
      'Events that memory had no room for.',
      of(({ dropped }) => dropped),
    ),
    counter(
      'journal_written_bytes',
      'Bytes of the journal.',
      of(({ bytes }) => bytes),
    ),
    counter(
      'journal_syncs',
      'Syncs to the disk.',
      of(({ syncs }) => syncs),
    ),
    counter(
      'journal_failures',
      'Writes and syncs that failed.',
      of(({ failures }) => failures),
    ),
    gauge(
      'journal_held_records',
      'Records in memory, not yet written.',
      of(({ held }) => held),
    ),
    gauge(
      'journal_failing',
      '1 while the disk takes no events.',
      of(({ failure }) => Number(failure !== undefined)),
    ),
  ]
}

/** These counts are kept over restarts: by the conventions they are counters all the same, and never go back. */
function deliveryMetrics(journals: Labelled<Facts['journals'][number]>): Metric[] {
  type Delivery = NonNullable<Facts['journals'][number]['state']['delivery']>
  const of = (read: (delivery: Delivery) => number) =>
    each(journals, ({ state: { delivery } }) => (delivery === undefined ? undefined : read(delivery)))
  return [
    counter(
      'events_complete',
      'Events that the whole flow is done with.',
      of(({ complete }) => complete),
    ),
    counter(
      'events_failed',
      'Complete events for which a node reported an error.',
      of(({ failed }) => failed),
    ),
    counter(
      'events_incomplete',
      'Events that a node never finished.',
      of(({ incomplete }) => incomplete),
    ),
    counter(
      'events_damaged',
      'Events that could not be read back.',
      of(({ damaged }) => damaged),
    ),
    gauge(
      'events_waiting',
      'Durable events that are still to be sent.',
      of(({ waiting }) => waiting),
    ),
  ]
}

function cleaningMetrics(journals: Labelled<Facts['journals'][number]>): Metric[] {
  const outcomes = ['clean', 'rejected', 'unknown', 'suppressed'] as const
  const verdicts = ['good', 'bad'] as const
  return [
    counter(
      'lines_decoded',
      'Lines, by what the formats made of them.',
      journals.flatMap(({ labels, one: { cleaning } }) =>
        cleaning === undefined
          ? []
          : outcomes.map((outcome) => ({ labels: { ...labels, outcome }, value: cleaning[outcome] })),
      ),
    ),
    counter(
      'events_judged',
      'Events, by what the rules said.',
      journals.flatMap(({ labels, one: { labelling } }) =>
        labelling === undefined
          ? []
          : verdicts.map((verdict) => ({ labels: { ...labels, verdict }, value: labelling[verdict] })),
      ),
    ),
  ]
}

function brokerMetrics(brokers: Labelled<Facts['brokers'][number]>): Metric[] {
  return [
    gauge(
      'mqtt_connected',
      '1 while connected.',
      each(brokers, ({ state }) => Number(state.phase === 'connected')),
    ),
    counter(
      'mqtt_messages_acknowledged',
      'Messages that the broker has.',
      each(brokers, ({ counts }) => counts.acknowledged),
    ),
    counter(
      'mqtt_messages_dropped',
      'Messages given up by a limit.',
      each(brokers, ({ counts }) => counts.dropped),
    ),
    gauge(
      'mqtt_messages_waiting',
      'Messages without an answer.',
      each(brokers, ({ state }) => state.waiting),
    ),
    gauge(
      'mqtt_messages_refused',
      'Messages in the dead-letter store.',
      each(brokers, ({ state }) => state.refused),
    ),
    gauge(
      'mqtt_topics_closed',
      'Topics that the broker does not take.',
      each(brokers, ({ state }) => state.closedCount),
    ),
    gauge(
      'mqtt_outbox_bytes',
      "Bytes of the outbox's files.",
      each(brokers, ({ state }) => state.diskBytes),
    ),
  ]
}

/** By name; those that share one have their node's id, too, because Prometheus takes each series once. */
function labelled<One extends { id: string }>(
  label: string,
  all: readonly One[],
  nameOf: (one: One) => string,
): Labelled<One> {
  const names = all.map(nameOf)
  const isShared = (name: string) => names.indexOf(name) !== names.lastIndexOf(name)
  return all.map((one, i) => {
    const name = names[i]!
    return { labels: { [label]: isShared(name) ? `${name} (${one.id})` : name }, one }
  })
}

function each<One>(all: Labelled<One>, read: (one: One) => number | undefined): Sample[] {
  return all.flatMap(({ labels, one }) => {
    const value = read(one)
    return value === undefined ? [] : [{ labels, value }]
  })
}

function gauge(name: string, help: string, samples: Sample[]): Metric {
  return { name: `fieldlog_${name}`, help, type: 'gauge', samples }
}

function counter(name: string, help: string, samples: Sample[]): Metric {
  return { name: `fieldlog_${name}_total`, help, type: 'counter', samples }
}
