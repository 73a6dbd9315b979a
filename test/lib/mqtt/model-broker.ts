// A broker without a network: it takes what a session sends, answers by rules that a test changes at any moment, and keeps
// what arrived.
import type { Outgoing } from '../../../lib/mqtt/message/outgoing.ts'
import type {
  BrokerFacts,
  ConnectionEvents,
  ConnectionSettings,
  Ending,
  OpenConnection,
} from '../../../lib/mqtt/wire/connection.ts'

/** What becomes of a message: acknowledged, refused with a code, the connection is closed on it, or nothing. */
export type Verdict = 'take' | number | 'close' | 'ignore'

export interface Arrival {
  id: string
  topic: string
  payload: string
  connection: number
}

const open: BrokerFacts = {
  receiveMaximum: 65_535,
  maximumPacketSize: Number.POSITIVE_INFINITY,
  retainAvailable: true,
  maximumQoS: 2,
}

export class ModelBroker {
  /** the rule for events */
  judge: (message: Outgoing, connection: number) => Verdict = () => 'take'
  /** for the session's own messages */
  judgeOwn: (message: Outgoing, connection: number) => Verdict = () => 'take'
  /** the rule for logins: let in, or the end of the attempt */
  login: (settings: ConnectionSettings) => Partial<Ending> | undefined = () => undefined
  /** is told of each verdict on an event, with the ids of those behind it that have been sent already */
  judged: (id: string, verdict: Verdict, behind: readonly string[], connection: number) => void = () => {}
  facts = open
  /** logins that were tried */
  readonly logins: ConnectionSettings[] = []
  /** events that were acknowledged, in order, repeats included */
  readonly arrived: Arrival[] = []
  /** everything that was sent, events by their id, own messages by their topic */
  readonly sent: Array<{ name: string; connection: number }> = []
  /** most messages without an answer at a time */
  mostInFlight = 0
  #end: ((ending: Partial<Ending>) => void) | undefined

  /** The connection is lost. @param blamesMessage the broker closed it, without a reason */
  drop(blamesMessage = false): void {
    this.#end?.({ blamesMessage })
  }

  /** The connection ends like this. */
  end(ending: Partial<Ending>): void {
    this.#end?.(ending)
  }

  readonly open: OpenConnection = (settings, events) => {
    this.logins.push(settings)
    const number = this.logins.length
    const queue: Array<{ message: Outgoing; answered: (code: number) => void }> = []
    let state: 'new' | 'open' | 'over' = 'new'
    let isWorking = false
    const end = (ending: Partial<Ending>) => {
      if (state === 'over') return
      const connected = state === 'open'
      state = 'over'
      const problem = ending.problem ?? { kind: 'lost' as const, text: 'closed the connection' }
      events.ended({ blamesMessage: false, ...ending, problem, connected })
    }
    const work = () => {
      isWorking = false
      for (let next = queue.shift(); next !== undefined && state === 'open'; next = queue.shift()) {
        const verdict = this.#judge(next.message, number)
        const { id } = next.message.userProperties ?? {}
        const behind = queue.flatMap(({ message }) => message.userProperties?.id ?? [])
        if (id !== undefined) this.judged(id, verdict, behind, number)
        if (verdict === 'close') return end({ blamesMessage: true })
        if (verdict === 'ignore') continue
        inFlight--
        next.answered(verdict === 'take' ? 0 : verdict)
      }
    }
    let inFlight = 0
    setImmediate(() => {
      if (state !== 'new') return
      const refusal = this.login(settings)
      if (refusal !== undefined) return end(refusal)
      state = 'open'
      this.#end = end
      this.#begin(events)
    })
    return {
      publish: (message, answered) => {
        if (state !== 'open') return
        this.sent.push({ name: message.userProperties?.id ?? message.topic, connection: number })
        this.mostInFlight = Math.max(this.mostInFlight, ++inFlight)
        queue.push({ message, answered })
        if (isWorking) return
        isWorking = true
        setImmediate(work)
      },
      subscribe: () => {},
      abort: (problem) => end({ problem }),
      async hangUp() {
        state = 'over'
      },
    }
  }

  #begin(events: ConnectionEvents): void {
    events.connected(this.facts)
  }

  #judge(message: Outgoing, connection: number): Verdict {
    const id = message.userProperties?.id
    if (id === undefined) return this.judgeOwn(message, connection)
    const verdict = this.judge(message, connection)
    if (verdict === 'take')
      this.arrived.push({ id, topic: message.topic, payload: message.payload.toString(), connection })
    return verdict
  }
}
