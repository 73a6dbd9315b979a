import type { NodeStatus } from 'node-red'
import { ageOf } from '../../lib/kit/age.ts'
import type { DeliveryCounts } from '../../lib/mqtt/session/delivery.ts'
import type { SessionState } from '../../lib/mqtt/session/session-options.ts'
import type { ProblemKind } from '../../lib/mqtt/wire/problems.ts'
import { joined, type Words } from '../../lib/words/words.ts'

/** What is said of each problem, short; the log has the whole sentence. */
const problemKeys: Record<ProblemKind, string> = {
  unreachable: 'unreachable',
  'no answer': 'noAnswer',
  lost: 'lost',
  login: 'login',
  tls: 'tls',
  version: 'version',
  refused: 'refusedByBroker',
  'taken over': 'takenOver',
  settings: 'settingsWrong',
}

/** Fewer than this are in flight all the time and are not worth showing. */
const manyWaiting = 200
/** ms; what waits longer is shown with its age */
const longWait = 10_000

/** The session's state under a node; the numbers are those of all nodes that use the broker. @param played stored lines that this node did not publish */
export function statusOf(
  state: SessionState,
  counts: Readonly<DeliveryCounts>,
  words: Words,
  played = 0,
  now = Date.now(),
): NodeStatus {
  const { phase, problem, diskProblem, refused, closedBroker, closedCount } = state
  const isConnected = phase === 'connected'
  const text = (first: string) =>
    joined(
      words(first),
      closedText(state, words, now),
      waitingText(state, isConnected ? manyWaiting : 0, words, now),
      refused > 0 && words('refused', { count: refused }),
      played > 0 && words('played', { count: played }),
      counts.dropped > 0 && words('dropped', { count: counts.dropped }),
      diskProblem !== undefined && words('diskError'),
    )
  if (isConnected) {
    if (closedBroker !== undefined) return { fill: 'red', shape: 'dot', text: text('connected') }
    const isFaultless =
      refused === 0 && closedCount === 0 && counts.dropped === 0 && diskProblem === undefined
    return { fill: isFaultless ? 'green' : 'yellow', shape: 'dot', text: text('connected') }
  }
  if (problem === undefined) return { fill: 'yellow', shape: 'ring', text: text('connecting') }
  return { fill: 'red', shape: 'ring', text: text(problemKeys[problem.kind]) }
}

/** Which messages wait although the broker is there, since when, and why. */
function closedText(state: SessionState, words: Words, now: number): string | undefined {
  const { closedBroker, closedCount, closedTopics } = state
  if (closedBroker !== undefined)
    return `${words('takesNothing')}${forLong(closedBroker, words, now)}: ${closedBroker.reason}`
  if (closedCount === 0) return undefined
  const first = closedTopics.reduce((one, other) => (other.since < one.since ? other : one))
  const { topic } = first
  const what =
    closedCount === 1 ? words('topicWaits', { topic }) : words('topicsWait', { topic, more: closedCount - 1 })
  return `${what}${forLong(first, words, now)}: ${first.reason}`
}

function forLong({ since }: { since: number }, words: Words, now: number): string {
  return now - since < longWait ? '' : ` ${words('for', { age: age(now - since, words) })}`
}

function waitingText(
  { waiting, oldest }: SessionState,
  least: number,
  words: Words,
  now: number,
): string | undefined {
  const since = oldest === undefined ? 0 : now - oldest
  if (waiting === 0 || (waiting <= least && since < longWait)) return undefined
  const text = words('waiting', { count: waiting })
  return since < longWait ? text : `${text}, ${words('oldest', { age: age(since, words) })}`
}

function age(ms: number, words: Words): string {
  const { count, unit } = ageOf(ms)
  return words(`age-${unit}`, { count })
}
