// The flow for time events of processes: what they send goes to the log, is published, and is paired into spans, which are
// judged. It has a journal of its own and the broker of the default flow.
import { timeEvent } from '../../lib/formats/library/general.ts'
import { defaultsOf } from '../../lib/options/options.ts'
import type { PredicateRow } from '../../lib/predicates/model/row.ts'
import { spanType } from '../../lib/timing/span.ts'
import { cleanDefaults } from '../../nodes/clean/options.ts'
import { eventsOptions } from '../../nodes/events/options.ts'
import { eventsInOptions } from '../../nodes/events-in/options.ts'
import { journalOptions } from '../../nodes/journal/settings.ts'
import { labelDefaults } from '../../nodes/label/options.ts'
import { logOptions } from '../../nodes/log/settings.ts'
import { mqttOutOptions } from '../../nodes/mqtt-out/options.ts'
import { storeOptions } from '../../nodes/store/options.ts'
import { timingDefaults } from '../../nodes/timing/options.ts'
import { formatNode } from './lines.ts'
import { broker, canvas, debugNode, env, type FlowNode, id, versionOf } from './parts.ts'

const tab = id(0x201)
const events = id(0x210)
const journal = id(0x211)
const format = id(0x212)
const eventsIn = id(0x220)
const log = id(0x221)
const clean = id(0x222)
const each = id(0x223)
const timing = id(0x224)
const label = id(0x225)
const spans = id(0x226)
const slow = id(0x227)
const rejected = id(0x228)
const undecoded = id(0x229)
const statistics = id(0x22a)
const store = id(0x22b)

const onCanvas = canvas(tab)

/** Leases that take longer show that nobody answered at first. */
const leaseRule: Partial<PredicateRow> = {
  name: 'lease within 3 s',
  types: [spanType],
  field: 'duration',
  says: 'bad',
  operator: 'is above',
  values: [3_000],
  onlyWhen: { field: 'cat', operator: 'starts with', values: ['DHCP'] },
}

export function timeEventsFlow(): FlowNode[] {
  const published = { ...defaultsOf(mqttOutOptions), broker: broker.id }
  return [
    { id: tab, type: 'tab', label: 'Time events', disabled: false, info: tabInfo, env: [] },
    ...comments(),
    onCanvas(eventsIn, 'fieldlog-events-in', 90, 120, [[log], [rejected]], {
      ...defaultsOf(eventsInOptions),
      events,
    }),
    onCanvas(rejected, 'debug', 250, 180, [], debugNode('no events')),
    onCanvas(log, 'fieldlog-log', 240, 120, [[clean], []], { ...defaultsOf(logOptions), journal }),
    onCanvas(clean, 'fieldlog-clean', 380, 120, [[timing, each, store], [undecoded, store], [undecoded]], {
      ...cleanDefaults,
      name: 'decode',
      formats: [format],
    }),
    onCanvas(each, 'fieldlog-mqtt-out', 660, 100, [], {
      ...published,
      name: 'every event',
      topic: 'fieldlog/{gateway}/event/{data.cat}/{data.source}',
    }),
    onCanvas(undecoded, 'debug', 660, 180, [], debugNode('not decoded')),
    onCanvas(timing, 'fieldlog-timing', 320, 320, [[label], [statistics]], {
      ...timingDefaults,
      name: 'START … STOP',
    }),
    onCanvas(statistics, 'debug', 500, 400, [], debugNode('statistics')),
    onCanvas(
      label,
      'fieldlog-label',
      510,
      320,
      [
        [spans, store],
        [slow, store],
      ],
      {
        ...labelDefaults,
        name: 'quick enough?',
        predicates: [leaseRule],
      },
    ),
    onCanvas(store, 'fieldlog-store', 690, 420, [], {
      ...defaultsOf(storeOptions),
      name: 'history',
      // the readings of the default flow have one of their own
      file: 'store/time-events.sqlite',
    }),
    onCanvas(spans, 'fieldlog-mqtt-out', 680, 300, [], { ...published, name: 'good spans' }),
    onCanvas(slow, 'fieldlog-mqtt-out', 680, 360, [], { ...published, name: 'bad spans' }),
    {
      id: events,
      type: 'fieldlog-events',
      ...defaultsOf(eventsOptions),
      ...versionOf('fieldlog-events'),
      nodeId: env('GATEWAY'),
      localLog: env('EVENTS_LOG'),
    },
    {
      id: journal,
      type: 'fieldlog-journal',
      ...defaultsOf(journalOptions),
      ...versionOf('fieldlog-journal'),
      directory: 'events-journal',
      bufferSize: env('BUFFER_SIZE'),
      flushInterval: env('FLUSH_INTERVAL'),
    },
    formatNode(format, timeEvent),
    broker,
  ]
}

const tabInfo =
  'Processes on this machine send small events when something begins and when it ends. They are logged, published, and paired into ' +
  'spans: how long each thing took. A DHCP lease that takes more than 3 seconds is bad.\n\n' +
  'Try it: `fieldlog send-demo` sends the events of a boot. The events are in a journal of their own, events-journal in the ' +
  'user directory.'

function comments(): FlowNode[] {
  const comment = (number: number, x: number, y: number, name: string, info: string): FlowNode =>
    onCanvas(id(number), 'comment', x, y, [], { name, info })
  return [
    comment(
      0x202,
      150,
      60,
      '1 · Log each event as it came',
      'By a POSIX queue, a Unix socket or UDP: double-click “events in” to choose. What is no event comes out of its second output.',
    ),
    comment(
      0x203,
      580,
      60,
      '2 · Decode it and publish it',
      'Topic: fieldlog/{gateway}/event/{category}/{source}. Its id is unique for ever.',
    ),
    comment(
      0x204,
      120,
      240,
      '3 · How long it took',
      'The steps of one category, source and subject make a span: START, then others, then STOP. The table in the timing node says which ' +
        'words begin a span and which end it.',
    ),
    comment(
      0x205,
      610,
      240,
      '4 · Publish good and bad spans',
      'Topic: fieldlog/{gateway}/{verdict}/span/{source}. A bad one says why in its reasons.',
    ),
  ]
}
