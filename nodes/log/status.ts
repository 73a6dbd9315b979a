import type { NodeStatus } from 'node-red'
import type { LogState } from '../../lib/delivery/log-service.ts'
import { joined, type Words } from '../../lib/words/words.ts'

const longest = 60

/** The status under the log node. */
export function logStatus({ delivery, journal, problem, clockDoubt }: LogState, words: Words): NodeStatus {
  if (problem !== undefined) {
    const { dropped } = journal
    const text = joined(
      dropped > 0 && words('dropped', { count: dropped }),
      problem.replace(/^journal: /, ''),
    )
    return { fill: 'red', shape: 'ring', text: text.length > longest ? `${text.slice(0, longest)}…` : text }
  }
  if (!delivery) return { fill: 'yellow', shape: 'ring', text: words('opening') }
  const logged = words('logged', { count: journal.lastSeq })
  if (clockDoubt !== undefined)
    return { fill: 'yellow', shape: 'dot', text: joined(logged, words('clockDoubt')) }
  const { waiting } = delivery
  if (waiting > 0)
    return { fill: 'blue', shape: 'dot', text: joined(logged, words('toSend', { count: waiting })) }
  return { fill: 'green', shape: 'dot', text: logged }
}

/** A log node that has no journal yet, and in short why: what reaches it waits, as far as there is room. */
export function waitingStatus(
  problem: string,
  { waiting, dropped }: { waiting: number; dropped: number },
  words: Words,
): NodeStatus {
  const text = joined(
    problem,
    waiting > 0 && words('waiting', { count: waiting }),
    dropped > 0 && words('dropped', { count: dropped }),
  )
  return { fill: 'red', shape: 'ring', text }
}
