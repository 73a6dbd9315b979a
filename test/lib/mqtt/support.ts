// A session as the tests set it up, and what they ask of it.
import { type Entry, keyOf, type Publication } from '../../../lib/mqtt/outbox/outbox.ts'
import { Session } from '../../../lib/mqtt/session/session.ts'
import type { SessionOptions, SessionParts } from '../../../lib/mqtt/session/session-options.ts'
import { type FakeClock, settle } from '../../support/fake-clock.ts'
import type { ModelBroker } from './model-broker.ts'

export interface TestSession {
  session: Session
  /** lines of the log, `<level> <text>` */
  reports: string[]
  /** publishes payload = id on t/<id>; resolves when settled, rejects with the error */
  publish(id: string, over?: Partial<Publication>, again?: boolean): Promise<void>
  /** resolves when the session's state fits */
  until(condition: (session: Session) => boolean): Promise<void>
}

const open = new Set<Session>()
/** ms */
const short = { first: 10, longest: 50 }

/** A started session with pauses of milliseconds. */
export function startSession(
  url: string,
  options: Partial<SessionOptions> = {},
  parts: SessionParts = {},
): TestSession {
  const reports: string[] = []
  const session = new Session(
    {
      url,
      address: url,
      clientId: 'test-fieldlog',
      keepalive: 60,
      protocolVersion: 5,
      statusTopic: 'fieldlog/test/status',
      ...options,
      tuning: { pauses: short, probePauses: short, takeoverPauses: short, ...options.tuning },
    },
    { report: (level, text) => reports.push(`${level} ${text}`), ...parts },
  )
  open.add(session)
  session.start()
  return {
    session,
    reports,
    publish: (id, over = {}, again = false) =>
      new Promise((resolve, reject) => {
        const publication = { id, topic: `t/${id}`, payload: id, retain: false, ...over }
        session.publish(publication, (error) => (error ? reject(error) : resolve()), again)
      }),
    until: (condition) =>
      new Promise((resolve) => {
        const check = () => {
          if (!condition(session)) return
          stop()
          resolve()
        }
        const stop = session.subscribe({ changed: check })
        check()
      }),
  }
}

/** The world of a session with a model of a broker, in a time that the test moves. */
export interface ModelWorld {
  broker: ModelBroker
  time: FakeClock
  /** lines of the log, `<level> <text>` */
  reports: string[]
}

/** A session with the model of a broker, started and through its first turns. */
export async function startModelSession(
  { broker, time, reports }: ModelWorld,
  options: Partial<SessionOptions>,
  parts: SessionParts = {},
): Promise<Session> {
  const session = new Session(
    {
      url: 'mqtt://model',
      address: 'mqtt://model',
      clientId: 'model',
      keepalive: 60,
      protocolVersion: 5,
      statusTopic: 'status',
      ...options,
    },
    {
      open: broker.open,
      clock: time,
      random: () => 0.5,
      report: (level, text) => reports.push(`${level} ${text}`),
      ...parts,
    },
  )
  session.start()
  await settle(10)
  return session
}

export const connected = (session: Session): boolean => session.state.phase === 'connected'
export const inTrouble = (session: Session): boolean => session.state.problem !== undefined

/** For afterEach: closes what startSession started. */
export async function closeSessions(): Promise<void> {
  await Promise.all([...open].map((session) => session.close()))
  open.clear()
}

let orders = 0

/** An entry as the session makes it. */
export function testEntry(id: string, over: Partial<Entry> = {}): Entry {
  const publication = { id, topic: `t/${id}`, payload: `payload of ${id}`, retain: false, ...over }
  const bytes = publication.topic.length + publication.payload.length
  const fixed = { key: keyOf(publication), order: ++orders, bytes, at: 0, seq: 0, settled: [] }
  return { replayed: false, ...fixed, ...publication }
}
