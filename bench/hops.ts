// What following events costs on each hop of a flow: the real runtime, a chain of core nodes, the same messages
// with and without our hooks, in turn in one run. `node bench/hops.ts [messages]`; FIELDLOG_NODE_RED=node-red-4 for
// the older Node-RED.
import { Flight } from '../lib/delivery/send/flight.ts'
import { messageOf } from '../lib/delivery/send/message.ts'
import { FlowTracker, Tracked } from '../lib/delivery/track/tracker.ts'
import type { EventMessage } from '../lib/event.ts'
import { systemClock } from '../lib/kit/clock.ts'
import { embedNodeRed } from './embedded-node-red.ts'

const messages = Number(process.argv[2] ?? 10_000)
const rounds = 5
/** each round does all ways by turns so many times: what else the machine does then falls on all alike */
const turns = 5
const inFlight = 100
const hops = 12

/** A flow of `hops` nodes between a start and an end: function, change and switch by turns. */
function flow() {
  const common = { z: 'tab', x: 1, y: 1 }
  const kinds = [
    { type: 'function', func: 'msg.hops = (msg.hops || 0) + 1\nreturn msg', outputs: 1, libs: [] },
    { type: 'change', rules: [{ t: 'set', p: 'seen', pt: 'msg', to: 'true', tot: 'bool' }] },
    {
      type: 'switch',
      property: 'seen',
      propertyType: 'msg',
      rules: [{ t: 'true' }],
      checkall: 'true',
      outputs: 1,
    },
  ]
  const chain = Array.from({ length: hops }, (_, i) => ({
    ...kinds[i % kinds.length],
    ...common,
    id: `hop-${i}`,
    wires: [[i + 1 < hops ? `hop-${i + 1}` : 'end']],
  }))
  return [
    { id: 'tab', type: 'tab' },
    { ...common, id: 'start', type: 'comment', wires: [['hop-0']] },
    ...chain,
    { ...common, id: 'end', type: 'comment', wires: [] },
  ]
}

let lastSeq = 0

function nextMessage(): EventMessage {
  const seq = ++lastSeq
  const text = 'OK 12 1 118 182 0'
  const time = 1353196800062 + seq
  return messageOf(
    { kind: 'L', seq, epoch: 'k3x9a7qd', received: time, time, source: 'ttyUSB0', text },
    { replayed: false },
  )
}

/** Sends all with so many on their way at a time; resolves to ns of CPU time a message and hop. */
async function measure(send: (message: EventMessage) => void): Promise<number> {
  const { user, system } = process.cpuUsage()
  await new Promise<void>((resolve) => {
    let toSend = messages / turns
    let toCome = messages / turns
    const sendOne = () => {
      if (toSend-- > 0) send(nextMessage())
    }
    arrived = () => {
      if (--toCome === 0) resolve()
      else sendOne()
    }
    for (let i = 0; i < inFlight; i++) sendOne()
  })
  const used = process.cpuUsage({ user, system })
  return ((used.user + used.system) * 1000) / (messages / turns) / (hops + 1)
}

let arrived = () => {}
const runtime = await embedNodeRed(flow())
console.log(
  `Node-RED ${runtime.version}, ${messages} messages over ${hops} nodes, median of ${rounds} rounds`,
)
const start = runtime.node('start')
runtime.node('end').on('input', (_msg, _send, done) => {
  done()
  arrived()
})

const tracker = new FlowTracker(runtime.hooks)
const send = (message: EventMessage) => start.send(message)
const parts = {
  tracker,
  send(message: EventMessage, event: Tracked) {
    tracker.begin(event)
    send(message)
  },
  clock: systemClock,
}
const limits = { window: inFlight, quietTime: 1, timeLimit: 300, pace: 500 }
const silent = { complete() {}, overdue() {}, room() {} }
const flight = new Flight(parts, limits, silent)

/** The hooks are set, and not one thing is done in them: Node-RED's own part. */
const emptyHooks = ['preDeliver', 'onReceive', 'postReceive', 'onComplete']

const ways: Record<string, () => Promise<number>> = {
  'without hooks': () => measure(send),
  'hooks that do nothing': async () => {
    for (const hook of emptyHooks) runtime.hooks.add(`${hook}.bench`, ((_event: object) => {}) as never)
    const result = await measure(send)
    runtime.hooks.remove('*.bench')
    return result
  },
  'not an event': async () => {
    tracker.start()
    tracker.begin(new Tracked('other-1', 1, { opened() {}, closed() {} }))
    const result = await measure(send)
    tracker.stop()
    return result
  },
  'events followed': async () => {
    tracker.start()
    const result = await measure((message) => flight.send(message))
    tracker.stop()
    flight.clear()
    return result
  },
}

const names = Object.keys(ways)
const rates = new Map(names.map((way) => [way, [] as number[]]))
for (const way of names) await ways[way]!()
for (let round = 0; round < rounds; round++) {
  const sums = new Map(names.map((way) => [way, 0]))
  for (let turn = 0; turn < turns; turn++) {
    for (const way of names) sums.set(way, sums.get(way)! + (await ways[way]!()))
  }
  for (const way of names) rates.get(way)!.push(sums.get(way)! / turns)
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!
const bare = rates.get('without hooks')!
for (const [way, values] of rates) {
  // against the bare flow of the same round
  const more = median(values.map((value, round) => value / bare[round]! - 1))
  const text = values === bare ? '' : `  +${(more * 100).toFixed(0)} %`
  console.log(`  ${way.padEnd(22)} ${Math.round(median(values)).toString().padStart(6)} ns CPU a hop${text}`)
}
await runtime.stop()
