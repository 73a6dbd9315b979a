// The counts beside the reports, retained at `<topic>/stats`. They are published when there is a connection, and one message at a time:
// what a broker that was away missed of them is of no use to it.
import type { QoS } from '../message/outgoing.ts'
import type { Session } from '../session/session.ts'

/** Events, since a moment. received = reported + lost + those whose report has no outcome yet. */
export interface ReportCounts {
  /** of the last report that has an outcome; 0: there is none */
  seqNo: number
  received: number
  /** in reports that the broker has, or the outbox */
  reported: number
  /** in reports that failed */
  lost: number
  /** ms since 1970 */
  since: number
}

export class ReportStats {
  readonly #session: Pick<Session, 'publish' | 'state'>
  readonly #topic: string
  readonly #qos: QoS
  readonly #warn: (text: string) => void
  /** what is to be published, and under which id */
  #next: { id: string; counts: () => ReportCounts } | undefined
  #isUnderWay = false

  constructor(
    session: Pick<Session, 'publish' | 'state'>,
    { topic, qos }: { topic: string; qos: QoS },
    warn: (text: string) => void,
  ) {
    this.#session = session
    this.#topic = `${topic}/stats`
    this.#qos = qos
    this.#warn = warn
  }

  /** There are new counts, with the outcome of a report. */
  changed(reportId: string, counts: () => ReportCounts): void {
    this.#next = { id: `${reportId}:stats`, counts }
    this.publish()
  }

  /** Publishes what is due; to be called when the session's state has changed, too. */
  publish(): void {
    if (this.#next === undefined || this.#isUnderWay || this.#session.state.phase !== 'connected') return
    const { id, counts } = this.#next
    this.#next = undefined
    this.#isUnderWay = true
    const message = {
      id,
      topic: this.#topic,
      payload: JSON.stringify(counts()),
      retain: true,
      qos: this.#qos,
      contentType: 'application/json',
    }
    this.#session.publish(message, (error) => {
      this.#isUnderWay = false
      if (error !== undefined)
        this.#warn(`mqtt out: the counts of reports are not published: ${error.message}`)
      this.publish()
    })
  }
}
