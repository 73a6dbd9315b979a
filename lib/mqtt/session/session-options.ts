import { defaultPauses, type Pauses } from '../../kit/backoff.ts'
import type { Clock } from '../../kit/clock.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { RefusedPile } from '../outbox/refused.ts'
import type { ConnectionSettings, OpenConnection } from '../wire/connection.ts'
import type { Problem } from '../wire/problems.ts'
import type { Closure } from './topics.ts'

export interface SessionOptions
  extends Pick<
    ConnectionSettings,
    'url' | 'clientId' | 'username' | 'password' | 'keepalive' | 'protocolVersion' | 'tls'
  > {
  /** the broker as messages and the status name it: scheme, host and port, never a user or a password */
  address: string
  /** retained `online` here, `offline` by the last will and at a clean stop */
  statusTopic: string
  /** a HealthReport here once a minute while connected; default: none */
  healthTopic?: string
  tuning?: Partial<SessionTuning>
}

export interface SessionTuning {
  /** messages unacknowledged at a time; default 100; fewer when the broker's receive maximum is smaller */
  window: number
  /** bytes unacknowledged at a time, default 256 KiB: on a slow line the oldest answer would come too late */
  windowBytes: number
  /** ms until the broker must have answered the login; default 10,000 */
  connectTimeout: number
  /** ms until the answer to a message counts as late, default 2,000: from then on messages belong in the outbox */
  lateAfter: number
  /** ms until a missing answer ends the connection, default 20,000, and one more for each 4 bytes in flight */
  answerTimeout: number
  /** ids whose repeats are recognised; default 20,000 */
  rememberedIds: number
  /** between attempts to connect; default 0.5 s to 30 s */
  pauses: Pauses
  /** between attempts on a topic that the broker does not take, or on the broker; default 1 s to 5 min */
  probePauses: Pauses
  /** between attempts where another client has the same client id; default 1 s to 5 min */
  takeoverPauses: Pauses
  /** ms between health reports, default 60,000 */
  healthInterval: number
  /** ms that a connection must last to count as a good one, so that the pauses begin small again; default 10,000 */
  stableAfter: number
}

export const defaultTuning: SessionTuning = {
  window: 100,
  windowBytes: 256 * 1024,
  connectTimeout: 10_000,
  lateAfter: 2_000,
  answerTimeout: 20_000,
  rememberedIds: 20_000,
  pauses: defaultPauses,
  probePauses: { first: 1_000, longest: 300_000 },
  takeoverPauses: { first: 1_000, longest: 300_000 },
  healthInterval: 60_000,
  stableAfter: 10_000,
}

export type Report = (level: 'info' | 'warn' | 'error', text: string) => void

/** What a session is made of; tests put others in the place of some. */
export interface SessionParts {
  /** default: in memory, 100,000 messages or 64 MiB */
  outbox?: Outbox
  /** default: in memory, 1,000 messages or 4 MiB */
  refused?: RefusedPile
  /** further parts of the health report */
  health?: () => Promise<Record<string, unknown>>
  open?: OpenConnection
  clock?: Clock
  /** 0 … 1 */
  random?: () => number
  /** lines for the log: once a change of state, not once an attempt */
  report?: Report
}

export interface SessionListener {
  /** the phase, a problem or a count is another one */
  changed(): void
}

export interface SessionState {
  phase: 'connecting' | 'connected' | 'closed'
  /** why there is no connection, in words; undefined while connected and before the first attempt has ended */
  problem: Problem | undefined
  /** why the outbox cannot use its disk, in words; undefined while it can */
  diskProblem: string | undefined
  /** messages without the broker's answer, in flight or in the outbox */
  waiting: number
  /** when the oldest of them was handed over, ms since 1970 */
  oldest: number | undefined
  /** of the outbox */
  diskBytes: number
  /** messages in the dead-letter store */
  refused: number
  /** topics that the broker does not take now: the first twenty, and how many there are */
  closedTopics: readonly ClosedTopic[]
  closedCount: number
  /** why the broker takes nothing at all, and since when; undefined while it does */
  closedBroker: Closure | undefined
}

/** A topic that the broker does not take now. */
export interface ClosedTopic extends Closure {
  topic: string
  /** messages on it */
  waiting: number
}
