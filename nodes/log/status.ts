import type { NodeStatus } from 'node-red'
import type { LogState } from '../../lib/delivery/log-service.ts'

const longest = 60

/** The status under the log node. */
export function logStatus({ delivery, journal, problem }: LogState): NodeStatus {
  if (problem !== undefined) {
    const dropped = journal.dropped === 0 ? '' : `${count(journal.dropped)} dropped · `
    const text = dropped + problem.replace(/^journal: /, '')
    return { fill: 'red', shape: 'ring', text: text.length > longest ? `${text.slice(0, longest)}…` : text }
  }
  if (!delivery) return { fill: 'yellow', shape: 'ring', text: 'opening' }
  const logged = `${count(journal.lastSeq)} logged`
  if (delivery.waiting > 0)
    return { fill: 'blue', shape: 'dot', text: `${logged} · ${count(delivery.waiting)} to send` }
  return { fill: 'green', shape: 'dot', text: logged }
}

/** A log node that has no journal: what reaches it is lost, and that is said. */
export function withoutJournalStatus(refused: number): NodeStatus {
  const lost = refused === 0 ? '' : ` · ${count(refused)} not logged`
  return { fill: 'red', shape: 'ring', text: `no journal${lost}` }
}

function count(n: number): string {
  return n.toLocaleString('en')
}
