// Random flows behind a log node: nodes that take part in the direct way, function, switch, link, subflow, join, and
// debug nodes that are switched off. Each node that can do so notes that a message came by.
import { join } from 'node:path'
import { seededRandom } from '../support/random.ts'
import type { FlowNode } from '../support/real-runtime.ts'

export interface Feed {
  name: string
  /** lines a tick, and ms between ticks */
  burst: number
  interval: number
  /** in all */
  lines: number
}

export interface RandomGraph {
  seed: number
  /** of the tab and of the journal */
  id: string
  /** kinds of the nodes between log and sink; each leads to later ones alone */
  kinds: Kind[]
  /** for each node its outputs, as places among the nodes; one past the end is the sink */
  outputs: number[][][]
}

const kinds = [
  'pass',
  'pass',
  'pass',
  'pass',
  'function',
  'switch',
  'link',
  'subflow',
  'join',
  'off',
] as const
type Kind = (typeof kinds)[number]

export function randomGraph(seed: number): RandomGraph {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.trunc(random() * list.length)]!
  const size = 3 + Math.trunc(random() * 5)
  const chosen = Array.from({ length: size }, (): Kind => pick(kinds))
  // the log leads to it
  chosen[0] = 'pass'
  const outputs = chosen.map((kind, place) => {
    const later = Array.from({ length: size - place }, (_, i) => place + 1 + i)
    const count = kind === 'pass' || kind === 'switch' ? 1 + Math.trunc(random() * 3) : 1
    return Array.from({ length: count }, () => {
      const one = pick(later)
      const other = pick(later)
      // a switched-off debug node beside it, or a second wire
      return random() < 0.2 && other !== one ? [one, other] : [one]
    })
  })
  return { seed, id: `order-${seed}`, kinds: chosen, outputs }
}

export const journalDirectory = (folder: string, { id }: RandomGraph) => join(folder, `journal-${id}`)

/** The lines of a feed stop by themselves. */
export function feedOf({ burst, interval, lines }: Feed): Record<string, unknown> {
  return { burst, interval, lines }
}

/** The flow of a graph, on a tab of its own. */
export function orderFlow(folder: string, graph: RandomGraph, feed: Record<string, unknown>): FlowNode[] {
  const { id: z } = graph
  const node = (type: string, name: string, rest: Record<string, unknown>): FlowNode => ({
    id: `${z}-${name}`,
    z,
    type,
    name: '',
    x: 100,
    y: 100,
    ...rest,
  })
  const idAt = (place: number) => (place === graph.kinds.length ? `${z}-sink` : `${z}-n${place}`)
  const between = graph.kinds.flatMap((kind, place): FlowNode[] => {
    const wires = graph.outputs[place]!.map((places) => places.map(idAt))
    return nodesOf(kind, `n${place}`, wires, node, z)
  })
  return [
    { id: z, type: 'tab', label: z },
    {
      id: `${z}-journal`,
      type: 'fieldlog-journal',
      name: z,
      directory: journalDirectory(folder, graph),
      flushInterval: '0',
      reserve: '0',
    },
    node('test-feed', 'feed', { ...feed, wires: [[`${z}-log`]] }),
    node('fieldlog-log', 'log', {
      journal: `${z}-journal`,
      window: '1000',
      quietTime: '0.2',
      timeLimit: '60',
      wires: [[idAt(0)], []],
    }),
    ...between,
    node('test-sink', 'sink', { file: join(folder, `sink-${z}.txt`), wires: [[]] }),
  ]
}

type MakeNode = (type: string, name: string, rest: Record<string, unknown>) => FlowNode

const mark = (name: string) => `msg.way = (msg.way || []).concat('${name}'); return msg`

function nodesOf(kind: Kind, name: string, wires: string[][], node: MakeNode, z: string): FlowNode[] {
  const code = (id: string, to: string[][]) =>
    node('function', id, { func: mark(name), outputs: 1, timeout: 0, noerr: 0, libs: [], wires: to })
  switch (kind) {
    case 'pass':
      return [node('test-pass', name, { mark: name, outputs: wires.length, wires })]
    case 'off':
      return [
        node('test-pass', name, { mark: name, outputs: 1, wires: [[...wires[0]!, `${z}-${name}-debug`]] }),
        node('debug', `${name}-debug`, {
          active: true,
          tosidebar: true,
          complete: 'true',
          d: true,
          wires: [],
        }),
      ]
    case 'function':
      return [code(name, wires)]
    case 'switch':
      return [code(name, [[`${z}-${name}-switch`]]), switchBySeq(node, `${name}-switch`, wires)]
    case 'link':
      return [
        code(name, [[`${z}-${name}-out`]]),
        node('link out', `${name}-out`, { mode: 'link', links: [`${z}-${name}-in`], wires: [] }),
        node('link in', `${name}-in`, { links: [`${z}-${name}-out`], wires }),
      ]
    case 'subflow':
      return subflow(node, name, wires, z)
    case 'join':
      return [
        code(name, [[`${z}-${name}-join`]]),
        node('join', `${name}-join`, {
          mode: 'custom',
          build: 'array',
          property: 'payload',
          propertyType: 'msg',
          count: '2',
          timeout: '1',
          joiner: '\\n',
          joinerType: 'str',
          wires,
        }),
      ]
  }
}

function switchBySeq(node: MakeNode, name: string, wires: string[][]): FlowNode {
  const rules = wires.map((_, i) =>
    i === wires.length - 1
      ? { t: 'else' }
      : { t: 'regex', v: `[${digits(i, wires.length)}]$`, vt: 'str', case: false },
  )
  const setting = { property: 'event.seq', propertyType: 'msg', checkall: 'false', repair: false }
  return node('switch', name, { ...setting, rules, outputs: wires.length, wires })
}

/** The last digits of the numbers that go to output `i`. */
function digits(i: number, count: number): string {
  return '0123456789'
    .split('')
    .filter((digit) => Number(digit) % count === i)
    .join('')
}

function subflow(node: MakeNode, name: string, wires: string[][], z: string): FlowNode[] {
  const id = `${z}-${name}-template`
  const inner = `${id}-pass`
  return [
    {
      id,
      type: 'subflow',
      name: '',
      info: '',
      in: [{ x: 50, y: 50, wires: [{ id: inner }] }],
      out: [{ x: 200, y: 50, wires: [{ id: inner, port: 0 }] }],
    },
    { id: inner, z: id, type: 'test-pass', name: '', x: 100, y: 50, mark: name, outputs: 1, wires: [[]] },
    node(`subflow:${id}`, name, { wires }),
  ]
}
