import assert from 'node:assert/strict'
import type { NodeAPI } from 'node-red'
import type { EventMessage, Scalar } from '../../../lib/event.ts'
import { forgetTiming } from '../../../nodes/timing/registry.ts'
import timing from '../../../nodes/timing/timing.ts'
import helper, { nodeRedName } from '../helper.ts'

const wired = {
  ...{ id: 'timing', type: 'fieldlog-timing', z: 'tab', wires: [['spans'], ['statistics']] },
  hold: 0,
}
const rest = [
  { id: 'tab', type: 'tab' },
  { id: 'spans', type: 'helper', z: 'tab' },
  { id: 'statistics', type: 'helper', z: 'tab' },
]
const boot = 1_480_000_000_000

function message(seq: number, step: string, msec: number, data: Record<string, Scalar> = {}): EventMessage {
  const id = `k3x9a7qd-${seq}`
  const time = boot + msec
  const place = { id, seq, received: time, time, source: 'telog', raw: '', replayed: false }
  const sent = { time, msec, cat: 'DHCP4_CLIENT', source: 'udhcpc', pid: 812, subject: 'eth0', seq: step }
  const event = { ...place, type: 'timeevent', data: { ...sent, ...data } }
  return { _msgid: id, payload: event.data, topic: 'timeevent/telog', event }
}

/** The next messages at a helper node. */
function arrivals(id: string, count: number): Promise<EventMessage[]> {
  const found: EventMessage[] = []
  return new Promise((resolve) => {
    const listener = (msg: object) => {
      found.push(msg as EventMessage)
      if (found.length < count) return
      helper.getNode(id).removeListener('input', listener)
      resolve(found)
    }
    helper.getNode(id).on('input', listener)
  })
}

/** Resolves with the error that the node's `done` is given. */
function failure(): Promise<string> {
  return new Promise((resolve) => {
    helper.getNode('timing').on('call:error', (call: { firstArg: unknown }) => resolve(String(call.firstArg)))
  })
}

const receive = (msg: object) => helper.getNode('timing').receive(msg)

function lastStatus(): object {
  const spy = helper.getNode('timing').status as unknown as { lastCall: { firstArg: object } }
  return spy.lastCall.firstArg
}

describe(`nodes: timing (${nodeRedName})`, () => {
  before((done) => {
    helper.startServer(done)
  })
  afterEach(async () => {
    await helper.unload()
    forgetTiming({ events: helper._events } as unknown as NodeAPI, 'timing')
  })
  after((done) => {
    helper.stopServer(done)
  })

  it('sends a span out of the first output, as an event under an id of its own', async () => {
    await helper.load(timing, [wired, ...rest])
    const spans = arrivals('spans', 1)
    receive(message(1, 'START', 1_000))
    receive(message(2, 'DISCOVER', 1_200, { msg: 'try 1' }))
    receive(message(5, 'STOP', 4_400))
    const [{ event, payload, topic } = {} as EventMessage] = await spans
    const data = {
      ...{ cat: 'DHCP4_CLIENT', source: 'udhcpc', pid: '812', subject: 'eth0', outcome: 'done' },
      ...{ duration: 3_400, start: boot + 1_000, steps: [{ step: 'DISCOVER', at: 200, msg: 'try 1' }] },
    }
    const { received, ...place } = event
    assert.deepEqual(place, {
      ...{ id: 'k3x9a7qd-1-span', seq: 5, time: boot + 4_400, source: 'telog', raw: '', replayed: false },
      ...{ type: 'span', eventId: 'span', key: 'DHCP4_CLIENT.eth0', device: 'udhcpc', data },
    })
    assert.ok(Number.isSafeInteger(received) && received > boot)
    assert.deepEqual([payload, topic], [data, 'span/udhcpc'])
  })

  it('answers a request with the statistics', async () => {
    await helper.load(timing, [wired, ...rest])
    const statistics = arrivals('statistics', 1)
    receive(message(1, 'START', 0))
    receive(message(2, 'STOP', 800))
    receive(message(3, 'START', 1_000))
    receive(message(3, 'START', 1_000))
    receive({ topic: 'statistics', extra: 7 })
    const [answer] = await statistics
    assert.deepEqual([answer?.topic, answer?.extra], ['statistics', 7])
    assert.deepEqual(answer?.counts, { repeats: 1, doubled: 0, leftOut: 0 })
    assert.deepEqual(answer?.payload, [
      {
        ...{ cat: 'DHCP4_CLIENT', subject: 'eth0', count: 1, open: 1 },
        ...{ min: 800, mean: 800, p50: 800, p95: 800, p99: 800, max: 800, outcomes: { done: 1 } },
      },
    ])
  })

  it('takes the words of its table, and says which row is wrong', async () => {
    const categories = [
      { category: 'cm_state', begins: 'init', ends: 'run, online', limit: '' },
      { category: 'BOOT', begins: 'STOP', ends: 'STOP', limit: 5 },
    ]
    await helper.load(timing, [{ ...wired, categories }, ...rest])
    const warnings = (helper.getNode('timing').warn as unknown as { args: string[][] }).args.flat()
    assert.deepEqual(warnings, [
      'timing: the table of categories, row 2: STOP cannot begin a span and end one. The row is not used.',
    ])
    const spans = arrivals('spans', 1)
    const state = { cat: 'CM_STATE', subject: null }
    receive(message(1, 'INIT', 0, state))
    receive(message(2, 'Online', 70, state))
    const [span] = await spans
    assert.deepEqual([span?.event.key, span?.event.data?.duration], ['CM_STATE', 70])
  })

  it('keeps open spans over a deploy that changes its words, and shows them in its status', async () => {
    await helper.load(timing, [wired, ...rest])
    const taken = new Promise((resolve) => {
      helper.getNode('timing').once('input', () => setImmediate(resolve))
    })
    receive(message(1, 'START', 0))
    await taken
    const started = new Promise((resolve) => helper._events.once('flows:started', resolve))
    const categories = [{ category: '*', begins: '', ends: 'fin', limit: '' }]
    await helper.setFlows([{ ...wired, categories }, ...rest], 'nodes')
    await started
    assert.deepEqual(lastStatus(), { fill: 'green', shape: 'dot', text: 'spans 0 · open 1' })
    const spans = arrivals('spans', 1)
    receive(message(2, 'FIN', 90))
    const [span] = await spans
    assert.deepEqual([span?.event.id, span?.event.data?.duration], ['k3x9a7qd-1-span', 90])
  })

  it('refuses what is no clean event, and what is no time event', async () => {
    await helper.load(timing, [wired, ...rest])
    const unclean = failure()
    receive({ payload: 'OK 4 1', topic: 'ttyUSB0' })
    assert.match(
      await unclean,
      /timing: the message carries no clean event: wire this node behind a clean node/,
    )
    helper.getNode('timing').removeAllListeners('call:error')
    const other = failure()
    receive(message(1, 'START', 0, { msec: null }))
    assert.match(
      await other,
      /timing: the message carries no time event \(cat, time and msec in event\.data\)/,
    )
  })
})
