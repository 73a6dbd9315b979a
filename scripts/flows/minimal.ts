// The example to start from: a port, the log, formats, and a look at what comes out.
import { room } from '../../lib/formats/library/jeelink.ts'
import { defaultsOf } from '../../lib/options/options.ts'
import { cleanDefaults } from '../../nodes/clean/options.ts'
import { logOptions } from '../../nodes/log/settings.ts'
import { serialInOptions } from '../../nodes/serial-in/options.ts'
import { comment, formatNode, journalNode, portNode, shown, tabNode } from './lines.ts'
import { canvas, type FlowNode, id } from './parts.ts'

const tab = id(0x301)
const port = id(0x310)
const journal = id(0x311)
const format = id(0x312)
const serialIn = id(0x320)
const log = id(0x321)
const clean = id(0x322)
const readings = id(0x323)
const others = id(0x324)

const onCanvas = canvas(tab)

/** It needs no device and no broker: the demo collector speaks. */
export function minimalFlow(): FlowNode[] {
  return [
    tabNode(
      tab,
      'Minimal',
      'The smallest flow: each line of a port is logged, then decoded. It runs without a device, by the demo collector.\n\n' +
        'The lines are in a journal of their own, minimal-journal in the user directory.',
    ),
    comment(
      onCanvas,
      id(0x302),
      150,
      40,
      '1 · Choose your port here',
      'Double-click the first node, then the pencil: a device such as /dev/ttyUSB0, or tcp://host:port. demo: is a built-in collector, ' +
        'to try it without a device.',
    ),
    comment(
      onCanvas,
      id(0x303),
      450,
      40,
      '2 · Say what a line means',
      'The clean node lists the formats. Add one for your device: the panel proposes fields from the lines that no format takes.',
    ),
    comment(
      onCanvas,
      id(0x304),
      620,
      280,
      '3 · Go on from here',
      'Decoded readings are shown in the debug sidebar. Put label, store and fieldlog mqtt out behind clean when you need them.',
    ),
    onCanvas(serialIn, 'fieldlog-serial-in', 100, 120, [[log], [], []], {
      ...defaultsOf(serialInOptions),
      name: 'lines',
      port,
    }),
    onCanvas(log, 'fieldlog-log', 260, 120, [[clean], []], { ...defaultsOf(logOptions), journal }),
    onCanvas(clean, 'fieldlog-clean', 430, 120, [[readings], [others], [others]], {
      ...cleanDefaults,
      name: 'decode',
      formats: [format],
    }),
    onCanvas(readings, 'debug', 640, 120, [], shown('readings', 'payload')),
    onCanvas(others, 'debug', 650, 200, [], {
      ...shown('rejected, unknown', 'event.raw'),
      active: false,
    }),
    portNode(port, { name: 'demo', path: 'demo:', sourceName: 'minimal' }),
    journalNode(journal, 'minimal-journal'),
    // beside the default flow, whose clean node takes all formats, this one takes no line of another port
    formatNode(
      format,
      {
        ...room,
        type: 'minimal-room',
        name: 'Room nodes of the minimal example',
        takes: { ...room.takes, source: 'minimal' },
      },
      'OK 12 1 118 182 0',
    ),
  ]
}
