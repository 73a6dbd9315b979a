// Errors that come by the thousands: one line a minute with the count, and each of them for the nodes that catch errors.
import type { Node, NodeMessage } from 'node-red'
import { type Clock, idleClock } from '../../lib/kit/clock.ts'
import { asError, errorCode } from '../../lib/kit/errors.ts'

/** ms */
const pause = 60_000

/** What a runtime's node has, and its types do not name. */
interface RunningNode {
  /** gives an error to the nodes that catch it; false where there is none */
  _flow?: { handleError(node: Node, error: unknown, message: NodeMessage): boolean }
  error(error: unknown, message?: NodeMessage): void
}

/**
 * From now on errors with these codes, by `done(error)` too, are logged once a minute for each code, with the number of
 * those that came since. Returns what ends it: the rest is said then.
 */
export function limitErrors(node: Node, codes: ReadonlySet<string>, clock: Clock = idleClock): () => void {
  const running = node as unknown as RunningNode
  const log = running.error.bind(node)
  const more = new Map<string, { count: number; last: string }>()
  const stopTimers = new Map<string, () => void>()

  const say = (code: string) => {
    stopTimers.delete(code)
    const { count, last } = more.get(code) ?? { count: 0, last: '' }
    more.delete(code)
    if (count === 0) return
    log(`${count.toLocaleString('en')} more in the last minute: ${last}`)
    wait(code)
  }
  const wait = (code: string) =>
    stopTimers.set(
      code,
      clock.after(pause, () => say(code)),
    )

  running.error = (error, message) => {
    const code = errorCode(error)
    if (code === undefined || !codes.has(code) || !message) {
      log(error, message)
      return
    }
    if (running._flow?.handleError(node, error, message) === true) return
    const text = asError(error).message
    if (stopTimers.has(code)) {
      more.set(code, { count: (more.get(code)?.count ?? 0) + 1, last: text })
      return
    }
    wait(code)
    log(text)
  }

  return () => {
    for (const [code, stop] of stopTimers) {
      stop()
      const { count, last } = more.get(code) ?? { count: 0, last: '' }
      if (count > 0) log(`${count.toLocaleString('en')} more: ${last}`)
    }
    stopTimers.clear()
    more.clear()
  }
}
