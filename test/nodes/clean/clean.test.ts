import assert from 'node:assert/strict'
import type { EventMessage, FieldlogEvent } from '../../../lib/event.ts'
import { jeelinkFormats } from '../../../lib/formats/library/jeelink.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import clean from '../../../nodes/clean/clean.ts'
import format from '../../../nodes/format/format.ts'
import helper, { nodeRedName } from '../helper.ts'

const received = 1353196800062

const pump: FormatDefinition = {
  type: 'pump',
  takes: { source: 'pump*' },
  decoder: { kind: 'json' },
  fields: [
    { name: 'rpm', type: 'integer' },
    { name: 'at', type: 'time', hidden: true },
  ],
  time: 'at',
}

const formats = [...jeelinkFormats, pump].map((definition) => ({
  id: definition.type,
  type: 'fieldlog-format',
  definition,
}))

const outputs = ['clean', 'rejected', 'unknown']

const flow = [
  { id: 'tab', type: 'tab' },
  ...outputs.map((id) => ({ id: `to-${id}`, type: 'helper', z: 'tab' })),
  ...formats,
]

function cleanNode(rest: object = {}): object {
  return { id: 'node', type: 'fieldlog-clean', z: 'tab', wires: outputs.map((id) => [`to-${id}`]), ...rest }
}

function event(rest: Partial<FieldlogEvent> = {}): FieldlogEvent {
  const given = {
    id: 'k3x9a7qd-7',
    seq: 7,
    received,
    time: received,
    source: 'ttyUSB0',
    raw: 'raw',
    replayed: false,
  }
  return { ...given, ...rest }
}

function message(payload: unknown, rest: Partial<FieldlogEvent> = {}): EventMessage {
  return { _msgid: 'm1', payload, topic: 'ttyUSB0', event: event(rest), extra: { kept: true } }
}

/** Sends a message to the node; resolves with the output that something came out of, and what. */
function sent(msg: EventMessage): Promise<[output: string, msg: EventMessage]> {
  return new Promise((resolve) => {
    for (const id of outputs) {
      helper.getNode(`to-${id}`).on('input', (out) => resolve([id, out as unknown as EventMessage]))
    }
    helper.getNode('node').receive(msg)
  })
}

interface Status {
  fill: string
  shape: string
  text: string
}

function statuses(): Status[] {
  return (helper.getNode('node').status as unknown as { args: [Status][] }).args.map(([status]) => status)
}

/** Resolves when the node shows this text. */
function shown(text: string): Promise<void> {
  return new Promise((resolve) => {
    const node = helper.getNode('node')
    const look = () => {
      if (statuses().at(-1)?.text !== text) return
      node.removeListener('call:status', look)
      resolve()
    }
    node.on('call:status', look)
    look()
  })
}

describe(`nodes: clean (${nodeRedName})`, () => {
  const load = (rest: object = {}) => helper.load([format, clean], [cleanNode(rest), ...flow])

  before((done) => {
    helper.startServer(done)
  })
  afterEach(() => helper.unload())
  after((done) => {
    helper.stopServer(done)
  })

  it('sends a decoded line out of the first output', async () => {
    await load()
    const [output, msg] = await sent(message('OK 12 1 118 182 0'))
    const data = { light: 0, moved: 0, humi: 59, temp: 18.2, lobat: 0 }
    assert.equal(output, 'clean')
    assert.deepEqual(msg.payload, data)
    assert.equal(msg.topic, 'room/ttyUSB0-12')
    assert.deepEqual(msg.event, event({ type: 'room', key: '12', device: 'ttyUSB0-12', data }))
    assert.deepEqual(msg.extra, { kept: true })
  })

  it('takes the id and the time of a structured event', async () => {
    await load()
    const payload = { eventId: 7, data: { rpm: 1400, at: '2012-11-17T23:59:59.5Z' } }
    const [output, msg] = await sent(message(payload, { source: 'pump1' }))
    const rest = {
      source: 'pump1',
      type: 'pump',
      eventId: 7,
      data: { rpm: 1400 },
      time: 1353196799500,
      device: 'pump1',
    }
    assert.equal(output, 'clean')
    assert.deepEqual(msg.event, event(rest))
    assert.equal(msg.topic, 'pump/pump1')
  })

  it('sends a line that a format takes and cannot decode out of the second', async () => {
    await load()
    const [output, msg] = await sent(message('OK 12 1 118'))
    const reasons = ['decode: packet: found 2 bytes, expected 4']
    assert.equal(output, 'rejected')
    assert.equal(msg.payload, 'OK 12 1 118')
    assert.equal(msg.topic, 'room/ttyUSB0')
    assert.deepEqual(msg.event, event({ type: 'room', device: 'ttyUSB0', verdict: 'rejected', reasons }))
  })

  it('sends a line that no format takes out of the third, as it came', async () => {
    await load()
    const [output, msg] = await sent(message(Buffer.from([0xff, 0])))
    assert.equal(output, 'unknown')
    assert.deepEqual(msg, message(Buffer.from([0xff, 0])))
  })

  it('sends a message for each event of a line, numbered behind the id', async () => {
    const list: FormatDefinition = {
      type: 'list',
      decoder: { kind: 'json', each: 'readings' },
      fields: [
        { name: 'v', type: 'number' },
        { name: 'node', type: 'string', hidden: true },
      ],
      key: ['node'],
      drop: { unchanged: 60 },
    }
    const node = { id: 'list', type: 'fieldlog-format', definition: list }
    await helper.load([format, clean], [cleanNode({ id: 'other', formats: ['list'] }), ...flow, node])
    const messages: EventMessage[] = []
    const all = new Promise<void>((resolve) => {
      helper.getNode('to-clean').on('input', (out) => {
        messages.push(out as unknown as EventMessage)
        if (messages.length === 3) resolve()
      })
    })
    const readings = (...values: number[]) => ({ readings: values.map((v, i) => ({ v, node: `n${i}` })) })
    helper.getNode('other').receive(message(readings(1, 2)))
    // the first of these two is unchanged: what is left keeps its number
    helper.getNode('other').receive(message(readings(1, 5), { id: 'k3x9a7qd-8', seq: 8 }))
    await all
    assert.deepEqual(
      messages.map(({ event, payload }) => [event.id, event.key, payload]),
      [
        ['k3x9a7qd-7.1', 'n0', { v: 1 }],
        ['k3x9a7qd-7.2', 'n1', { v: 2 }],
        ['k3x9a7qd-8.2', 'n1', { v: 5 }],
      ],
    )
  })

  it('takes the format that fits best, where it shall', async () => {
    const any = {
      id: 'any',
      type: 'fieldlog-format',
      definition: { ...pump, type: 'any', takes: {}, time: undefined },
    }
    const nodes = [cleanNode({ formats: ['any', 'pump'], match: 'best' }), ...flow, any]
    await helper.load([format, clean], nodes)
    const [, msg] = await sent(message({ rpm: 5, at: 1353196799 }, { source: 'pump1' }))
    assert.equal(msg.event.type, 'pump')
  })

  it('uses the formats that it is given', async () => {
    await load({ formats: ['homepower', 'pump'] })
    assert.equal((await sent(message('OK 12 1 118 182 0')))[0], 'unknown')
    await shown('clean 0 · rejected 0 · unknown 1')
  })

  it('shows what it counted, at once and then at most twice a second', async () => {
    await load()
    await shown('clean 0 · rejected 0 · unknown 0')
    const node = helper.getNode('node')
    const lines = [...new Array(12).fill('OK 12 1 118 182 0'), 'OK 12', ...new Array(5).fill('? 1 2')]
    for (const line of lines) node.receive(message(line))
    await shown('clean 12 · rejected 1 · unknown 5')
    assert.ok(statuses().length < lines.length)
    assert.deepEqual([statuses().at(-1)?.fill, statuses().at(-1)?.shape], ['green', 'dot'])
  })

  it('says when formats are missing', async () => {
    await load({ formats: ['room', 'gone'] })
    await shown('clean 0 · rejected 0 · unknown 0 · formats missing')
  })

  it('says when there are none, and counts on', async () => {
    await helper.load(clean, [cleanNode(), ...flow.filter(({ type }) => type !== 'fieldlog-format')])
    await shown('no formats')
    assert.equal((await sent(message('OK 12 1 118 182 0')))[0], 'unknown')
  })

  it('takes changed formats at a deploy that leaves it alone', async () => {
    await load()
    const changed = formats.map((node) =>
      node.id === 'room' ? { ...node, definition: { ...node.definition, type: 'chamber' } } : node,
    )
    const rest = flow.filter(({ type }) => type !== 'fieldlog-format')
    await shown('clean 0 · rejected 0 · unknown 0')
    const before = helper.getNode('node')
    const started = new Promise((resolve) => helper._events.once('flows:started', resolve))
    await helper.setFlows([cleanNode(), ...rest, ...changed], 'nodes')
    await started
    assert.equal(helper.getNode('node'), before)
    const [, msg] = await sent(message('OK 12 1 118 182 0'))
    assert.equal(msg.event.type, 'chamber')
  })

  it('refuses a message without an event', async () => {
    await load()
    const refused = new Promise((resolve) => {
      helper.getNode('node').on('call:error', (call: { firstArg: unknown }) => resolve(String(call.firstArg)))
    })
    helper.getNode('node').receive({ payload: 'OK 12 1 118 182 0' })
    assert.equal(
      await refused,
      'Error: clean: the message carries no event: wire this node behind a log node',
    )
  })

  it('goes on with the first format that fits where its choice is none, and says so', async () => {
    await load({ match: 'last' })
    const [output] = await sent(message('OK 12 1 118 182 0'))
    assert.equal(output, 'clean')
    const texts = helper.log().args.map(([entry]) => String(entry.msg))
    assert.ok(
      texts.includes('clean: match is "last": give one of first, best; until it is corrected first is used'),
      texts.join('\n'),
    )
  })
})
