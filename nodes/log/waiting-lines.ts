// What waits at log nodes that have no usable journal yet, by the node's id: a line outlives its node by the time of a
// deploy, which may be what brings the journal.
import type { NodeAPI } from 'node-red'
import { WaitingLine } from '../../lib/delivery/waiting-line.ts'
import { systemClock } from '../../lib/kit/clock.ts'
import type { LogNode } from '../journal/registry.ts'
import { onFlows } from '../shared/flows.ts'

interface Waiting {
  line: WaitingLine
  problem: string
  node: LogNode
  /** the flows run: its journal may have become free; undefined where the node is closed */
  look: (() => void) | undefined
}

export class WaitingLines {
  readonly #waiting = new Map<string, Waiting>()
  #isDeploy = false

  constructor(RED: NodeAPI) {
    onFlows(RED.events, {
      stopping: ({ isDeploy }) => {
        this.#isDeploy = isDeploy
      },
      started: () => {
        this.#isDeploy = false
        for (const { look, node } of [...this.#waiting.values()]) {
          if (look) look()
          else this.#end(node.id)
        }
      },
    })
  }

  /**
   * The node has no journal, for the reason given: the line that waits for one.
   * @param look called when another deploy may have brought one
   */
  wait(node: LogNode, problem: string, look: () => void): WaitingLine {
    const known = this.#waiting.get(node.id)
    const line =
      known?.line ??
      new WaitingLine({ clock: systemClock, problem: () => this.#waiting.get(node.id)?.problem ?? problem })
    this.#waiting.set(node.id, { line, problem, node, look })
    return line
  }

  /** Whether the node has no journal yet. */
  has(node: LogNode): boolean {
    return this.#waiting.has(node.id)
  }

  /** The node has a journal: what waited for it. */
  take(node: LogNode): WaitingLine | undefined {
    const line = this.#waiting.get(node.id)?.line
    this.#waiting.delete(node.id)
    return line
  }

  /** The node closes. In a deploy its line waits for the next node with this id; else it is lost, and that is said. */
  leave(node: LogNode): void {
    const waiting = this.#waiting.get(node.id)
    if (waiting?.node !== node) return
    if (this.#isDeploy) waiting.look = undefined
    else this.#end(node.id)
  }

  #end(id: string): void {
    const waiting = this.#waiting.get(id)
    if (!waiting) return
    this.#waiting.delete(id)
    const { line, problem, node } = waiting
    const lost = line.waiting + line.dropped
    if (lost === 0) return
    const count = lost.toLocaleString('en')
    node.error(`log: ${count} messages were lost, as no journal came for them: ${problem}`)
  }
}
