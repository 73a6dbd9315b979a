import type { NodeStatus } from 'node-red'
import { ageText } from '../../lib/kit/age.ts'
import type { DeliveryCounts } from '../../lib/mqtt/session/delivery.ts'
import type { SessionState } from '../../lib/mqtt/session/session-options.ts'
import type { ProblemKind } from '../../lib/mqtt/wire/problems.ts'

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

/** Fewer than this are in flight all the time and are not worth showing. */
const manyWaiting = 200
/** ms; what waits longer is shown with its age */
const longWait = 10_000

/** The session's state under a node; the numbers are those of all nodes that use the broker. @param played stored lines that this node did not publish */
export function statusOf(
  state: SessionState,
  counts: Readonly<DeliveryCounts>,
  played = 0,
  now = Date.now(),
): NodeStatus {
  const { phase, problem, diskProblem, refused, closedBroker, closedCount } = state
  const isConnected = phase === 'connected'
  const numbers = [
    ...closedText(state, now),
    ...waitingText(state, isConnected ? manyWaiting : 0, now),
    ...(refused > 0 ? [`refused ${refused}`] : []),
    ...(played > 0 ? [`stored lines not published ${played}`] : []),
    ...(counts.dropped > 0 ? [`dropped ${counts.dropped}`] : []),
    ...(diskProblem !== undefined ? ['outbox: disk error'] : []),
  ]
  const text = (first: string) => [first, ...numbers].join(' · ')
  if (isConnected) {
    if (closedBroker !== undefined) return { fill: 'red', shape: 'dot', text: text('connected') }
    const isFaultless =
      refused === 0 && closedCount === 0 && counts.dropped === 0 && diskProblem === undefined
    return { fill: isFaultless ? 'green' : 'yellow', shape: 'dot', text: text('connected') }
  }
  if (problem === undefined) return { fill: 'yellow', shape: 'ring', text: text('connecting') }
  return { fill: 'red', shape: 'ring', text: text(problemTexts[problem.kind]) }
}

/** Which messages wait although the broker is there, since when, and why. */
function closedText(state: SessionState, now: number): string[] {
  const { closedBroker, closedCount, closedTopics } = state
  if (closedBroker !== undefined)
    return [`takes nothing${forLong(closedBroker, now)}: ${closedBroker.reason}`]
  if (closedCount === 0) return []
  const first = closedTopics.reduce((one, other) => (other.since < one.since ? other : one))
  const what = closedCount === 1 ? `${first.topic} waits` : `${first.topic} and ${closedCount - 1} more wait`
  return [`${what}${forLong(first, now)}: ${first.reason}`]
}

function forLong({ since }: { since: number }, now: number): string {
  return now - since < longWait ? '' : ` for ${ageText(now - since)}`
}

function waitingText({ waiting, oldest }: SessionState, least: number, now: number): string[] {
  const age = oldest === undefined ? 0 : now - oldest
  if (waiting === 0 || (waiting <= least && age < longWait)) return []
  return [`waiting ${waiting}${age < longWait ? '' : `, oldest ${ageText(age)}`}`]
}
