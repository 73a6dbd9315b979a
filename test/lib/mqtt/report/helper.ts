// What the tests of reports share: time events of the flow, and a session whose answers the test gives.
import type { FieldlogEvent } from '../../../../lib/event.ts'
import type { Publication, Settled } from '../../../../lib/mqtt/outbox/outbox.ts'
import type { ReporterParts } from '../../../../lib/mqtt/report/reporter.ts'
import type { SessionListener } from '../../../../lib/mqtt/session/session-options.ts'

/** UTC of the boot that the events' clock counts from. */
export const boot = Date.parse('2026-11-21T11:59:59.000Z')

/** A time event whose message is its id. @param msec of its sender's clock */
export function timeEvent(seq: number, msec = 500, over: Partial<FieldlogEvent> = {}): FieldlogEvent {
  const id = `k3x9a7qd-${seq}`
  const time = boot + msec
  const data = {
    cat: 'BOOT',
    source: 'init',
    pid: 7,
    seq: 'SINGLE',
    msg: id,
    time,
    msec,
    transport: 'queue',
    known: true,
  }
  const base = {
    id,
    seq,
    received: time,
    time,
    source: 'telog',
    raw: '{}',
    replayed: false,
    type: 'timeevent',
  }
  return { ...base, data, ...over }
}

export interface Sent extends Publication {
  answer: Settled
}

/** A session that keeps what it is given until the test answers. */
export class ScriptedSession {
  readonly sent: Sent[] = []
  phase: 'connecting' | 'connected' | 'closed' = 'connected'
  /** default: nothing is answered by itself */
  answers: (message: Publication) => boolean = () => false
  readonly #listeners = new Set<SessionListener>()

  get state() {
    return { phase: this.phase } as ReporterParts['session']['state']
  }

  publish(message: Publication, settled: Settled): void {
    this.sent.push({ ...message, answer: settled })
    if (this.answers(message)) settled()
  }

  subscribe(listener: SessionListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  connect(): void {
    this.phase = 'connected'
    for (const listener of this.#listeners) listener.changed()
  }

  /** Reports alone. */
  get reports(): Sent[] {
    return this.sent.filter(({ topic }) => !topic.endsWith('/stats'))
  }

  get stats(): unknown[] {
    return this.sent
      .filter(({ topic }) => topic.endsWith('/stats'))
      .map(({ payload }) => JSON.parse(String(payload)))
  }
}
