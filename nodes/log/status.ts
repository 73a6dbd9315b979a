import type { NodeStatus } from 'node-red'
import type { LogState } from '../../lib/delivery/log-service.ts'

const longest = 60

/** The status under the log node. */
export function logStatus({ delivery, journal, problem, clockDoubt }: LogState): NodeStatus {
  if (problem !== undefined) {
    const dropped = journal.dropped === 0 ? '' : `${count(journal.dropped)} dropped · `
    const text = dropped + problem.replace(/^journal: /, '')
    return { fill: 'red', shape: 'ring', text: text.length > longest ? `${text.slice(0, longest)}…` : text }
  }
  if (!delivery) return { fill: 'yellow', shape: 'ring', text: 'opening' }
  const logged = `${count(journal.lastSeq)} logged`
  if (clockDoubt !== undefined)
    return { fill: 'yellow', shape: 'dot', text: `${logged} · the clock is in doubt` }
  if (delivery.waiting > 0)
    return { fill: 'blue', shape: 'dot', text: `${logged} · ${count(delivery.waiting)} to send` }
  return { fill: 'green', shape: 'dot', text: logged }
}

/** A log node that has no journal yet, and in short why: what reaches it waits, as far as there is room. */
export function waitingStatus(
  problem: string,
  { waiting, dropped }: { waiting: number; dropped: number },
): NodeStatus {
  const waits = waiting === 0 ? '' : ` · ${count(waiting)} waiting`
  const lost = dropped === 0 ? '' : ` · ${count(dropped)} dropped`
  return { fill: 'red', shape: 'ring', text: `${problem}${waits}${lost}` }
}

function count(n: number): string {
  return n.toLocaleString('en')
}
