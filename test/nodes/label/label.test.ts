import assert from 'node:assert/strict'
import type { Node, NodeAPI } from 'node-red'
import type { EventMessage, FieldlogEvent } from '../../../lib/event.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import label from '../../../nodes/label/label.ts'
import helper, { nodeRedName } from '../helper.ts'

const definition: FormatDefinition = {
  type: 'room',
  decoder: { kind: 'packet' },
  fields: [{ name: 'temp', type: 'number', min: -50, max: 50 }],
}

/** A config node that has a definition, as `fieldlog-format` does. */
function formatNode(RED: NodeAPI): void {
  RED.nodes.registerType('fieldlog-format', function (this: Node, config) {
    RED.nodes.createNode(this, config)
    Object.assign(this, { definition: (config as unknown as { definition: FormatDefinition }).definition })
  })
}

const wired = { id: 'label', type: 'fieldlog-label', z: 'tab', wires: [['good'], ['bad']] }
const rest = [
  { id: 'tab', type: 'tab' },
  { id: 'good', type: 'helper', z: 'tab' },
  { id: 'bad', type: 'helper', z: 'tab' },
]

function event(data: Record<string, number>): FieldlogEvent {
  return {
    id: 'k3x9a7qd-7',
    seq: 7,
    received: 1353196800062,
    time: 1353196800062,
    source: 'ttyUSB0',
    raw: 'OK 12 1 118 182 0',
    replayed: true,
    type: 'room',
    data,
  }
}

function message(data: Record<string, number>): EventMessage {
  return { _msgid: 'm1', payload: data, topic: 'room/ttyUSB0', event: event(data), extra: { kept: true } }
}

/** The next message at a helper node. */
function arrival(id: string): Promise<EventMessage> {
  return new Promise((resolve) => {
    helper.getNode(id).on('input', (msg) => resolve(msg as unknown as EventMessage))
  })
}

/** Resolves with the error that a node's `done` is given. */
function failure(id: string): Promise<string> {
  return new Promise((resolve) => {
    helper.getNode(id).on('call:error', (call: { firstArg: unknown }) => resolve(String(call.firstArg)))
  })
}

function lastStatus(): { fill?: string; shape?: string; text?: string } {
  const spy = helper.getNode('label').status as unknown as { lastCall: { firstArg: object } }
  return spy.lastCall.firstArg
}

describe(`nodes: label (${nodeRedName})`, () => {
  before((done) => {
    helper.startServer(done)
  })
  afterEach(() => helper.unload())
  after((done) => {
    helper.stopServer(done)
  })

  it('sends a good event out of the first output, a bad one out of the second', async () => {
    const predicates = [{ name: 'warm', field: 'temp', operator: '>=', values: [15] }]
    await helper.load(label, [{ ...wired, predicates }, ...rest])
    const good = arrival('good')
    const bad = arrival('bad')
    helper.getNode('label').receive(message({ temp: 18.2 }))
    helper.getNode('label').receive(message({ temp: 3 }))
    const { event: fine, extra, payload, topic } = await good
    const { rules } = fine
    assert.match(rules ?? '', /^[0-9a-f]{8}$/)
    assert.deepEqual(fine, {
      ...event({ temp: 18.2 }),
      verdict: 'good',
      reasons: [],
      flags: { warm: 1 },
      rules,
    })
    assert.deepEqual([extra, payload, topic], [{ kept: true }, { temp: 18.2 }, 'room/ttyUSB0'])
    assert.deepEqual((await bad).event, {
      ...event({ temp: 3 }),
      verdict: 'bad',
      reasons: ['warm: temp: found 3, expected at least 15'],
      flags: { warm: 4 },
      rules,
    })
  })

  it('judges by the ranges of the formats in the flows, and by new ones after a deploy', async () => {
    const format = { id: 'f1', type: 'fieldlog-format', definition }
    await helper.load([formatNode, label], [format, wired, ...rest])
    const bad = arrival('bad')
    helper.getNode('label').receive(message({ temp: 51 }))
    assert.deepEqual((await bad).event.reasons, ['temp range: temp: found 51, expected between -50 and 50'])
    const wider = { ...definition, fields: [{ ...definition.fields[0]!, max: 60 }] }
    const started = new Promise((resolve) => helper._events.once('flows:started', resolve))
    await helper.setFlows([{ ...format, definition: wider }, wired, ...rest], 'nodes')
    await started
    const good = arrival('good')
    helper.getNode('label').receive(message({ temp: 51 }))
    assert.deepEqual((await good).event.flags, { 'temp range': 1 })
  })

  it('counts a suspect event as bad only where the node says so', async () => {
    const predicates = [{ name: 'warm', field: 'temp', operator: '>=', values: [15], severity: 'suspect' }]
    await helper.load(label, [{ ...wired, predicates, badFrom: 'suspect' }, ...rest])
    const bad = arrival('bad')
    helper.getNode('label').receive(message({ temp: 3 }))
    assert.deepEqual((await bad).event.flags, { warm: 3 })
  })

  it('shows the counts under the node, the last ones too', async () => {
    const predicates = [{ name: 'warm', field: 'temp', operator: '>=', values: [15] }]
    await helper.load(label, [{ ...wired, predicates }, ...rest])
    const node = helper.getNode('label')
    assert.deepEqual(lastStatus(), { fill: 'green', shape: 'dot', text: 'good 0 · bad 0' })
    const bad = arrival('bad')
    for (let i = 0; i < 12; i++) node.receive(message({ temp: 20 }))
    node.receive(message({ temp: 3 }))
    await bad
    await new Promise<void>((resolve) => {
      node.on('call:status', () => {
        if (lastStatus().text === 'good 12 · bad 1') resolve()
      })
    })
  })

  it('warns of a rule that cannot be used, and goes on with the others', async () => {
    const predicates = [
      { name: 'pattern', field: 'temp', operator: 'matches regex', values: ['(['] },
      { name: 'warm', field: 'temp', operator: '>=', values: [15] },
    ]
    await helper.load(label, [{ ...wired, predicates }, ...rest])
    assert.deepEqual(lastStatus(), {
      fill: 'yellow',
      shape: 'ring',
      text: 'good 0 · bad 0 · rules not used: 1',
    })
    const bad = arrival('bad')
    helper.getNode('label').receive(message({ temp: 3 }))
    assert.deepEqual((await bad).event.flags, { pattern: 2, warm: 4 })
    const warnings = helper.log().args.map(([entry]) => String(entry.msg))
    assert.equal(warnings.filter((text) => /the rule "pattern" is not used: values: /.test(text)).length, 1)
  })

  it('refuses a message without a clean event, and says where to wire it', async () => {
    await helper.load(label, [wired, ...rest])
    for (const msg of [{ payload: 'x' }, { event: null }, { event: { id: 'a-1', seq: 1, data: null } }]) {
      const failed = failure('label')
      helper.getNode('label').receive(msg)
      assert.match(
        await failed,
        /label: the message carries no clean event: wire this node behind a clean node/,
      )
    }
  })

  const spike = { name: 'spike', field: 'temp', operator: 'spike', values: [5], settings: { limit: 60 } }
  const at = (seq: number, temp: number): EventMessage => {
    const time = 1353196800000 + seq * 1000
    const id = `k3x9a7qd-${seq}`
    return { ...message({ temp }), event: { ...event({ temp }), id, seq, received: time, time } }
  }

  it('refuses an event that another node has spoilt, and says what is wrong', async () => {
    await helper.load(label, [wired, ...rest])
    const spoilt: Array<[object, RegExp]> = [
      [{ time: Number.NaN }, /event\.time is NaN, expected milliseconds since 1970/],
      [{ received: new Date(5) }, /event\.received is a Date/],
      [{ verdict: undefined, reasons: ['hot'] }, /event\.verdict is missing, although the event was judged/],
      [{ verdict: 'go"od' }, /event\.verdict is "go\\"od", expected good, bad or rejected/],
      [{ data: { temp: Number.NaN } }, /event\.data\.temp is NaN, expected a value that JSON can hold/],
      [{ data: { temp: 5n } }, /event\.data\.temp is a BigInt/],
    ]
    for (const [change, reason] of spoilt) {
      const failed = failure('label')
      const msg = message({ temp: 18.2 })
      msg.event = { ...msg.event, ...change } as FieldlogEvent
      helper.getNode('label').receive(msg)
      const told = await failed
      assert.match(told, /label: the event was changed on its way: /)
      assert.match(told, reason)
    }
  })

  it('holds a reading for the next one with its done open, and counts it', async () => {
    await helper.load(label, [{ ...wired, predicates: [spike] }, ...rest])
    const node = helper.getNode('label')
    const good = arrival('good')
    node.receive(at(1, 10))
    assert.deepEqual((await good).event.flags, { spike: 2 })
    const held = new Promise<void>((resolve) => {
      node.on('call:status', () => {
        if (lastStatus().text === 'good 1 · bad 0 · held 1') resolve()
      })
    })
    node.receive(at(2, 90))
    await held
    const bad = arrival('bad')
    node.receive(at(3, 10))
    const { flags, reasons } = (await bad).event
    assert.deepEqual(flags, { spike: 4 })
    assert.deepEqual(reasons, ['spike: temp: found 90 between 10 and 10, expected at most 5 from their mean'])
  })

  it('lets what it holds go on a deploy, and gives it the same verdict when it comes again', async () => {
    const labelNode = { ...wired, predicates: [{ ...spike, name: 'spike again' }] }
    await helper.load(label, [labelNode, ...rest])
    helper.getNode('label').receive(at(1, 10))
    helper.getNode('label').receive(at(2, 90))
    const started = new Promise((resolve) => helper._events.once('flows:started', resolve))
    await helper.setFlows([{ ...labelNode, name: 'renamed' }, ...rest], 'nodes')
    await started
    const bad = arrival('bad')
    helper.getNode('label').receive(at(2, 90))
    helper.getNode('label').receive(at(3, 10))
    assert.deepEqual((await bad).event.flags, { 'spike again': 4 })
  })

  it('warns once where an expression cannot be evaluated', async () => {
    const predicates = [{ name: 'dew', operator: 'expression', values: ['temp > dew'] }]
    await helper.load(label, [{ ...wired, predicates }, ...rest])
    const arrivals = new Promise<EventMessage>((resolve) => {
      let count = 0
      helper.getNode('good').on('input', (msg) => {
        if (++count === 5) resolve(msg as unknown as EventMessage)
      })
    })
    for (let i = 0; i < 5; i++) helper.getNode('label').receive(at(i + 10, i))
    assert.deepEqual((await arrivals).event.flags, { dew: 9 })
    const warnings = helper.log().args.map(([entry]) => String(entry.msg))
    assert.equal(warnings.filter((text) => /the rule "dew" cannot be evaluated/.test(text)).length, 1)
  })

  it('warns where a rule may hold a reading for longer than delivery waits', async () => {
    const log = { id: 'log', type: 'helper', z: 'tab', wires: [['label']] }
    const node = (RED: NodeAPI) => {
      RED.nodes.registerType('fieldlog-log', function (this: Node, config) {
        RED.nodes.createNode(this, config)
        Object.assign(this, { timeLimit: 100 })
      })
    }
    const predicates = [{ ...spike, settings: { limit: 120 } }]
    const flow = [{ ...log, type: 'fieldlog-log' }, { ...wired, predicates }, ...rest]
    await helper.load([node, label], flow)
    const warnings = helper.log().args.map(([entry]) => String(entry.msg))
    assert.equal(
      warnings.filter((text) => /hold a reading for 120 s.*gives up on it after 100 s/.test(text)).length,
      1,
    )
  })

  it('goes on with the default where an option is wrong, and says so', async () => {
    await helper.load(label, [{ ...wired, badFrom: 'never' }, ...rest])
    const texts = helper.log().args.map(([entry]) => String(entry.msg))
    assert.ok(
      texts.includes(
        'label: bad from is "never": give one of fail, suspect; until it is corrected fail is used',
      ),
      texts.join('\n'),
    )
  })
})
