// The flow for energy sensors that send over HTTP. It stands by itself: a journal of its own, no broker.
import { energy } from '../../lib/formats/library/energy.ts'
import { defaultsOf } from '../../lib/options/options.ts'
import { cleanDefaults } from '../../nodes/clean/options.ts'
import { clusterOptions } from '../../nodes/cluster/options.ts'
import { httpBodyOptions } from '../../nodes/http-body/options.ts'
import { journalOptions } from '../../nodes/journal/settings.ts'
import { logOptions } from '../../nodes/log/settings.ts'
import { formatNode } from './lines.ts'
import { canvas, debugNode, type FlowNode, id, versionOf } from './parts.ts'

const tab = id(0x101)
const journal = id(0x110)
const format = id(0x111)
const storeIn = id(0x120)
const store = id(0x121)
const log = id(0x122)
const clean = id(0x123)
const cleanEvents = id(0x124)
const stored = id(0x125)
const cluster = id(0x126)
const keepClusters = id(0x127)
const parseIn = id(0x130)
const parse = id(0x131)
const parsed = id(0x132)
const summaryIn = id(0x140)
const makeSummary = id(0x141)
const summary = id(0x142)

const onCanvas = canvas(tab)

/** What is stored goes to the log and on to clean; parse and summary are answered without the log. */
export function energyFlow(): FlowNode[] {
  const body = { ...defaultsOf(httpBodyOptions), format }
  return [
    { id: tab, type: 'tab', label: 'Energy sensors', disabled: false, info: tabInfo, env: [] },
    ...comments(),
    onCanvas(storeIn, 'http in', 130, 120, [[store]], httpIn('/log/store', 'post')),
    onCanvas(store, 'fieldlog-http-body', 310, 120, [[log], [stored]], { ...body, name: 'store' }),
    onCanvas(log, 'fieldlog-log', 480, 120, [[clean], []], { ...defaultsOf(logOptions), journal }),
    onCanvas(clean, 'fieldlog-clean', 660, 120, [[cluster], [], []], {
      ...cleanDefaults,
      name: 'decode energy data',
      formats: [format],
    }),
    onCanvas(cluster, 'fieldlog-cluster', 850, 120, [[cleanEvents], [keepClusters]], {
      ...defaultsOf(clusterOptions),
      eventType: energy.type,
      fields: `${[...averaged, ...['1', '2', '3'].map((number) => `peak${number}`)].join(', ')}`,
    }),
    onCanvas(cleanEvents, 'debug', 1010, 120, [], debugNode('events')),
    onCanvas(keepClusters, 'change', 1030, 180, [], {
      ...changeSettings,
      name: 'keep the summary',
      rules: [{ t: 'set', p: 'clusters', pt: 'flow', to: 'payload', tot: 'msg' }],
    }),
    onCanvas(stored, 'http response', 480, 200, [], answer),
    onCanvas(parseIn, 'http in', 130, 280, [[parse]], httpIn('/log/parse', 'post')),
    onCanvas(parse, 'fieldlog-http-body', 310, 280, [[], [parsed]], {
      ...body,
      name: 'parse',
      action: 'parse',
      untyped: 'text',
    }),
    onCanvas(parsed, 'http response', 480, 280, [], answer),
    onCanvas(summaryIn, 'http in', 150, 380, [[makeSummary]], httpIn('/clusters/summary', 'get')),
    onCanvas(makeSummary, 'change', 390, 380, [[summary]], {
      ...changeSettings,
      name: 'what is asked for',
      rules: [{ t: 'set', p: 'payload', pt: 'msg', to: summaryExpression(), tot: 'jsonata' }],
    }),
    onCanvas(summary, 'http response', 590, 380, [], answer),
    {
      id: journal,
      type: 'fieldlog-journal',
      ...defaultsOf(journalOptions),
      ...versionOf('fieldlog-journal'),
      directory: 'energy-journal',
    },
    formatNode(format, energy),
  ]
}

function httpIn(url: string, method: string): object {
  return { name: '', url, method, upload: false, skipBodyParsing: false, swaggerDoc: '' }
}

/** Of these the summary has the averages. */
const averaged = ['power_active', 'power_reactive', 'power_apparent', 'line_current', 'line_voltage']

/** Label, count and averages of each cluster, by label; an empty list before the first run. */
function summaryExpression(): string {
  const units = new Map(energy.fields.map(({ name, unit }) => [name, unit]))
  const averages = averaged.map((field) => `avg_${field}_${units.get(field)?.toLowerCase()}`)
  const parts = ['label', 'count', ...averages].map((name) => `"${name}": ${name}`)
  return `{"clusters": [$flowContext("clusters").clusters^(label).{${parts.join(', ')}}]}`
}

const changeSettings = { action: '', property: '', from: '', to: '', reg: false }

const answer = { name: '', statusCode: '', headers: {} }

const tabInfo =
  'Energy sensors send their readings by HTTP: POST /log/store takes a line of text or JSON, and answers when it is on ' +
  'disk. POST /log/parse answers with what a line says.\n\n' +
  'The readings are in a journal of their own, energy-journal in the user directory.'

function comments(): FlowNode[] {
  const comment = (number: number, x: number, y: number, name: string, info: string): FlowNode =>
    onCanvas(id(number), 'comment', x, y, [], { name, info })
  return [
    comment(
      0x102,
      180,
      60,
      '1 · Store an event',
      'An event that the format does not take is answered by 400, with the field and the reason, and is not logged.',
    ),
    comment(
      0x103,
      640,
      60,
      '2 · Decode it, and go on from here',
      'Wire label, mqtt out or what you like to the first output of the clean node.',
    ),
    comment(0x104, 180, 240, '3 · Say what a line means', 'Nothing is stored.'),
    comment(
      0x105,
      180,
      340,
      '4 · Clusters',
      'Of the last 5,000 events, made anew at each 1,000th. The cluster node shows them in its panel; double-click it.',
    ),
  ]
}
