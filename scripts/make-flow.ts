// Writes flows/gateway.json, the flow that the appliance starts with, its further tabs where they are wanted
// (flows/energy-sensors.json and flows/time-events.json), and the examples that are only examples. The Import menu offers all of
// them. The formats come from the library and all other properties from the nodes' own defaults, so each stands in one place.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jeelinkFormats } from '../lib/formats/library/jeelink.ts'
import { defaultsOf } from '../lib/options/options.ts'
import { cleanDefaults } from '../nodes/clean/options.ts'
import { devicesDefaults } from '../nodes/devices/options.ts'
import { journalOptions } from '../nodes/journal/settings.ts'
import { labelDefaults } from '../nodes/label/options.ts'
import { logOptions } from '../nodes/log/settings.ts'
import { mqttOutOptions } from '../nodes/mqtt-out/options.ts'
import { portOptions } from '../nodes/port/options.ts'
import { serialInOptions } from '../nodes/serial-in/options.ts'
import { storeOptions } from '../nodes/store/options.ts'
import { alarmFlow } from './flows/alarm.ts'
import { arduinoFlow } from './flows/arduino-csv.ts'
import { dashboardFlow } from './flows/dashboard.ts'
import { energyFlow } from './flows/energy.ts'
import { influxFlow } from './flows/influxdb.ts'
import { formatNode } from './flows/lines.ts'
import { minimalFlow } from './flows/minimal.ts'
import { broker, canvas, debugNode, env, type FlowNode, id, versionOf } from './flows/parts.ts'
import { smartMeterFlow } from './flows/smart-meter-p1.ts'
import { timeEventsFlow } from './flows/time-events.ts'

export type { FlowNode }

export const flowFile = join(import.meta.dirname, '../flows/gateway.json')
export const energyFlowFile = join(import.meta.dirname, '../flows/energy-sensors.json')
export const timeEventsFlowFile = join(import.meta.dirname, '../flows/time-events.json')
export const dashboardFlowFile = join(import.meta.dirname, '../flows/dashboard.json')

/** The flows that are examples and nothing else, each by the name that the Import menu has for it. */
export const exampleFlows: Record<string, () => FlowNode[]> = {
  minimal: minimalFlow,
  'arduino-csv': arduinoFlow,
  'smart-meter-p1': smartMeterFlow,
  alarm: alarmFlow,
  influxdb: influxFlow,
}

export function exampleFile(name: string): string {
  return join(import.meta.dirname, `../flows/${name}.json`)
}

const tab = id(0x01)
const onCanvas = canvas(tab)
const port = id(0x10)
const journal = id(0x11)
const devices = id(0x13)
const serialIn = id(0x20)
const log = id(0x21)
const clean = id(0x22)
const label = id(0x23)
const good = id(0x24)
const bad = id(0x25)
const rejected = id(0x26)
const unknown = id(0x27)
const store = id(0x28)
// The status under a node is longer than the node: the distances, the wide name of the clean node, and sinks that
// lie above, beside or far below leave room for it. All is in view in a window of 1280 × 800.
const row = 160

/** The default flow: serial in → log → clean → label → mqtt out and store, and what leaves that way on its own outputs. */
export function gatewayFlow(): FlowNode[] {
  return [
    { id: tab, type: 'tab', label: 'Sensor gateway', disabled: false, info: tabInfo, env: [] },
    ...comments(),
    onCanvas(serialIn, 'fieldlog-serial-in', 70, row, [[log], [], []], {
      ...defaultsOf(serialInOptions),
      port,
    }),
    onCanvas(log, 'fieldlog-log', 210, row, [[clean], []], { ...defaultsOf(logOptions), journal }),
    onCanvas(clean, 'fieldlog-clean', 390, row, [[label], [rejected, store], [unknown]], {
      ...cleanDefaults,
      name: 'decode (JeeLink example)',
    }),
    onCanvas(
      label,
      'fieldlog-label',
      580,
      row,
      [
        [good, store],
        [bad, store],
      ],
      { ...labelDefaults },
    ),
    onCanvas(good, 'fieldlog-mqtt-out', 710, 100, [], {
      ...defaultsOf(mqttOutOptions),
      name: 'good',
      broker: broker.id,
      homeassistant: env('HOMEASSISTANT'),
    }),
    onCanvas(bad, 'fieldlog-mqtt-out', 710, row, [], {
      ...defaultsOf(mqttOutOptions),
      name: 'bad',
      broker: broker.id,
      latest: 'off',
    }),
    onCanvas(store, 'fieldlog-store', 700, 220, [], defaultsOf(storeOptions)),
    onCanvas(rejected, 'fieldlog-mqtt-out', 680, 280, [], {
      ...defaultsOf(mqttOutOptions),
      name: 'rejected',
      broker: broker.id,
      latest: 'off',
    }),
    onCanvas(unknown, 'debug', 690, 340, [], debugNode('unknown', 'message')),
    {
      id: port,
      type: 'fieldlog-port',
      ...defaultsOf(portOptions),
      ...versionOf('fieldlog-port'),
      path: env('SERIAL'),
      baudRate: env('BAUD'),
      silentAfter: 300,
    },
    {
      id: journal,
      type: 'fieldlog-journal',
      ...defaultsOf(journalOptions),
      ...versionOf('fieldlog-journal'),
      bufferSize: env('BUFFER_SIZE'),
      flushInterval: env('FLUSH_INTERVAL'),
    },
    { id: devices, type: 'fieldlog-devices', ...versionOf('fieldlog-devices'), ...devicesDefaults },
    ...formatNodes(),
    broker,
  ]
}

function formatNodes(): FlowNode[] {
  return jeelinkFormats.map((definition, index) => formatNode(id(0x30 + index), definition))
}

const tabInfo =
  'Lines from a serial port, logged as they came, decoded by formats, judged by rules, published to MQTT, and shown on the ' +
  'pages at /fieldlog/ of this address.\n\n' +
  'The settings come from the environment: FIELDLOG_SERIAL, FIELDLOG_BAUD, FIELDLOG_MQTT and others. ' +
  'Where they are not set, a built-in demo collector stands in for the device, and the broker is ' +
  'mqtt://localhost:1883.'

function comments(): FlowNode[] {
  const comment = (number: number, x: number, y: number, name: string, info: string): FlowNode =>
    onCanvas(id(number), 'comment', x, y, [], { name, info })
  return [
    comment(
      0x02,
      150,
      40,
      '1 · Log each line as it came',
      'Nothing goes on before it is safe on disk. What the flow had not finished at a stop is sent again after ' +
        'the start.',
    ),
    comment(
      0x03,
      420,
      40,
      '2 · Decode it and judge it',
      'The formats say what a line means; the rules say whether its values are plausible. Those for a JeeLink are only the ' +
        'example: put formats for your device in their place, in the clean node. All else is general. Change both at any time: the log keeps the lines.',
    ),
    comment(
      0x04,
      660,
      40,
      '3 · Publish and keep it',
      'Topic: fieldlog/{gateway}/{verdict}/{type}/{device}. While the broker is away, events wait. The store fills the pages ' +
        'at /fieldlog/; it can be deleted, and is made again from the log.',
    ),
    comment(
      0x05,
      290,
      340,
      'Lines that no format takes: they stay in the log',
      'Half of what a JeeLink hears may be other people’s nodes. Switch the debug node on to see such lines; to ' +
        'use them, add a format in the clean node.',
    ),
  ]
}

if (process.argv[1] === import.meta.filename) {
  for (const [file, flow] of [
    [flowFile, gatewayFlow()],
    [energyFlowFile, energyFlow()],
    [timeEventsFlowFile, timeEventsFlow()],
    [dashboardFlowFile, dashboardFlow()],
    ...Object.entries(exampleFlows).map(([name, flow]) => [exampleFile(name), flow()] as const),
  ] as const) {
    writeFileSync(file, `${JSON.stringify(flow, null, 2)}\n`)
  }
}
