// The status under a node: no more often than can be read, without flicker, and gone with the node.
import type { Node, NodeStatus } from 'node-red'
import { type Clock, idleClock } from '../../lib/kit/clock.ts'
import { type Throttle, throttle } from './throttle.ts'

/** A state that is over within this time (ms) is not shown. */
const passing = 1_000

/**
 * Shows what `read` gives, again after each `changed`. What is shown already is not sent again. Where one working state follows
 * another (green, blue, yellow), the colour changes only when that has lasted for a second: work that is done in batches would
 * flicker. All else, red above all, is shown at once. When the node closes its status is cleared: nothing else does that for a
 * node whose tab was disabled.
 */
export function showStatus(node: Node, read: () => NodeStatus, clock: Clock = idleClock): Throttle {
  let shown: NodeStatus = {}
  let stopWaiting: (() => void) | undefined
  const show = (status: NodeStatus) => {
    stopWaiting?.()
    stopWaiting = undefined
    if (isSame(status, shown)) return
    shown = status
    node.status(status)
  }
  const shows = throttle(
    () => {
      const status = read()
      if (!isTurn(shown, status)) show(status)
      else stopWaiting ??= clock.after(passing, () => show(read()))
    },
    undefined,
    clock,
  )
  const stop = () => {
    shows.stop()
    stopWaiting?.()
    stopWaiting = undefined
  }
  node.on('close', () => {
    stop()
    node.status({})
  })
  return { changed: shows.changed, stop }
}

const working: ReadonlySet<unknown> = new Set(['green', 'blue', 'yellow'])

/** From one working state to another. */
function isTurn(from: NodeStatus, to: NodeStatus): boolean {
  const [one, other] = [look(from), look(to)]
  return one !== undefined && other !== undefined && one !== other
}

/** The colour of a working state. */
function look(status: NodeStatus): string | undefined {
  if (typeof status !== 'object' || status.shape !== 'dot' || !working.has(status.fill)) return undefined
  return status.fill
}

function isSame(one: NodeStatus, other: NodeStatus): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
