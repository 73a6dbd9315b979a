// The example of an Arduino that prints values with commas between them.
import type { FormatDefinition } from '../../lib/formats/model/definition.ts'
import { defaultsOf } from '../../lib/options/options.ts'
import type { PredicateRow } from '../../lib/predicates/model/row.ts'
import { cleanDefaults } from '../../nodes/clean/options.ts'
import { labelDefaults } from '../../nodes/label/options.ts'
import { logOptions } from '../../nodes/log/settings.ts'
import { mqttOutOptions } from '../../nodes/mqtt-out/options.ts'
import { serialInOptions } from '../../nodes/serial-in/options.ts'
import { comment, formatNode, journalNode, portNode, shown, tabNode } from './lines.ts'
import { broker, canvas, type FlowNode, id } from './parts.ts'

const tab = id(0x401)
const port = id(0x410)
const journal = id(0x411)
const format = id(0x412)
const serialIn = id(0x420)
const log = id(0x421)
const clean = id(0x422)
const label = id(0x423)
const good = id(0x424)
const bad = id(0x425)
const rejected = id(0x426)
const unknown = id(0x427)

const onCanvas = canvas(tab)

/** `21.4,48,612`. It takes only what comes from this port: three columns are nothing that tells a device. */
const greenhouse: FormatDefinition = {
  type: 'greenhouse',
  name: 'Arduino: temperature, humidity, soil',
  takes: { source: 'arduino', columns: [3, 3] },
  decoder: { kind: 'columns', header: ['temp', 'humi', 'soil'] },
  // what a DHT sensor prints that does not answer
  nulls: ['nan'],
  fields: [
    { name: 'temp', from: 'temp', type: 'number', unit: '°C', min: -40, max: 80 },
    { name: 'humi', from: 'humi', type: 'number', unit: '%', min: 0, max: 100 },
    { name: 'soil', from: 'soil', type: 'integer', min: 0, max: 1023 },
  ],
}

const dryRule: Partial<PredicateRow> = {
  name: 'too dry',
  types: [greenhouse.type],
  says: 'bad',
  field: 'soil',
  operator: 'is below',
  values: [300],
}

export function arduinoFlow(): FlowNode[] {
  const published = { ...defaultsOf(mqttOutOptions), broker: broker.id }
  return [
    tabNode(tab, 'Arduino, CSV', tabInfo),
    ...comments(),
    onCanvas(serialIn, 'fieldlog-serial-in', 100, 120, [[log], [], []], {
      ...defaultsOf(serialInOptions),
      name: 'Arduino',
      port,
    }),
    onCanvas(log, 'fieldlog-log', 240, 120, [[clean], []], { ...defaultsOf(logOptions), journal }),
    onCanvas(clean, 'fieldlog-clean', 390, 120, [[label], [rejected], [unknown]], {
      ...cleanDefaults,
      name: 'three columns',
      formats: [format],
    }),
    onCanvas(label, 'fieldlog-label', 560, 120, [[good], [bad]], {
      ...labelDefaults,
      name: 'too dry?',
      predicates: [dryRule],
    }),
    onCanvas(good, 'fieldlog-mqtt-out', 720, 120, [], { ...published, name: 'good' }),
    onCanvas(bad, 'fieldlog-mqtt-out', 720, 180, [], { ...published, name: 'bad' }),
    onCanvas(rejected, 'fieldlog-mqtt-out', 580, 240, [], { ...published, name: 'rejected' }),
    onCanvas(unknown, 'debug', 580, 300, [], shown('unknown', 'payload')),
    portNode(port, {
      name: 'Arduino',
      path: '/dev/ttyACM0',
      sourceName: 'arduino',
      baudRate: 9600,
      silentAfter: 300,
    }),
    journalNode(journal, 'arduino-journal'),
    formatNode(format, greenhouse, '21.4,48,612'),
    broker,
  ]
}

const tabInfo =
  'An Arduino prints a line of values with commas between them, which is logged, decoded, judged and published.\n\n' +
  'What its sketch does:\n\n' +
  '    Serial.print(temp); Serial.print(",");\n' +
  '    Serial.print(humi); Serial.print(",");\n' +
  '    Serial.println(analogRead(A0));\n\n' +
  'The lines are in a journal of their own, arduino-journal in the user directory.'

function comments(): FlowNode[] {
  return [
    comment(
      onCanvas,
      id(0x402),
      150,
      40,
      '1 · Your port and its speed',
      'Double-click the first node, then the pencil. An Arduino is /dev/ttyACM0 or /dev/ttyUSB0; the speed is that of Serial.begin().',
    ),
    comment(
      onCanvas,
      id(0x403),
      400,
      40,
      '2 · Your columns',
      'Double-click the clean node, then the pencil of the format: name the columns in their order, with their units. A line with more or ' +
        'fewer of them is unknown, one whose values are no numbers is rejected; both stay in the log.',
    ),
    comment(
      onCanvas,
      id(0x404),
      640,
      40,
      '3 · Your rule, and the broker',
      'bad when soil is below 300. The topic is fieldlog/{gateway}/{verdict}/greenhouse/arduino. The broker is FIELDLOG_MQTT, or enter ' +
        'yours: double-click good, then the pencil.',
    ),
  ]
}
