import assert from 'node:assert/strict'
import { type FlowEntry, type Participant, wiringOf } from '../../../../lib/delivery/track/wiring.ts'
import { fc } from '../../../support/random.ts'

type Wires = Record<string, string[][]>

const start: Participant = { startsPaths: true }
const ours: Participant = { startsPaths: false }
const nobody = new Set<string>()

/** Nodes called log… begin paths, those called f… are others' function nodes, those called d… debug nodes. */
function entriesOf(wires: Wires): FlowEntry[] {
  return Object.entries(wires).map(([id, outputs]) => ({ id, type: typeOf(id), wires: outputs }))
}

function typeOf(id: string): string {
  if (id.startsWith('f')) return 'function'
  return id.startsWith('d') ? 'debug' : 'ours'
}

function participantsOf(wires: Wires): Map<string, Participant> {
  const ids = Object.keys(wires).filter((id) => typeOf(id) === 'ours')
  return new Map(ids.map((id) => [id, id.startsWith('log') ? start : ours]))
}

function byMessaging(wires: Wires, ...more: FlowEntry[]): string[] {
  return [...wiringOf([...entriesOf(wires), ...more], participantsOf(wires), nobody).byMessaging].sort()
}

describe('delivery: which nodes may send directly', () => {
  const shipped = {
    log: [['clean'], []],
    clean: [['label'], ['rejected', 'store'], ['debug']],
    debug: [],
  }
  const sinks = {
    label: [
      ['good', 'store'],
      ['bad', 'store'],
    ],
    good: [],
    bad: [],
    rejected: [],
    store: [],
  }

  it('all of the default flow', () => {
    assert.deepEqual(byMessaging({ ...shipped, ...sinks }), [])
  })

  it('none, where one way to a sink leads through a node of others', () => {
    const wires = { log: [['label']], label: [['out'], ['f']], f: [['out']], out: [] }
    assert.deepEqual(byMessaging(wires), ['label', 'log', 'out'])
  })

  it('none, where an output leads to one of ours and to another node', () => {
    const wires = { log: [['label']], label: [['out', 'debug'], ['out']], debug: [], out: [] }
    assert.deepEqual(byMessaging(wires), ['label', 'log', 'out'])
  })

  it('all, where that other node is switched off', () => {
    const wires = { log: [['label']], label: [['out', 'debug'], ['out']], out: [] }
    const wiring = wiringOf(
      [...entriesOf(wires), { id: 'debug', type: 'debug', d: true, wires: [] }],
      participantsOf(wires),
      nobody,
    )
    assert.deepEqual([[...wiring.absent], [...wiring.byMessaging]], [['debug'], []])
  })

  it('none, where a way through link nodes comes back', () => {
    const wires = { log: [['label']], label: [['out'], ['f-out']], out: [], 'f-in': [['out']] }
    const links = [{ id: 'f-out', type: 'link out', wires: [], links: ['f-in'] }]
    assert.deepEqual(byMessaging(wires, ...links), ['label', 'log', 'out'])
  })

  it('none, where a subflow leads to one of ours inside of it', () => {
    const wires = { log: [['clean']], clean: [] }
    const subflow = { id: 'sub', type: 'subflow', in: [{ wires: [{ id: 'clean' }] }] }
    assert.deepEqual(byMessaging(wires, subflow), ['clean', 'log'])
  })

  it('none behind a subflow, whose nodes inside lead on to ours', () => {
    const wires = { log: [['f-use']], 'f-use': [['label']], 'f-inside': [], label: [['out']], out: [] }
    const subflow = {
      id: 'sub',
      type: 'subflow',
      in: [{ wires: [{ id: 'f-inside' }] }],
      out: [{ wires: [{ id: 'f-inside', port: 0 }] }],
    }
    assert.deepEqual(byMessaging(wires, subflow), ['label', 'log', 'out'])
  })

  it('none, where somebody watches a node behind the log', () => {
    const wires = { log: [['clean']], clean: [] }
    const wiring = wiringOf(entriesOf(wires), participantsOf(wires), new Set(['clean']))
    assert.deepEqual([...wiring.byMessaging].sort(), ['clean', 'log'])
  })

  it('none in a ring, and none in a path of more steps than the call stack is meant for', () => {
    assert.deepEqual(byMessaging({ log: [['clean']], clean: [['clean']] }), ['clean', 'log'])
    const chain = Array.from({ length: 25 }, (_, i): [string, string[][]] => [`n${i}`, [[`n${i + 1}`]]])
    const long = { log: [['n0']], ...Object.fromEntries(chain), n25: [] }
    assert.equal(byMessaging(long).length, 27)
  })

  it('those behind one log node, where only another one has a way through a node of others', () => {
    const wires = { log1: [['a']], a: [], log2: [['b'], ['f']], b: [], f: [['b']] }
    assert.deepEqual(byMessaging(wires), ['b', 'log2'])
  })

  it('none behind two log nodes that share a node, where one of them has a way through a node of others', () => {
    const wires = { log1: [['a']], a: [['b']], log2: [['b'], ['f']], b: [], f: [['b']] }
    assert.deepEqual(byMessaging(wires), ['a', 'b', 'log1', 'log2'])
  })

  it('none, where ways that left for nodes of others meet there', () => {
    const wires = { log: [['a'], ['f1']], a: [['f2']], f1: [['f2']], f2: [] }
    assert.deepEqual(byMessaging(wires), ['a', 'log'])
  })

  it('as many as there can be, where the flow file holds what no editor writes', () => {
    const odd = [
      { id: 'x', type: 'x', wires: 'none', links: [1, null], in: [null, { wires: [null] }, {}] },
    ] satisfies FlowEntry[]
    assert.deepEqual(byMessaging({ log: [['a']], a: [] }, ...odd), [])
  })

  it('only so many that no sink gets an event too late that messaging brings in time', () => {
    let direct = 0
    fc.assert(
      fc.property(randomFlow(), fc.array(fc.nat(3), { minLength: 20, maxLength: 60 }), (wires, pauses) => {
        const participants = participantsOf(wires)
        const { byMessaging } = wiringOf(entriesOf(wires), participants, nobody)
        const isDirect = (from: string, to: string[]) =>
          participants.has(from) && to.every((id) => participants.has(id)) && !byMessaging.has(from)
        if (byMessaging.size === 0) direct++
        const expected = arrivals(wires, pauses, () => false)
        const seen = arrivals(wires, pauses, isDirect)
        for (const [sink, wanted] of expected) {
          if (typeOf(sink) === 'debug') continue
          const got = seen.get(sink)!
          assert.deepEqual([...got].sort(), [...wanted].sort(), `${sink} gets all`)
          for (const [late, early] of overtaken(got)) {
            const message = `${late} after ${early} at ${sink}: ${JSON.stringify(wires)}`
            assert.ok(wanted.indexOf(late) > wanted.indexOf(early), message)
          }
        }
      }),
      { numRuns: 3_000 },
    )
    assert.ok(direct > 100, `only ${direct} flows went directly: this shows little`)
  })
})

/** A log and up to eight nodes behind it, without a ring: each leads to later ones alone. */
function randomFlow(): fc.Arbitrary<Wires> {
  const kinds = fc.array(fc.constantFrom('n', 'n', 'n', 'n', 'f', 'd'), { minLength: 2, maxLength: 8 })
  return kinds.chain((prefixes) => {
    const ids = ['log', ...prefixes.map((prefix, i) => `${prefix}${i}`)]
    const outputs = ids.map((id, place) => {
      const later = ids.slice(place + 1)
      if (id.startsWith('d') || later.length === 0) return fc.constant<string[][]>([])
      const wires = fc.uniqueArray(fc.constantFrom(...later), { minLength: 1, maxLength: 2 })
      return fc.array(fc.oneof({ weight: 6, arbitrary: wires.map(([first]) => [first!]) }, wires), {
        minLength: 1,
        maxLength: 3,
      })
    })
    return fc
      .tuple(...outputs)
      .map((wires): Wires => Object.fromEntries(ids.map((id, i) => [id, wires[i] as string[][]])))
  })
}

/**
 * What each node gets, in order: the event's number and the way it took. What is sent by Node-RED's messaging is
 * delivered in the next turn of the event loop. Each event takes the output that its number and the node's place say;
 * before each event so many turns go by.
 */
function arrivals(
  wires: Wires,
  pauses: number[],
  isDirect: (from: string, to: string[]) => boolean,
): Map<string, string[]> {
  const got = new Map<string, string[]>(Object.keys(wires).map((id) => [id, []]))
  let queue: Array<() => void> = []
  const turn = () => {
    const due = queue
    queue = []
    for (const delivery of due) delivery()
  }
  const places = Object.keys(wires)
  const deliver = (node: string, seq: number, way: string) => {
    got.get(node)!.push(`${seq} by ${way}`)
    const outputs = wires[node]!
    if (outputs.length === 0) return
    const targets = outputs[(seq * 7 + places.indexOf(node) * 3) % outputs.length]!
    for (const target of targets) {
      const next = () => deliver(target, seq, `${way}-${node}`)
      if (isDirect(node, targets)) next()
      else queue.push(next)
    }
  }
  pauses.forEach((pause, index) => {
    for (let i = 0; i < pause; i++) turn()
    deliver('log', index + 1, '')
  })
  while (queue.length > 0) turn()
  return got
}

/** Pairs next to each other of which the older event came later. */
function overtaken(got: string[]): Array<[string, string]> {
  return got.flatMap((late, i): Array<[string, string]> => {
    const early = got[i - 1]
    return early !== undefined && Number.parseInt(early, 10) > Number.parseInt(late, 10)
      ? [[late, early]]
      : []
  })
}
