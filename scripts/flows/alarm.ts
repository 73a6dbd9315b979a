// The example of an alarm: one message when a device goes bad, and one when it is good again.
import { room } from '../../lib/formats/library/jeelink.ts'
import { defaultsOf } from '../../lib/options/options.ts'
import type { PredicateRow } from '../../lib/predicates/model/row.ts'
import { cleanDefaults } from '../../nodes/clean/options.ts'
import { labelDefaults } from '../../nodes/label/options.ts'
import { logOptions } from '../../nodes/log/settings.ts'
import { serialInOptions } from '../../nodes/serial-in/options.ts'
import { comment, formatNode, journalNode, portNode, shown, tabNode } from './lines.ts'
import { canvas, type FlowNode, id } from './parts.ts'

const tab = id(0x601)
const port = id(0x610)
const journal = id(0x611)
const format = id(0x612)
const serialIn = id(0x620)
const log = id(0x621)
const clean = id(0x622)
const label = id(0x623)
const changes = id(0x624)
const alarm = id(0x625)
const normal = id(0x626)

const onCanvas = canvas(tab)

const alarmRoom = {
  ...room,
  type: 'alarm-room',
  name: 'Room nodes of the alarm example',
  // beside the default flow, whose clean node takes all formats, this one takes no line of another port
  takes: { ...room.takes, source: 'alarm' },
}

const hotRule: Partial<PredicateRow> = {
  name: 'too hot',
  types: [alarmRoom.type],
  says: 'bad',
  field: 'temp',
  operator: 'is above',
  values: [40],
}

/** Of the function node. A late reading tells of an earlier time, and changes nothing about now. */
const onlyChanges = `const { verdict, device, reasons, late, time } = msg.event
if (late) return null

const badSince = context.get('badSince') ?? {}
const since = badSince[msg.topic]
if (verdict === 'bad' && since === undefined) {
  badSince[msg.topic] = time
  msg.payload = device + ' is bad: ' + reasons.join('; ')
} else if (verdict === 'good' && since !== undefined) {
  delete badSince[msg.topic]
  const seconds = Math.round((time - since) / 1000)
  msg.payload = device + ' is back to normal after ' + seconds + ' s'
} else {
  return null
}
context.set('badSince', badSince)
return verdict === 'bad' ? [msg, null] : [null, msg]
`

/** It needs no device: in the demo a sensor stands in the sun now and then. */
export function alarmFlow(): FlowNode[] {
  return [
    tabNode(tab, 'Alarm', tabInfo),
    ...comments(),
    onCanvas(serialIn, 'fieldlog-serial-in', 100, 120, [[log], [], []], {
      ...defaultsOf(serialInOptions),
      name: 'lines',
      port,
    }),
    onCanvas(log, 'fieldlog-log', 240, 120, [[clean], []], { ...defaultsOf(logOptions), journal }),
    onCanvas(clean, 'fieldlog-clean', 380, 120, [[label], [], []], {
      ...cleanDefaults,
      name: 'decode',
      formats: [format],
    }),
    onCanvas(label, 'fieldlog-label', 530, 120, [[changes], [changes]], {
      ...labelDefaults,
      name: 'too hot?',
      formatRanges: false,
      predicates: [hotRule],
    }),
    onCanvas(changes, 'function', 520, 220, [[alarm], [normal]], {
      name: 'only changes',
      func: onlyChanges,
      outputs: 2,
      timeout: 0,
      noerr: 0,
      initialize: '',
      finalize: '',
      libs: [],
    }),
    onCanvas(alarm, 'debug', 720, 200, [], shown('alarm', 'payload')),
    onCanvas(normal, 'debug', 740, 260, [], shown('back to normal', 'payload')),
    portNode(port, { name: 'demo', path: 'demo:', sourceName: 'alarm' }),
    journalNode(journal, 'alarm-journal'),
    formatNode(format, alarmRoom, 'OK 12 1 118 182 0'),
  ]
}

const tabInfo =
  'One message when a device goes bad, and one when it is back to normal; nothing in between. It runs without a device: the demo ' +
  'collector has some sensor above 40 °C about every two minutes.\n\n' +
  'The lines are in a journal of their own, alarm-journal in the user directory.'

function comments(): FlowNode[] {
  return [
    comment(
      onCanvas,
      id(0x602),
      150,
      40,
      '1 · Log and decode',
      'Put your own port and format here, or take the label node and what is behind it into your flow.',
    ),
    comment(
      onCanvas,
      id(0x603),
      480,
      40,
      '2 · What is bad',
      'bad when temp is above 40. If one wrong reading shall not raise an alarm, let the rule want 2 of 3.',
    ),
    comment(
      onCanvas,
      id(0x604),
      240,
      220,
      '3 · Only what changes goes on',
      'The function remembers since when each device is bad. After a restart it has forgotten that, unless Node-RED keeps context in ' +
        'files: a device that is still bad is then told once more. That a device has fallen silent is told by the devices node.',
    ),
    comment(
      onCanvas,
      id(0x605),
      660,
      320,
      '4 · Tell somebody',
      'Put e-mail, Telegram, mqtt out or a lamp in the place of the debug nodes. msg.payload is a sentence, msg.event the reading.',
    ),
  ]
}
