// Flows that a user may put behind `log`, each with a journal, a feed and a sink of its own.
import { join } from 'node:path'
import type { FlowNode } from '../support/real-runtime.ts'

export interface Scenario {
  name: string
  /** what lies between log and sink: its nodes, the first one's id, and the sink as `sink` */
  between(z: string, sink: string): { nodes: FlowNode[]; first: string }
  /** lines a tick, and ms between ticks; default 3 every 50 ms */
  feed?: { burst: number; interval: number }
  /** seconds; default 20 */
  timeLimit?: number
  /** seconds; default `quietTime` */
  quietTime?: number
  /** parts that the sink must have of each event; default: one without a number */
  parts?: number
  /** lines that do not reach the sink */
  lost?(number: number): boolean
  /** events may be noted as incomplete */
  incomplete?: true
}

/** Most events in flight in each of these flows. */
export const window = 100
/** Quiet time where a flow has no other, seconds. */
export const quietTime = 0.4

/** Without a place in the editor Node-RED would take it for a config node. */
const placed = { x: 100, y: 100 }

const node = (z: string, type: string, name: string, rest: Record<string, unknown>): FlowNode => ({
  id: `${z}-${name}`,
  z,
  type,
  name: '',
  ...placed,
  ...rest,
})

const code = (z: string, name: string, func: string, to: string) =>
  node(z, 'function', name, { func, outputs: 1, timeout: 0, noerr: 0, libs: [], wires: [[to]] })

const delay = (z: string, name: string, ms: number, to: string) =>
  node(z, 'delay', name, {
    pauseType: 'delay',
    timeout: String(ms),
    timeoutUnits: 'milliseconds',
    rate: '1',
    nbRateUnits: '1',
    rateUnits: 'second',
    randomFirst: '1',
    randomLast: '300',
    randomUnits: 'milliseconds',
    drop: false,
    outputs: 1,
    wires: [[to]],
  })

/** Takes its messages one after the other, each when the expression before has been worked out. */
const slowSwitch = (z: string, to: string) =>
  node(z, 'switch', 'switch', {
    property: '$string(payload)',
    propertyType: 'jsonata',
    rules: [{ t: 'nempty' }],
    checkall: 'true',
    repair: false,
    outputs: 1,
    wires: [[to]],
  })

export const scenarios: Scenario[] = [
  {
    name: 'switch',
    feed: { burst: 60, interval: 1_000 },
    // a switch calls no `done`: the last of a burst must be through in this time, on a busy machine too
    quietTime: 3,
    between: (z, sink) => ({ nodes: [slowSwitch(z, sink)], first: `${z}-switch` }),
  },
  {
    name: 'random delay',
    between: (z, sink) => ({
      nodes: [{ ...delay(z, 'delay', 1, sink), pauseType: 'random' }],
      first: `${z}-delay`,
    }),
  },
  {
    name: 'async function',
    between: (z, sink) => ({
      nodes: [
        // the first one is waited for, the second is done before it sends
        code(
          z,
          'waits',
          'await new Promise((go) => setTimeout(go, Math.random() * 300)); return msg',
          `${z}-late`,
        ),
        code(z, 'late', 'setTimeout(() => node.send({ ...msg }), 100)', sink),
      ],
      first: `${z}-waits`,
    }),
  },
  {
    name: 'new object',
    between: (z, sink) => ({
      nodes: [
        // what is left of the message is its _msgid, for longer than the quiet time
        code(z, 'strips', 'flow.set(msg._msgid, msg.event); return { _msgid: msg._msgid }', `${z}-delay`),
        delay(z, 'delay', 900, `${z}-restores`),
        code(
          z,
          'restores',
          'msg.event = flow.get(msg._msgid); flow.set(msg._msgid, undefined); return msg',
          sink,
        ),
      ],
      first: `${z}-strips`,
    }),
  },
  {
    name: 'split',
    parts: 3,
    between: (z, sink) => ({
      nodes: [
        code(z, 'list', 'msg.payload = [1, 2, 3]; return msg', `${z}-split`),
        node(z, 'split', 'split', {
          splt: '\\n',
          spltType: 'str',
          arraySplt: 1,
          arraySpltType: 'len',
          property: 'payload',
          wires: [[`${z}-delay`]],
        }),
        delay(z, 'delay', 50, sink),
      ],
      first: `${z}-list`,
    }),
  },
  {
    name: 'link call',
    between: (z, sink) => ({
      nodes: [
        node(z, 'link call', 'call', {
          links: [`${z}-in`],
          linkType: 'static',
          timeout: '30',
          wires: [[sink]],
        }),
        node(z, 'link in', 'in', { links: [], wires: [[`${z}-delay`]] }),
        delay(z, 'delay', 150, `${z}-return`),
        node(z, 'link out', 'return', { mode: 'return', links: [], wires: [] }),
      ],
      first: `${z}-call`,
    }),
  },
  {
    name: 'catch',
    between: (z, sink) => ({
      nodes: [
        code(z, 'throws', "if (msg.payload % 2) throw new Error('odd'); return msg", sink),
        node(z, 'catch', 'catch', { scope: [`${z}-throws`], uncaught: false, wires: [[`${z}-delay`]] }),
        delay(z, 'delay', 200, sink),
      ],
      first: `${z}-throws`,
    }),
  },
  {
    name: 'subflow',
    between: (z, sink) => ({
      nodes: [
        {
          id: `${z}-sub`,
          type: 'subflow',
          name: 'sub',
          in: [{ wires: [{ id: `${z}-inner` }] }],
          out: [{ wires: [{ id: `${z}-slow`, port: 0 }] }],
        },
        code(
          `${z}-sub`,
          'x',
          'return { payload: msg.payload, _msgid: msg._msgid, event: msg.event }',
          `${z}-slow`,
        ),
        { ...delay(`${z}-sub`, 'y', 100, ''), id: `${z}-slow`, wires: [[]] },
        node(z, `subflow:${z}-sub`, 'instance', { wires: [[sink]] }),
      ].map((made) => (made.id === `${z}-sub-x` ? { ...made, id: `${z}-inner` } : made)),
      first: `${z}-instance`,
    }),
  },
  {
    name: 'batch',
    timeLimit: 3,
    incomplete: true,
    between: (z, sink) => ({
      nodes: [
        node(z, 'batch', 'batch', {
          mode: 'count',
          count: 10,
          overlap: 0,
          interval: 10,
          allowEmptySequence: false,
          topics: [],
          wires: [[sink]],
        }),
      ],
      first: `${z}-batch`,
    }),
  },
  {
    // from log to clean to label directly, from there by Node-RED's messaging
    name: 'clean and label',
    between: (z, sink) => ({
      nodes: [
        {
          id: `${z}-format`,
          type: 'fieldlog-format',
          definition: {
            type: 'number',
            decoder: { kind: 'pattern', pattern: '^(?P<n>[0-9]+)$' },
            fields: [{ name: 'n', type: 'number', from: 'n' }],
          },
        },
        node(z, 'fieldlog-clean', 'clean', { formats: [`${z}-format`], wires: [[`${z}-label`], [], []] }),
        // holds each reading until the next one has come
        node(z, 'fieldlog-label', 'label', {
          predicates: [{ field: 'n', operator: 'spike', values: [1_000_000], settings: { limit: 2 } }],
          wires: [[sink], [sink]],
        }),
      ],
      first: `${z}-clean`,
    }),
  },
  {
    name: 'function that throws',
    lost: (number) => number % 3 === 0,
    between: (z, sink) => ({
      nodes: [code(z, 'throws', "if (msg.payload % 3 === 0) throw new Error('third'); return msg", sink)],
      first: `${z}-throws`,
    }),
  },
  {
    name: 'never done',
    timeLimit: 1,
    incomplete: true,
    between: (z, sink) => ({
      nodes: [node(z, 'test-stuck', 'stuck', { wires: [[sink]] })],
      first: `${z}-stuck`,
    }),
  },
]

export const idOf = ({ name }: Pick<Scenario, 'name'>) => name.replaceAll(' ', '-')
export const journalOf = (folder: string, scenario: Scenario) => join(folder, `journal-${idOf(scenario)}`)
export const sinkFile = (folder: string, scenario: Pick<Scenario, 'name'>) =>
  join(folder, `sink-${idOf(scenario)}.txt`)

/** The flow of one scenario, on a tab of its own. `version` makes nodes differ, so that a deploy replaces them. */
export function flowOf(
  folder: string,
  scenario: Scenario,
  version: { tab?: number; log?: number; node?: number; journal?: number } = {},
): FlowNode[] {
  const z = idOf(scenario)
  const { nodes, first } = scenario.between(z, `${z}-sink`)
  const { burst, interval } = scenario.feed ?? { burst: 3, interval: 50 }
  return [
    { id: z, type: 'tab', label: `${scenario.name} ${version.tab ?? 0}` },
    {
      id: `${z}-journal`,
      type: 'fieldlog-journal',
      name: `version ${version.journal ?? 0}`,
      directory: journalOf(folder, scenario),
      flushInterval: '0.1',
      reserve: '0',
    },
    { id: `${z}-feed`, z, type: 'test-feed', ...placed, burst, interval, wires: [[`${z}-log`]] },
    {
      id: `${z}-log`,
      z,
      type: 'fieldlog-log',
      ...placed,
      name: `version ${version.log ?? 0}`,
      journal: `${z}-journal`,
      window: String(window),
      quietTime: String(scenario.quietTime ?? quietTime),
      timeLimit: String(scenario.timeLimit ?? 20),
      wires: [[first], []],
    },
    ...nodes.map((made) => (made.id === first ? { ...made, info: `version ${version.node ?? 0}` } : made)),
    {
      id: `${z}-sink`,
      z,
      type: 'test-sink',
      ...placed,
      name: `version ${version.node ?? 0}`,
      file: sinkFile(folder, scenario),
      wires: [[]],
    },
  ]
}
