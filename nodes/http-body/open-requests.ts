// Requests that have no answer yet. A deploy loses messages that are on their way between nodes, and with them the only hold on
// their requests: those are answered here, so that no sender waits for ever.
import type { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { notNow } from '../../lib/http/refusal.ts'
import { systemClock } from '../../lib/kit/clock.ts'
import { onFlows } from '../shared/flows.ts'

/** A message is on its way from one node to the next for so long at most; ms */
const longestWay = 1_000

const lost = notNow('a deploy was under way', 1)

class OpenRequests {
  readonly #open = new Set<ServerResponse>()
  /** a node has them, and will answer */
  readonly #held = new Set<object>()

  constructor(events: EventEmitter) {
    onFlows(events, {
      started: () => {
        const before = [...this.#open]
        if (before.length > 0) systemClock.after(longestWay, () => this.#answerLost(before))
      },
    })
  }

  /** A request for one of our nodes has come. */
  add(response: ServerResponse): void {
    this.#open.add(response)
    response.on('close', () => this.#open.delete(response))
  }

  /** A node has it from now on, until the function that it gives is called. */
  hold(response: object | undefined): () => void {
    if (!response) return () => {}
    this.#held.add(response)
    return () => this.#held.delete(response)
  }

  #answerLost(responses: readonly ServerResponse[]): void {
    for (const response of responses) {
      if (!this.#open.has(response) || this.#held.has(response) || response.headersSent) continue
      response.writeHead(lost.status, { ...lost.headers, 'content-type': 'application/json; charset=utf-8' })
      response.end(JSON.stringify(lost.body))
    }
  }
}

const runtimes = new WeakMap<EventEmitter, OpenRequests>()

/** Those of a runtime. */
export function openRequestsOf(events: EventEmitter): OpenRequests {
  const known = runtimes.get(events)
  if (known) return known
  const requests = new OpenRequests(events)
  runtimes.set(events, requests)
  return requests
}
