// The flow a user of Node-RED would make for the same job, of core nodes and node-red-node-serialport.

const lengths: Record<string, [number, number]> = {
  room: [4, 4],
  homepower: [12, 12],
  radioblip: [4, 66],
  smarelay: [14, 14],
}

/** Whether a line is a packet of one of the four formats of the JeeLink, as both flows publish them. */
export function isPacket(line: string): boolean {
  const words = line.split(' ')
  const type = typeOf(Number(words[1]) & 31)
  if (words[0] !== 'OK' || type === undefined) return false
  const [least, most] = lengths[type] as [number, number]
  return words.length - 2 >= least && words.length - 2 <= most
}

function typeOf(node: number): string | undefined {
  if ([2, 4, 5, 6, 10, 11, 12, 13, 23, 24].includes(node)) return 'room'
  return { 9: 'homepower', 3: 'radioblip', 15: 'smarelay' }[node]
}

/** The decoding as one writes it into a function node: it does what our clean and label do with these lines. */
const decode = `
msg.payload = msg.payload.trim()
const words = msg.payload.split(' ')
msg.verdict = 'unknown'
if (words[0] !== 'OK') return msg
const [header, ...b] = words.slice(1).map(Number)
const u16 = (at) => b[at] + 256 * b[at + 1]
const data = {}
let type, good = true
const node_ = header & 31
if ([2, 4, 5, 6, 10, 11, 12, 13, 23, 24].includes(node_) && b.length === 4) {
  type = 'room'
  const word = u16(2)
  data.light = Math.round(b[0] * 100 / 255)
  data.moved = b[1] & 1
  data.humi = b[1] >> 1
  data.temp = ((word & 1023) ^ 512) / 10 - 51.2
  data.lobat = (word >> 10) & 1
  good = data.humi <= 100 && Math.abs(data.temp) <= 50
} else if (node_ === 9 && b.length === 12) {
  type = 'homepower'
  for (const n of [1, 2, 3]) {
    const t = u16(n * 4 - 2)
    data['c' + n] = u16(n * 4 - 4) * 0.5 / 1000
    if (t > 0) data['p' + n] = Math.floor(18000000 / (t > 60000 ? 1000 * (t - 60000) : t)) / 10
    good = good && !(data['p' + n] > 1000)
  }
} else if (node_ === 3 && b.length >= 4) {
  type = 'radioblip'
  data.ping = u16(0) + 65536 * u16(2)
  data.age = Math.floor(data.ping / 1350)
  if (b.length >= 7) {
    data.vpre = (50 + b[5]) * 2 / 100
    if (b[4] & 128) data.vbatt = Math.floor((50 + b[5]) * b[6] / 255) * 2 / 100
    else data.vpost = (50 + b[6]) * 2 / 100
  }
} else if (node_ === 15 && b.length === 14) {
  type = 'smarelay'
  Object.assign(data, { yield: u16(0) / 1000, total: u16(2) / 1000, acw: u16(4), dcv1: u16(6) / 100, dcv2: u16(8) / 100 })
  if (data.acw > 0) Object.assign(data, { dcw1: u16(10), dcw2: u16(12) })
  good = data.acw <= 6000 && data.dcv1 <= 250 && data.dcv2 <= 250 && !(data.dcw1 > 4000) && !(data.dcw2 > 4000)
} else return msg
msg.verdict = good ? 'good' : 'bad'
msg.topic = 'fieldlog/bench/' + msg.verdict + '/' + type + '/tty'
msg.payload = { time: Date.now(), gateway: 'bench', source: 'tty', type, data, verdict: msg.verdict }
return msg
`

/** serial in → function → switch → file and mqtt out; unknown lines go to the file only, as in our log. */
export function peerFlow(device: string, brokerPort: number, file: string): object[] {
  // Node-RED takes a node without a place on the canvas for a configuration
  const place = { z: 'tab', x: 100, y: 100 }
  return [
    { id: 'tab', type: 'tab', label: 'core nodes' },
    {
      id: 'port',
      type: 'serial-port',
      serialport: device,
      serialbaud: '57600',
      databits: '8',
      parity: 'none',
      stopbits: '1',
      waitfor: '',
      newline: '\\n',
      bin: 'false',
      out: 'char',
      addchar: '',
    },
    {
      id: 'broker',
      type: 'mqtt-broker',
      broker: '127.0.0.1',
      port: String(brokerPort),
      protocolVersion: '5',
      keepalive: '60',
      cleansession: true,
      autoConnect: true,
    },
    { id: 'in', ...place, type: 'serial in', serial: 'port', wires: [['decode']] },
    { id: 'decode', ...place, type: 'function', func: decode, outputs: 1, wires: [['switch']] },
    {
      id: 'switch',
      ...place,
      type: 'switch',
      property: 'verdict',
      propertyType: 'msg',
      rules: [{ t: 'eq', v: 'good', vt: 'str' }, { t: 'eq', v: 'bad', vt: 'str' }, { t: 'else' }],
      checkall: 'false',
      outputs: 3,
      wires: [['out', 'file'], ['out', 'file'], ['file']],
    },
    {
      id: 'out',
      ...place,
      type: 'mqtt out',
      broker: 'broker',
      qos: '1',
      retain: 'false',
      topic: '',
      wires: [],
    },
    {
      id: 'file',
      ...place,
      type: 'file',
      filename: file,
      filenameType: 'str',
      appendNewline: true,
      overwriteFile: 'false',
      createDir: false,
      encoding: 'none',
      wires: [[]],
    },
  ]
}
