// The example that writes readings to InfluxDB over HTTP, and waits while it is away.
import { room } from '../../lib/formats/library/jeelink.ts'
import { defaultsOf } from '../../lib/options/options.ts'
import { cleanDefaults } from '../../nodes/clean/options.ts'
import { logOptions } from '../../nodes/log/settings.ts'
import { serialInOptions } from '../../nodes/serial-in/options.ts'
import { comment, formatNode, journalNode, portNode, shown, tabNode } from './lines.ts'
import { canvas, type FlowNode, id } from './parts.ts'

const tab = id(0x701)
const port = id(0x710)
const journal = id(0x711)
const format = id(0x712)
const serialIn = id(0x720)
const log = id(0x721)
const clean = id(0x722)
const line = id(0x723)
const write = id(0x724)
const answer = id(0x725)
const wait = id(0x726)
const refused = id(0x727)
const failure = id(0x728)

const onCanvas = canvas(tab)

export function influxFlow(): FlowNode[] {
  return [
    tabNode(tab, 'InfluxDB', tabInfo),
    ...comments(),
    onCanvas(serialIn, 'fieldlog-serial-in', 90, 160, [[log], [], []], {
      ...defaultsOf(serialInOptions),
      name: 'lines',
      port,
    }),
    onCanvas(log, 'fieldlog-log', 240, 160, [[clean], []], {
      ...defaultsOf(logOptions),
      journal,
      // so many requests at a time; a reading may wait for a day until it counts as incomplete
      window: 20,
      timeLimit: 86_400,
    }),
    onCanvas(clean, 'fieldlog-clean', 390, 160, [[line], [], []], {
      ...cleanDefaults,
      name: 'decode',
      formats: [format],
    }),
    onCanvas(line, 'function', 580, 160, [[write]], {
      ...{ name: 'line protocol', func: code.join('\n'), outputs: 1, timeout: 0, noerr: 0 },
      ...{ initialize: '', finalize: '', libs: [] },
    }),
    onCanvas(write, 'http request', 100, 260, [[answer]], {
      ...{ name: 'write', method: 'POST', ret: 'txt', paytoqs: 'ignore', url, tls: '', persist: true },
      ...{ proxy: '', insecureHTTPParser: false, authType: '', senderr: false, headers: [] },
    }),
    onCanvas(answer, 'switch', 280, 260, [[], [refused], [wait]], {
      ...{ name: 'answer', property: 'statusCode', propertyType: 'msg' },
      rules: [{ t: 'eq', v: '204', vt: 'num' }, { t: 'eq', v: '400', vt: 'num' }, { t: 'else' }],
      ...{ checkall: 'false', repair: false, outputs: 3 },
    }),
    onCanvas(refused, 'debug', 490, 240, [], shown('refused', 'payload')),
    onCanvas(wait, 'delay', 490, 300, [[line]], {
      ...{ name: 'again in 5 s', pauseType: 'delay', timeout: '5', timeoutUnits: 'seconds' },
      ...{ rate: '1', nbRateUnits: '1', rateUnits: 'second', randomFirst: '1', randomLast: '5' },
      ...{ randomUnits: 'seconds', drop: false, allowrate: false, outputs: 1 },
    }),
    onCanvas(failure, 'catch', 100, 320, [], { name: 'not there', scope: [write], uncaught: false }),
    portNode(port, { name: 'demo', path: 'demo:', sourceName: 'influx' }),
    journalNode(journal, 'influx-journal'),
    // beside the default flow, whose clean node takes all formats, this one takes no line of another port
    formatNode(
      format,
      {
        ...room,
        type: 'influx-room',
        name: 'Room node, for the example influxdb',
        takes: { ...room.takes, source: 'influx' },
      },
      'OK 12 1 118 182 0',
    ),
  ]
}

const url = 'http://127.0.0.1:8086/write?db=fieldlog'

const code = [
  '// measurement,tags fields time. The seq in the last digits keeps two readings of one millisecond apart, and',
  '// makes a reading that is written again the same point.',
  'const { type, source, key, seq, time, data } = msg.event',
  "const name = (text) => String(text).replace(/[\\r\\n]/g, ' ').replace(/\\\\/g, '_').replace(/[,= ]/g, '\\\\$&')",
  "const tags = key === undefined ? '' : ',key=' + name(key)",
  'const fields = Object.entries(data).filter(([, value]) => value !== null && value !== undefined)',
  'const shown = (value) => (typeof value === "string" ? JSON.stringify(value) : value)',
  "const values = fields.map(([field, value]) => name(field) + '=' + shown(value)).join()",
  'if (values === "") return null',
  "msg.payload = name(type) + ',source=' + name(source) + tags + ' ' + values + ' ' + time",
  "    + String(seq % 1e6).padStart(6, '0')",
  "msg.headers = { 'content-type': 'text/plain; charset=utf-8' }",
  'return msg',
]

const tabInfo =
  'Each reading is a line of the line protocol, written to InfluxDB 1.x over HTTP. While InfluxDB is away no reading is lost and none comes twice.\n\n' +
  'A reading stays with its log node until the database has said 204: what is answered otherwise, or not at all, goes round by the delay node. ' +
  'Twenty are under way at a time (the window of the log node), all others wait on disk, in the journal. After a restart or a crash the log node sends ' +
  'again what was not done, and as time and tags are the same, InfluxDB keeps one point of it. What is promised: docs/delivery.md of the package.\n\n' +
  'The lines are in a journal of their own, influx-journal in the user directory.'

function comments(): FlowNode[] {
  return [
    comment(
      onCanvas,
      id(0x702),
      150,
      40,
      '1 · Your port and formats',
      'As it comes it takes room nodes from the demo collector. Choose your port in the first node, and your formats in the clean node.',
    ),
    comment(
      onCanvas,
      id(0x703),
      420,
      40,
      '2 · Your database',
      'The URL is in write. Make the database first: curl -XPOST "http://127.0.0.1:8086/query?q=CREATE+DATABASE+fieldlog". A login is entered in write, too.',
    ),
    comment(
      onCanvas,
      id(0x704),
      560,
      100,
      '3 · What it refuses',
      'A 400 is a line that InfluxDB never takes, such as a field of another type than before: it is shown, and not tried again. It is in the log all the same.',
    ),
  ]
}
