// The flow that shows the history on FlowFuse Dashboard 2. It asks the store of the other flows, and needs the package
// @flowfuse/node-red-dashboard, which Fieldlog does not bring.
import { defaultsOf } from '../../lib/options/options.ts'
import { queryOptions } from '../../nodes/query/options.ts'
import { canvas, type FlowNode, id } from './parts.ts'

const tab = id(0x301)
const base = id(0x310)
const theme = id(0x311)
const page = id(0x312)
const chartGroup = id(0x313)
const tableGroup = id(0x314)
const everyMinute = id(0x320)
const refresh = id(0x321)
const latest = id(0x322)
const show = id(0x323)
const table = id(0x324)
const choice = id(0x325)
const remember = id(0x326)
const values = id(0x327)
const points = id(0x328)
const chart = id(0x329)

/** The chart never gets more: Dashboard 2 keeps each point in the server's memory, and sends all of them to each browser. */
export const mostPoints = 1_000

const onCanvas = canvas(tab)

/** Once a minute, at a press of the button and at a choice: newest readings → table and choice → one curve → chart. */
export function dashboardFlow(): FlowNode[] {
  return [
    { id: tab, type: 'tab', label: 'Dashboard', disabled: false, info: tabInfo, env: [] },
    ...comments(),
    onCanvas(everyMinute, 'inject', 110, 120, [[latest]], injectSettings),
    onCanvas(refresh, 'ui-button', 100, 180, [[latest]], {
      ...{ group: chartGroup, name: '', label: 'Refresh', order: 2, width: '2', height: '1' },
      ...{ icon: 'refresh', iconPosition: 'left', color: '', bgcolor: '', tooltip: '', className: '' },
      ...{ payload: '', payloadType: 'str', topic: 'topic', topicType: 'msg' },
    }),
    onCanvas(latest, 'fieldlog-query', 270, 120, [[show]], {
      ...defaultsOf(queryOptions),
      name: 'latest',
      question: 'latest',
    }),
    onCanvas(show, 'function', 430, 120, [[table], [choice], [values]], functionNode('show', showCode, 3)),
    onCanvas(table, 'ui-table', 620, 60, [[]], {
      ...{ group: tableGroup, name: 'readings', label: '', order: 1, width: '12', height: '0' },
      ...{ maxrows: 0, autocols: false, showSearch: false, selectionType: 'none', action: 'replace' },
      columns: ['device', 'reading', 'value', 'verdict', 'time'].map((key) => ({
        ...{ title: key, key, keyType: 'key', type: 'text', width: '', align: 'start' },
      })),
    }),
    onCanvas(choice, 'ui-dropdown', 620, 120, [[remember]], {
      ...{ group: chartGroup, name: 'curve', label: 'Curve', order: 1, width: '10', height: '1' },
      ...{ passthru: false, multiple: false, options: [], payload: '', topic: 'topic', topicType: 'msg' },
      ...{ typeIsComboBox: false, msgTrigger: 'onChange' },
    }),
    onCanvas(remember, 'change', 620, 180, [[latest]], {
      ...{ name: 'remember it', action: '', property: '', from: '', to: '', reg: false },
      rules: [{ t: 'set', p: 'curve', pt: 'flow', to: 'payload', tot: 'msg' }],
    }),
    onCanvas(values, 'fieldlog-query', 110, 300, [[points]], {
      ...defaultsOf(queryOptions),
      name: 'last 24 hours',
    }),
    onCanvas(points, 'function', 300, 300, [[chart]], functionNode('points', pointsCode, 1)),
    onCanvas(chart, 'ui-chart', 480, 300, [[]], chartSettings),
    ...dashboardNodes(),
  ]
}

const injectSettings = {
  name: 'every minute',
  props: [],
  repeat: '60',
  crontab: '',
  once: true,
  onceDelay: '3',
  topic: '',
}

// Runs inside Node-RED's function node.
const showCode = `// The newest readings as rows of the table, and what can be drawn as choices.
const rows = []
const curves = []
for (const { type, name, time, verdict, fields } of msg.payload.series) {
  for (const { name: field, kind, unit, decimals, value } of fields) {
    if (kind === 'number') curves.push(type + '/' + name + ':' + field)
    if (value === null) continue
    const text = typeof value === 'number' && decimals !== null ? value.toFixed(decimals) : String(value)
    rows.push({
      device: name,
      reading: field,
      value: unit ? text + ' ' + unit : text,
      verdict,
      time: new Date(time).toLocaleString(),
    })
  }
}
const remembered = flow.get('curve')
const curve = curves.includes(remembered) ? remembered : (curves.find((each) => each.endsWith(':temp')) ?? curves[0])
const options = curves.map((each) => ({ label: each, value: each }))
if (curve === undefined) return [{ payload: rows }, { ui_update: { options } }, null]
const colon = curve.lastIndexOf(':')
return [
  { payload: rows },
  { ui_update: { options }, payload: curve },
  { payload: { series: curve.slice(0, colon), field: curve.slice(colon + 1), points: ${mostPoints} } },
]`

// Runs inside Node-RED's function node.
const pointsCode = `// The columns of the answer as points; a moment without a value has none.
const { type, name, field, unit, t, v } = msg.payload
const topic = type + '/' + name + ' ' + field + (unit ? ' (' + unit + ')' : '')
return { payload: t.map((x, place) => ({ x, y: v[place], topic })).filter(({ y }) => y !== null) }`

function functionNode(name: string, func: string, outputs: number): object {
  return { name, func, outputs, timeout: 0, noerr: 0, initialize: '', finalize: '', libs: [] }
}

const chartSettings = {
  ...{ group: chartGroup, name: 'chart', label: '', order: 3, width: '12', height: '8' },
  ...{ chartType: 'line', interpolation: 'linear', pointShape: 'circle', pointRadius: 1, showLegend: true },
  // with the default, msg, the chart of an array of points stays empty
  ...{ category: 'topic', categoryType: 'property' },
  ...{ xAxisType: 'time', xAxisProperty: 'x', xAxisPropertyType: 'property', xAxisLabel: '' },
  ...{ xAxisFormat: '', xAxisFormatType: 'auto', xmin: '', xmax: '' },
  ...{ yAxisProperty: 'y', yAxisPropertyType: 'property', yAxisLabel: '', ymin: '', ymax: '' },
  // each answer is a whole curve, as old as the range that was asked for
  ...{ action: 'replace', removeOlder: '0', removeOlderUnit: '3600', removeOlderPoints: String(mostPoints) },
  ...{ stackSeries: false, bins: 10, className: '', colors: ['#0095FF', '#FF0000', '#FF7F0E', '#2CA02C'] },
  ...{ textColor: ['#666666'], textColorDefault: true, gridColor: ['#e5e5e5'], gridColorDefault: true },
}

function dashboardNodes(): FlowNode[] {
  const group = {
    page,
    showTitle: true,
    className: '',
    visible: 'true',
    disabled: 'false',
    groupType: 'default',
  }
  return [
    {
      ...{ id: base, type: 'ui-base', name: 'Dashboard', path: '/dashboard', appIcon: '' },
      ...{ includeClientData: true, acceptsClientConfig: ['ui-notification', 'ui-control'] },
      ...{
        showPathInSidebar: false,
        headerContent: 'page',
        navigationStyle: 'default',
        titleBarStyle: 'default',
      },
      ...{
        showReconnectNotification: true,
        notificationDisplayTime: 5,
        showDisconnectNotification: true,
        allowInstall: false,
      },
    },
    {
      ...{ id: theme, type: 'ui-theme', name: 'Light' },
      colors: {
        ...{ surface: '#fcfcfd', primary: '#0d74ce', bgPage: '#f9f9fb' },
        ...{ groupBg: '#ffffff', groupOutline: '#d9d9e0' },
      },
      sizes: {
        ...{ density: 'default', pagePadding: '12px', groupGap: '12px' },
        ...{ groupBorderRadius: '4px', widgetGap: '12px' },
      },
    },
    {
      ...{ id: page, type: 'ui-page', name: 'Sensors', ui: base, path: '/sensors', icon: 'chart-line' },
      ...{ layout: 'grid', theme, order: 1, className: '', visible: 'true', disabled: 'false' },
      breakpoints: [
        { name: 'Default', px: '0', cols: '3' },
        { name: 'Tablet', px: '576', cols: '6' },
        { name: 'Small Desktop', px: '768', cols: '9' },
        { name: 'Desktop', px: '1024', cols: '12' },
      ],
    },
    { id: chartGroup, type: 'ui-group', name: 'Chart', width: '12', height: '1', order: 1, ...group },
    {
      id: tableGroup,
      type: 'ui-group',
      name: 'Latest readings',
      width: '12',
      height: '1',
      order: 2,
      ...group,
    },
  ]
}

const tabInfo =
  'A page of FlowFuse Dashboard 2 at /dashboard/sensors: one curve of the history, and the latest readings as a table. It asks ' +
  'the store node of the other flows.\n\n' +
  'It needs the package @flowfuse/node-red-dashboard: Manage palette ▸ Install. Fieldlog’s own pages, at /fieldlog/, need nothing.'

function comments(): FlowNode[] {
  const comment = (number: number, x: number, y: number, name: string, info: string): FlowNode =>
    onCanvas(id(number), 'comment', x, y, [], { name, info })
  return [
    comment(
      0x302,
      180,
      60,
      '1 · Ask for the latest readings',
      'Every minute, by the button of the page, and when another curve is chosen there.',
    ),
    comment(
      0x303,
      190,
      240,
      '2 · Ask for one curve, and draw it',
      'The range is in the query node “last 24 hours”. At most 1,000 points come: single readings or means, whatever the range. ' +
        'Bad readings are not drawn; the table says the verdict of the newest one.',
    ),
  ]
}
