import assert from 'node:assert/strict'
import type { NodeAPI } from 'node-red'
import { deviceSource } from '../../../lib/devices/device-event.ts'
import type { EventMessage, FieldlogEvent } from '../../../lib/event.ts'
import { room } from '../../../lib/formats/library/jeelink.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import clean from '../../../nodes/clean/clean.ts'
import devices from '../../../nodes/devices/devices.ts'
import type { DevicesReport } from '../../../nodes/devices/endpoints.ts'
import { deviceHealth } from '../../../nodes/devices/registry.ts'
import format from '../../../nodes/format/format.ts'
import helper, { nodeRedName } from '../helper.ts'

/** of Node-RED's log */
const errorLevel = 20
const received = 1353196800062
const outputs = ['clean', 'rejected', 'unknown']

/** a catch-all, which must not take what the gateway logs about devices */
const any: FormatDefinition = {
  type: 'any',
  decoder: { kind: 'json' },
  fields: [
    { name: 'device', type: 'string' },
    { name: 'temp', type: 'number', max: 50, range: 'reject' },
    { name: 'node', type: 'integer', hidden: true },
  ],
  key: ['node'],
}

const kitchen = { source: 'tty*', type: 'room', key: '12', name: 'kitchen', place: 'north', interval: '' }

function flow(...rows: object[]): object[] {
  return [
    { id: 'tab', type: 'tab' },
    ...outputs.map((id) => ({ id: `to-${id}`, type: 'helper', z: 'tab' })),
    ...[any, room].map((definition) => ({ id: definition.type, type: 'fieldlog-format', definition })),
    { id: 'node', type: 'fieldlog-clean', z: 'tab', wires: outputs.map((id) => [`to-${id}`]) },
    { id: 'names', type: 'fieldlog-devices', devices: rows },
  ]
}

let seq = 0

function message(payload: unknown, rest: Partial<FieldlogEvent> = {}): EventMessage {
  seq++
  const place = { id: `k3x9a7qd-${seq}`, seq, received, time: received, source: 'ttyUSB0' }
  const event = { ...place, raw: 'raw', replayed: false, ...rest }
  return { _msgid: event.id, payload, topic: 'ttyUSB0', event }
}

/** Sends a message to the node; resolves with the message that comes out of it. */
function sent(msg: EventMessage): Promise<EventMessage> {
  return new Promise((resolve) => {
    for (const id of outputs) {
      helper.getNode(`to-${id}`).on('input', (out) => resolve(out as unknown as EventMessage))
    }
    helper.getNode('node').receive(msg)
  })
}

/** What a node has said in the log as an error. */
function errorsOf(id: string): string[] {
  const calls = (helper.log() as unknown as { args: [{ id?: string; level: number; msg: string }][] }).args
  return calls.filter(([{ id: node, level }]) => node === id && level === errorLevel).map(([{ msg }]) => msg)
}

async function report(): Promise<DevicesReport> {
  const request = helper.request() as { get(path: string): Promise<{ status: number; body: unknown }> }
  const { status, body } = await request.get('/fieldlog/devices')
  assert.equal(status, 200)
  return body as DevicesReport
}

describe(`nodes: devices (${nodeRedName})`, () => {
  let red: NodeAPI
  const keep = (RED: NodeAPI) => {
    red = RED
  }
  const types = [format, clean, devices, keep]
  const load = (nodes: object[]) => helper.load(types, nodes as never)

  before((done) => {
    helper.startServer(done)
  })
  afterEach(() => helper.unload())
  after((done) => {
    helper.stopServer(done)
  })

  it('names the device of a reading, in event and topic, and leaves the key alone', async () => {
    await load(flow(kitchen))
    const named = await sent(message('OK 12 1 118 182 0'))
    assert.deepEqual([named.event.device, named.event.key, named.topic], ['kitchen', '12', 'room/kitchen'])
    const other = await sent(message('OK 13 1 118 182 0'))
    assert.deepEqual([other.event.device, other.topic], ['ttyUSB0-13', 'room/ttyUSB0-13'])
  })

  it('names the device of a rejected line where its key could be read, else its source', async () => {
    await load(flow({ ...kitchen, type: '', key: '7' }, { source: 'ttyUSB0', name: 'the stick' }))
    const known = await sent(message({ node: 7, temp: 99 }))
    const { verdict, device, key } = known.event
    assert.deepEqual([verdict, device, key, known.topic], ['rejected', 'kitchen', '7', 'any/kitchen'])
    const unknown = await sent(message('OK 12 1 118'))
    assert.deepEqual([unknown.event.device, unknown.topic], ['the stick', 'room/the stick'])
    assert.equal('key' in unknown.event, false)
  })

  it('holds from the next event on when it alone is deployed', async () => {
    await load(flow(kitchen))
    assert.equal((await sent(message('OK 12 1 118 182 0'))).event.device, 'kitchen')
    const before = helper.getNode('node')
    await helper.setFlows(flow({ ...kitchen, name: 'scullery' }) as never, 'nodes')
    assert.equal(helper.getNode('node'), before)
    assert.equal((await sent(message('OK 12 1 118 182 0'))).event.device, 'scullery')
  })

  it('says which row is wrong, and uses the others', async () => {
    await load(flow({ ...kitchen, key: '13', name: 'a/b' }, kitchen, { ...kitchen, key: '11' }))
    assert.deepEqual(errorsOf('names'), [
      'devices: row 1: A name must not contain / + # or control characters: it stands in topics. The row is not used until it is corrected in the panel.',
      'devices: row 3: Two devices have the name "kitchen": the other one is tty*, room, key 12. The row is not used until it is corrected in the panel.',
    ])
    assert.equal((await sent(message('OK 12 1 118 182 0'))).event.device, 'kitchen')
    assert.equal((await sent(message('OK 11 1 118 182 0'))).event.device, 'ttyUSB0-11')
  })

  it('is one in a workspace: a second one is an error that names the first', async () => {
    const second = { id: 'more', type: 'fieldlog-devices', devices: [{ ...kitchen, name: 'second' }] }
    await load([...flow(kitchen), second])
    assert.deepEqual(errorsOf('names'), [])
    assert.deepEqual(errorsOf('more'), [
      'devices: there are two of these nodes, and the names of names are used. Put all devices into that one, and remove this one.',
    ])
    assert.equal((await sent(message('OK 12 1 118 182 0'))).event.device, 'kitchen')
  })

  it('tells the panel what was heard, with its last values: only of live readings', async () => {
    await load(flow(kitchen))
    const now = Date.now()
    const live = { received: now, time: now, source: 'tty-heard' }
    await sent(message('OK 12 1 118 182 0', live))
    await sent(message({ node: 3, temp: 21 }, live))
    await sent(message({ node: 3, temp: 22 }, live))
    await sent(message({ node: 4, temp: 22 }, { ...live, replayed: true }))
    await sent(message({ node: 5, temp: 22 }, { ...live, time: now - 60_000, late: true }))
    await sent(message({ node: 7, temp: 22 }, { ...live, source: 'tty-heard@replay' }))
    await sent(message({ node: 6, temp: 22 }, { ...live, for: 'sink' }))
    const { heard } = await report()
    const shown = heard
      .filter(({ source }) => source.startsWith('tty-heard'))
      .map(({ device, type, isNamed, count, data }) => ({
        device,
        type,
        isNamed,
        count,
        data,
      }))
    assert.deepEqual(
      shown.toSorted((a, b) => (a.device < b.device ? -1 : 1)),
      [
        {
          device: 'kitchen',
          type: 'room',
          isNamed: true,
          count: 1,
          data: { light: 0, moved: 0, humi: 59, temp: 18.2, lobat: 0 },
        },
        { device: 'tty-heard-3', type: 'any', isNamed: false, count: 2, data: { temp: 22 } },
      ],
    )
  })

  it('has its part in the health report, which flows without it have not', async () => {
    await load(flow(kitchen))
    const now = Date.now()
    await sent(message('OK 12 1 118 182 0', { received: now, time: now, source: 'tty-heard' }))
    const { devices: counts, silent } = deviceHealth(red)
    assert.deepEqual([counts?.named, counts?.silent, silent], [1, 0, []])
    await helper.unload()
    await load(flow().filter((node) => (node as { type: string }).type !== 'fieldlog-devices'))
    assert.deepEqual(deviceHealth(red), {})
  })

  it('decodes what the gateway logs about devices, before any format of the flow', async () => {
    await load(flow(kitchen))
    const data = { device: 'kitchen', state: 'silent', id: 'ttyUSB0-12', lastHeard: received, interval: 60 }
    const { event, payload, topic } = await sent(message(data, { source: deviceSource }))
    assert.deepEqual(payload, data)
    const { type, device, key } = event
    assert.deepEqual([type, device, key, topic], ['device', 'kitchen', 'ttyUSB0-12', 'device/kitchen'])
  })
})
