// Node-RED's messaging hooks, fired by hand.
import type { FlowNode, HookApi } from '../../../../lib/delivery/track/tracker.ts'

export class FakeHooks implements HookApi {
  readonly callbacks = new Map<string, (event: unknown) => void>()

  add(hook: string, callback: (event: never) => void): void {
    this.callbacks.set(hook.split('.')[0]!, callback as (event: unknown) => void)
  }

  remove(hook: string): void {
    if (hook !== '*.fieldlog') throw new Error(`unexpected ${hook}`)
    this.callbacks.clear()
  }

  has(hook: string): boolean {
    return this.callbacks.has(hook)
  }

  /** The router has found the node; it will receive the message later. */
  deliver(msg: object, node: FlowNode): void {
    this.#fire('preDeliver', { msg, destination: { id: node.id, node } })
  }

  /** The node's handler is about to be called. */
  receive(msg: object, node: FlowNode): void {
    this.#fire('onReceive', { msg, destination: { id: node.id, node } })
  }

  /** The handler has returned. */
  returned(msg: object, node: FlowNode): void {
    this.#fire('postReceive', { msg, destination: { id: node.id, node } })
  }

  /** The handler has called done. */
  done(msg: object, node: FlowNode, error?: unknown): void {
    this.#fire('onComplete', { msg, node: { id: node.id, node }, error })
  }

  /** Delivered, received, and the handler has returned. */
  take(msg: object, node: FlowNode): void {
    this.deliver(msg, node)
    this.receive(msg, node)
    this.returned(msg, node)
  }

  #fire(hook: string, event: unknown): void {
    const result: unknown = this.callbacks.get(hook)?.(event)
    // false would stop the message, a promise would delay it
    if (result !== undefined) throw new Error(`${hook} returned ${String(result)}`)
  }
}

/** A node whose handler takes done (1), or does not (0). */
export function flowNode(id: string, expectedDoneCount = 1): FlowNode {
  return { id, _expectedDoneCount: expectedDoneCount }
}
