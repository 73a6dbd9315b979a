import assert from 'node:assert/strict'
import type { Node, NodeAPI } from 'node-red'
import type { LinePort } from '../../../lib/serial/line-port.ts'
import port from '../../../nodes/port/port.ts'
import { drain, type PortNode } from '../../../nodes/port/registry.ts'
import serialIn from '../../../nodes/serial-in/serial-in.ts'
import { createPty, type Pty } from '../../support/programs/pty.ts'
import helper, { nodeRedName } from '../helper.ts'

interface LineMessage {
  payload: string | Buffer
  topic: string
  source: string
  received: number
  notice?: unknown
  framed?: unknown
}

/** A node whose close takes as long as a test wants: so long does a deploy take that replaces it. */
let closing: () => Promise<void> = async () => undefined
function slowNode(RED: NodeAPI): void {
  RED.nodes.registerType('slow', function (this: Node, config) {
    RED.nodes.createNode(this, config)
    this.on('close', (done: () => void) => {
      closing().then(done, done)
    })
  })
}

const onTab = { z: 'tab', x: 100, y: 100 }

/** Two ends of one port: the device that the flow reads, and the lines that arrive. */
function flow(path: string, options: object = {}) {
  return [
    { id: 'tab', type: 'tab' },
    { id: 'port', type: 'fieldlog-port', path, baudRate: '57600', ...options },
    { id: 'in', type: 'fieldlog-serial-in', ...onTab, port: 'port', wires: [['out']] },
    { id: 'out', type: 'helper', ...onTab },
    { id: 'other', type: 'slow', name: 'first', ...onTab, wires: [] },
  ]
}

async function load(nodes: object[]): Promise<void> {
  closing = async () => undefined
  await helper.load([port, serialIn, slowNode], nodes)
}

/** Loads the flow, and waits for the device: opening one discards what came before. */
async function loadAndOpen(nodes: object[]): Promise<void> {
  await load(nodes)
  await waitFor(() => linePort().state.state === 'open')
}

/** Removes the port, so that the next test meets a new one. */
async function unload(): Promise<void> {
  closing = async () => undefined
  await helper.setFlows([{ id: 'tab', type: 'tab' }], 'full')
  await helper.unload()
}

/** Collects what a node gets; `until` waits for so many messages. */
function arrivals(id = 'out') {
  const messages: LineMessage[] = []
  let arrived: () => void = () => undefined
  helper.getNode(id).on('input', (message) => {
    messages.push(message as unknown as LineMessage)
    arrived()
  })
  return {
    messages,
    payloads: () => messages.map((message) => message.payload),
    async until(count: number): Promise<LineMessage[]> {
      while (messages.length < count) {
        await new Promise<void>((resolve) => {
          arrived = resolve
        })
      }
      return messages
    },
  }
}

const linePort = (): LinePort => (helper.getNode('port') as unknown as PortNode).port

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => setImmediate(resolve))
}

/** The texts of the log of one level. */
function logged(level: 'WARN' | 'ERROR'): string[] {
  const levels = helper.log() as unknown as Record<string, number>
  return helper
    .log()
    .args.filter(([{ level: at, type }]) => at === levels[level] && type?.startsWith('fieldlog-'))
    .map(([entry]) => String(entry.msg))
}

/** Resolves with the status that a node shows next and that passes. */
function statusOf(
  id: string,
  wanted: (text: string) => boolean,
): Promise<{ fill: string; shape: string; text: string }> {
  return new Promise((resolve) => {
    helper
      .getNode(id)
      .on('call:status', (call: { firstArg: { fill: string; shape: string; text: string } }) => {
        // a node that closes clears its status
        if (wanted(call.firstArg.text ?? '')) resolve(call.firstArg)
      })
  })
}

describe(`fieldlog-serial-in (${nodeRedName})`, () => {
  let pty: Pty
  before((done) => {
    helper.startServer(done)
  })
  after((done) => {
    helper.stopServer(done)
  })
  beforeEach(async () => {
    pty = await createPty()
  })
  afterEach(async () => {
    await unload()
    await pty.close()
  })

  it('sends each line with its source and the time it came', async () => {
    await loadAndOpen(flow(pty.path))
    const { until } = arrivals()
    const status = statusOf('in', (text) => text === 'connected, 3 lines')
    const before = Date.now()
    await pty.write(Buffer.from('OK 12 1 118 182 0\r\n22 °C\nhalf\xff\n', 'latin1'))
    const [first, second, third] = await until(3)
    const { payload, topic, source, received } = first!
    assert.deepEqual(
      { payload, topic, source },
      { payload: 'OK 12 1 118 182 0', topic: 'tty', source: 'tty' },
    )
    assert.ok(Number.isInteger(received) && received >= before && received <= Date.now())
    assert.deepEqual(second!.payload, Buffer.from('22 \xb0C', 'latin1'))
    assert.deepEqual(third!.payload, Buffer.from('half\xff', 'latin1'))
    assert.deepEqual(await status, { fill: 'green', shape: 'dot', text: 'connected, 3 lines' })
  })

  it('shares one open port with other nodes', async () => {
    const second = { id: 'in2', type: 'fieldlog-serial-in', ...onTab, port: 'port', wires: [['out2']] }
    await loadAndOpen([...flow(pty.path), second, { id: 'out2', type: 'helper', ...onTab }])
    const [one, two] = [arrivals('out'), arrivals('out2')]
    await pty.write('shared\n')
    await Promise.all([one.until(1), two.until(1)])
    assert.deepEqual([one.payloads(), two.payloads()], [['shared'], ['shared']])
    assert.notEqual(one.messages[0], two.messages[0])
  })

  it('reads the demo collector where no path is set', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED fills it in, with nothing
    await load(flow('${FIELDLOG_NO_SUCH_VARIABLE}', { baudRate: '' }))
    const [message] = await arrivals().until(1)
    assert.deepEqual([message!.source, message!.payload], ['demo', '[RF12demo.12] _ i31* g5 @ 868 MHz c1 q1'])
  })

  it('gives a long line in pieces, the first with a notice for the journal', async () => {
    await loadAndOpen(flow(pty.path, { maxLine: 16 }))
    const { until } = arrivals()
    await pty.write(`${'x'.repeat(20)}\nshort\n`)
    const messages = await until(3)
    assert.deepEqual(
      messages.map(({ payload, notice }) => [payload, notice]),
      [
        ['x'.repeat(16), { kind: 'long-line', bytes: 16, piece: 1, source: 'tty' }],
        ['xxxx', undefined],
        ['short', undefined],
      ],
    )
    assert.deepEqual(logged('WARN'), [
      'a line from tty is over 16 bytes: it is given out in pieces of that size. It has no line end: ' +
        'set frames to a pause, a fixed length or a delimiter, or the longest line higher',
    ])
  })

  it('gives frames of another kind as they are, a Buffer where they are no text', async () => {
    const options = { framing: 'length', frameSync: '\\x42\\x4d', lengthSize: '2' }
    await loadAndOpen(flow(pty.path, options))
    const { until } = arrivals()
    const frame = (...content: number[]) => Buffer.from([0x42, 0x4d, 0, content.length, ...content])
    const frames = [frame(0x0d, 0x0a), frame(0xff, 0x0a), frame(0x41, 0x42)]
    await pty.write(Buffer.concat([frame(0), ...frames, Buffer.from('noise'), frame(1)]))
    // the first one may be marked: so soon after the opening it may be the rest of a frame
    const messages = (await until(6)).slice(1)
    assert.deepEqual(
      messages.map(({ payload, framed }) => [payload, framed]),
      [
        ['BM\0\x02\r\n', {}],
        [frames[1], {}],
        ['BM\0\x02AB', {}],
        ['noise', { cut: 'stray' }],
        ['BM\0\x01\x01', {}],
      ],
    )
  })

  it('marks the first line of a stream that runs already, and finds lines that end in CR', async () => {
    await loadAndOpen(flow(pty.path))
    const { until } = arrivals()
    const status = statusOf('in', (text) => text === 'connected, 3 lines that end in CR')
    await pty.write('.50C\r 21.60C\r 21.70C\r')
    const messages = await until(3)
    assert.deepEqual(
      messages.map(({ payload, framed }) => [payload, framed]),
      [
        ['.50C', { cut: 'start' }],
        [' 21.60C', undefined],
        [' 21.70C', undefined],
      ],
    )
    await status
  })

  it('gives empty lines only when it is asked to', async () => {
    await loadAndOpen(flow(pty.path, { logEmptyLines: true }))
    const { until, payloads } = arrivals()
    await pty.write('\r\na\n')
    await until(2)
    assert.deepEqual(payloads(), ['', 'a'])
  })

  it('keeps every line in order, as fast as the pty takes them', async () => {
    await loadAndOpen(flow(pty.path))
    const { until, payloads } = arrivals()
    const lines = Array.from({ length: 20_000 }, (_, i) => `OK 9 ${i} 11 67 235 163 65 28 235 141 166 77 40`)
    for (let i = 0; i < lines.length; i += 500) await pty.write(`${lines.slice(i, i + 500).join('\r\n')}\r\n`)
    await until(lines.length)
    assert.deepEqual(payloads(), lines)
  })

  it('waits for a device, connects when it is there, and again after it was unplugged', async () => {
    await pty.cut()
    await load(flow(pty.path))
    const { until, payloads } = arrivals()
    const red = await statusOf('in', (text) => text.includes('trying again'))
    assert.match(red.text, /^does not exist, trying again in \d s$/)
    assert.deepEqual([red.fill, red.shape], ['red', 'ring'])
    const warning = `${pty.path} does not exist: is the collector plugged in? Trying again by itself.`
    assert.deepEqual(logged('WARN'), [warning])
    await pty.create()
    await waitFor(() => linePort().state.state === 'open')
    await pty.write('there\nhal')
    await until(1)
    const gone = statusOf('in', (text) => text.startsWith('has gone'))
    await pty.cut()
    await gone
    await pty.create()
    await waitFor(() => linePort().state.state === 'open')
    await pty.write('new\n')
    const messages = await until(3)
    assert.deepEqual(payloads(), ['there', 'hal', 'new'])
    assert.deepEqual(messages[1]?.framed, { cut: 'end' })
    assert.equal(linePort().counts.cutOff, 3)
  })

  it('says on its second output that the device is silent, once in the log, and in yellow', async () => {
    const nodes: Array<Record<string, unknown>> = flow(pty.path, { silentAfter: 1, sourceName: 'roof' })
    nodes[2]!.wires = [['out'], ['status']]
    await loadAndOpen([...nodes, { id: 'status', type: 'helper', ...onTab }])
    const yellow = statusOf('in', (text) => text.startsWith('no byte for'))
    const { messages, until } = arrivals('status')
    await until(2)
    assert.deepEqual(
      messages.map(({ topic, payload }) => ({ topic, payload })),
      [1, 2].map((seconds) => ({ topic: 'silent', payload: { source: 'roof', seconds } })),
    )
    const { fill, shape, text } = await yellow
    assert.deepEqual([fill, shape], ['yellow', 'dot'])
    assert.match(text, /^no byte for [12] s \(0 lines\)$/)
    const lines = arrivals()
    await pty.write('back\n')
    assert.equal((await lines.until(1))[0]?.source, 'roof')
    assert.deepEqual(logged('WARN'), [
      'no byte came from roof for 1 s: is the device switched on and connected?',
    ])
  })

  it('goes on in a flow of before, that has one output', async () => {
    await loadAndOpen(flow(pty.path, { silentAfter: 1 }))
    await statusOf('in', (text) => text.startsWith('no byte for'))
    const lines = arrivals()
    await pty.write('back\n')
    await lines.until(1)
    assert.deepEqual(lines.payloads(), ['back'])
  })

  it('says what is missing where it has no port, or one with wrong settings', async () => {
    const nodes = [
      { id: 'tab', type: 'tab' },
      { id: 'wrong', type: 'fieldlog-port', path: 'USB0' },
      { id: 'none', type: 'fieldlog-serial-in', ...onTab, port: '', wires: [[]] },
      { id: 'in', type: 'fieldlog-serial-in', ...onTab, port: 'wrong', wires: [[]] },
    ]
    await load(nodes)
    const status = helper.getNode('none').status as unknown as {
      getCalls(): Array<{ thisValue: Node; firstArg: { text: string } }>
    }
    const shown = status.getCalls().map(({ thisValue, firstArg }) => `${thisValue.id}: ${firstArg.text}`)
    assert.deepEqual(shown.sort(), ["in: the port's settings are wrong", 'none: no port'])
    assert.deepEqual(logged('ERROR').sort(), [
      'port: "USB0" is not a device path: write it in full, as in /dev/ttyUSB0. Correct it in the port\'s settings.',
      'serial in: no port to read from. Choose or add one in the panel.',
    ])
  })
})

describe(`fieldlog-serial-in and deploys (${nodeRedName})`, () => {
  let pty: Pty
  before((done) => {
    helper.startServer(done)
  })
  after((done) => {
    helper.stopServer(done)
  })
  beforeEach(async () => {
    pty = await createPty()
  })
  afterEach(async () => {
    await unload()
    await pty.close()
  })

  it('opens its port only when the flows have started', async () => {
    const states: string[] = []
    const note = () => states.push(linePort().state.state)
    helper._events.once('flows:starting', () => helper._events.prependOnceListener('flows:started', note))
    await loadAndOpen(flow(pty.path))
    await waitFor(() => linePort().state.state === 'open')
    assert.deepEqual(states, ['closed'])
  })

  it('holds lines while other nodes are replaced, and sends them afterwards', async () => {
    await loadAndOpen(flow(pty.path))
    const { until, payloads } = arrivals()
    await pty.write('one\n')
    await until(1)
    closing = async () => {
      await pty.write('two\nthree\n')
      await waitFor(() => linePort().waiting === 2)
    }
    const nodes = flow(pty.path)
    Object.assign(nodes[4]!, { name: 'second' })
    await helper.setFlows(nodes, 'nodes')
    await pty.write('four\n')
    await until(4)
    assert.deepEqual(payloads(), ['one', 'two', 'three', 'four'])
  })

  it('keeps the connection over a full deploy of the same port', async () => {
    await loadAndOpen(flow(pty.path))
    await pty.write('first\nbegun ')
    await arrivals().until(1)
    const before = linePort()
    closing = async () => {
      await pty.write('and ended\nin the deploy\n')
      await waitFor(() => before.waiting === 2)
    }
    await helper.setFlows(flow(pty.path), 'full')
    const { until, payloads } = arrivals()
    await pty.write('last\n')
    await until(3)
    assert.equal(linePort(), before)
    assert.deepEqual(payloads(), ['begun and ended', 'in the deploy', 'last'])
  })

  it('reads from another device after its path was changed', async () => {
    const other = await createPty()
    await loadAndOpen(flow(pty.path))
    await pty.write('old\npart')
    await arrivals().until(1)
    await helper.setFlows(flow(other.path), 'full')
    const { until, payloads } = arrivals()
    await waitFor(() => linePort().counts.cutOff === 4 && linePort().state.state === 'open')
    await other.write('new\n')
    await until(1)
    assert.deepEqual(payloads(), ['new'])
    await other.close()
  })

  it('closes a port that a deploy removes', async () => {
    await loadAndOpen(flow(pty.path))
    await waitFor(() => linePort().state.state === 'open')
    const removed = linePort()
    await helper.setFlows([{ id: 'tab', type: 'tab' }], 'full')
    assert.equal(removed.state.state, 'closed')
  })

  it('drains: every complete line that was read is through the wires, and nothing more is read', async () => {
    await loadAndOpen(flow(pty.path))
    const { until, messages, payloads } = arrivals()
    const writing = (async () => {
      for (let i = 0; i < 40; i++) {
        const from = i * 500
        await pty.write(`${Array.from({ length: 500 }, (_, k) => from + k).join('\n')}\n`)
      }
    })()
    await until(300)
    assert.equal(await drain(), 0)
    const { lines } = linePort().counts
    assert.ok(lines >= 300)
    assert.deepEqual(
      payloads(),
      Array.from({ length: lines }, (_, i) => String(i)),
    )
    await helper.setFlows(flow(pty.path), 'full')
    assert.equal(messages.length, lines)
    await pty.cut()
    await writing.catch(() => undefined)
  })
})
