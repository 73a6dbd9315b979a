// Tries whether a broker lets us in, for somebody who looks at the answer.
import type { Clock } from '../../kit/clock.ts'
import {
  type ConnectionSettings,
  type Ending,
  type OpenConnection,
  openConnection,
  type ProtocolVersion,
} from '../wire/connection.ts'
import type { Problem } from '../wire/problems.ts'

export type TriedBroker = Pick<ConnectionSettings, 'url' | 'username' | 'password' | 'tls'>

/** ms */
const longest = 8_000
/** A broker that knows no MQTT 5 says so, or closes the connection in silence. */
const versions: readonly ProtocolVersion[] = [5, 4]

/** Undefined where it let us in and we have said goodbye; else why it did not. */
export async function tryBroker(
  broker: TriedBroker,
  clientId: string,
  clock: Clock,
  open: OpenConnection = openConnection,
): Promise<Problem | undefined> {
  let problem: Problem | undefined
  for (const protocolVersion of versions) {
    const settings = { ...broker, clientId, keepalive: 10, protocolVersion, connectTimeout: longest }
    const ending = await tryOnce(settings, clock, open)
    if (ending === undefined) return undefined
    problem = ending.problem
    if (problem.kind !== 'version' && ending.isSilent !== true) break
  }
  return problem
}

function tryOnce(
  settings: ConnectionSettings,
  clock: Clock,
  open: OpenConnection,
): Promise<Ending | undefined> {
  return new Promise((resolve) => {
    const stopTimer = clock.after(longest, () => {
      connection.abort({ kind: 'no answer', text: `does not answer within ${longest / 1000} s` })
    })
    const connection = open(
      settings,
      {
        connected() {
          stopTimer()
          connection.hangUp().then(
            () => resolve(undefined),
            () => resolve(undefined),
          )
        },
        ended(ending) {
          stopTimer()
          resolve(ending)
        },
      },
      clock,
    )
  })
}
