// The example of a smart meter with a P1 port (DSMR): a telegram is many lines that make one event.
import { p1 } from '../../lib/formats/library/meters.ts'
import { defaultsOf } from '../../lib/options/options.ts'
import type { PredicateRow } from '../../lib/predicates/model/row.ts'
import { cleanDefaults } from '../../nodes/clean/options.ts'
import { labelDefaults } from '../../nodes/label/options.ts'
import { logOptions } from '../../nodes/log/settings.ts'
import { mqttOutOptions } from '../../nodes/mqtt-out/options.ts'
import { serialInOptions } from '../../nodes/serial-in/options.ts'
import { comment, formatNode, journalNode, portNode, shown, tabNode } from './lines.ts'
import { broker, canvas, type FlowNode, id } from './parts.ts'

const tab = id(0x501)
const port = id(0x510)
const journal = id(0x511)
const format = id(0x512)
const serialIn = id(0x520)
const log = id(0x521)
const clean = id(0x522)
const label = id(0x523)
const good = id(0x524)
const bad = id(0x525)
const rejected = id(0x526)

const onCanvas = canvas(tab)

/** EN 50160: 230 V and at most 10 % more. */
const voltageRule: Partial<PredicateRow> = {
  name: 'voltage too high',
  types: [p1.type],
  says: 'bad',
  operator: 'or',
  conditions: ['v1', 'v2', 'v3'].map((field) => ({ field, operator: 'is above', values: [253] })),
}

export function smartMeterFlow(): FlowNode[] {
  const published = { ...defaultsOf(mqttOutOptions), broker: broker.id }
  return [
    tabNode(tab, 'Smart meter, P1', tabInfo),
    ...comments(),
    onCanvas(serialIn, 'fieldlog-serial-in', 100, 120, [[log], [], []], {
      ...defaultsOf(serialInOptions),
      name: 'P1 port',
      port,
    }),
    onCanvas(log, 'fieldlog-log', 240, 120, [[clean], []], { ...defaultsOf(logOptions), journal }),
    onCanvas(clean, 'fieldlog-clean', 390, 120, [[label], [rejected], []], {
      ...cleanDefaults,
      name: 'telegrams',
      formats: [format],
    }),
    onCanvas(label, 'fieldlog-label', 560, 120, [[good], [bad]], {
      ...labelDefaults,
      name: 'voltage right?',
      predicates: [voltageRule],
    }),
    onCanvas(good, 'fieldlog-mqtt-out', 730, 120, [], { ...published, name: 'good' }),
    onCanvas(bad, 'fieldlog-mqtt-out', 730, 180, [], { ...published, name: 'bad' }),
    onCanvas(rejected, 'debug', 570, 240, [], shown('rejected', 'event.reasons')),
    portNode(port, {
      name: 'P1 port',
      path: '/dev/ttyUSB0',
      sourceName: 'p1',
      baudRate: 115200,
      silentAfter: 60,
    }),
    journalNode(journal, 'p1-journal'),
    formatNode(format, p1),
    broker,
  ]
}

const tabInfo =
  'A smart meter of the Netherlands, Belgium or Luxembourg sends a telegram of many lines by its P1 port, each second or each ten ' +
  'seconds. The lines are logged as they come; a telegram whose CRC is right becomes one event with energy, power, voltages, gas and ' +
  'water.\n\nThe lines are in a journal of their own, p1-journal in the user directory.'

function comments(): FlowNode[] {
  return [
    comment(
      onCanvas,
      id(0x502),
      150,
      40,
      '1 · A P1 cable with USB',
      'Double-click the first node, then the pencil, to choose the port. DSMR 4 and later: 115,200 bits a second, 8N1, as it is set. ' +
        'DSMR 2 and 3: 9,600 bits a second, 7 data bits, even parity.',
    ),
    comment(
      onCanvas,
      id(0x503),
      400,
      40,
      '2 · A telegram is one event',
      'From the line that begins with / to the line that begins with !, by the format P1 of the library. One with a wrong CRC is rejected.',
    ),
    comment(
      onCanvas,
      id(0x504),
      650,
      40,
      '3 · Judge it and publish it',
      'bad when v1, v2 or v3 is above 253 V. The topic is fieldlog/{gateway}/{verdict}/p1/{device}; the device is the source and the ' +
        'serial number of the meter, or its name in a devices node.',
    ),
  ]
}
