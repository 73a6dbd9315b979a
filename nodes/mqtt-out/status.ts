import type { NodeStatus } from 'node-red'
import type { DeliveryCounts } from '../../lib/mqtt/delivery.ts'
import type { ProblemKind } from '../../lib/mqtt/problems.ts'
import type { SessionState } from '../../lib/mqtt/session-options.ts'

/** Short, for under the node; the log has the whole sentence. */
const problemTexts: Record<ProblemKind, string> = {
  unreachable: 'broker unreachable',
  'no answer': 'broker does not answer',
  lost: 'connection lost',
  login: 'login refused',
  tls: 'TLS error',
  version: 'MQTT version refused',
  refused: 'refused by the broker',
  'taken over': 'client id in use elsewhere',
  settings: 'broker settings wrong',
}

/** Fewer are always under way. */
const manyWaiting = 200

/** The session's state under a node; the numbers are those of all nodes that use the broker. */
export function statusOf(
  { phase, problem, waiting }: SessionState,
  counts: Readonly<DeliveryCounts>,
): NodeStatus {
  const numbers = (least: number) => [
    ...(waiting > least ? [`waiting ${waiting}`] : []),
    ...(counts.refused > 0 ? [`refused ${counts.refused}`] : []),
    ...(counts.dropped > 0 ? [`no room for ${counts.dropped}`] : []),
  ]
  if (phase === 'connected') {
    const text = ['connected', ...numbers(manyWaiting)].join(' · ')
    const faultless = counts.refused === 0 && counts.dropped === 0
    return faultless ? { fill: 'green', shape: 'dot', text } : { fill: 'yellow', shape: 'dot', text }
  }
  if (problem === undefined)
    return { fill: 'yellow', shape: 'ring', text: ['connecting', ...numbers(0)].join(' · ') }
  return { fill: 'red', shape: 'ring', text: [problemTexts[problem.kind], ...numbers(0)].join(' · ') }
}
