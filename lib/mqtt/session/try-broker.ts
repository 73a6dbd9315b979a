// Tries whether a broker lets us in, for somebody who looks at the answer.
import type { Clock } from '../../kit/clock.ts'
import {
  type ConnectionSettings,
  type Ending,
  openConnection,
  type ProtocolVersion,
} from '../wire/connection.ts'
import type { Problem } from '../wire/problems.ts'

export type TriedBroker = Pick<ConnectionSettings, 'url' | 'username' | 'password' | 'tls'>

/** ms */
const longest = 8_000
/** A broker that knows no MQTT 5 says so, or closes the connection in silence. */
export const newestFirst: readonly ProtocolVersion[] = [5, 4]

/**
 * Undefined where it let us in and we have said goodbye; else why it did not.
 * @param clientId a new one, so that no session of the gateway is taken over
 * @param versions of the protocol, in the order in which they are tried
 */
export async function tryBroker(
  broker: TriedBroker,
  clientId: string,
  clock: Clock,
  versions = newestFirst,
): Promise<Problem | undefined> {
  let problem: Problem | undefined
  for (const protocolVersion of versions) {
    const settings = { ...broker, clientId, keepalive: 10, protocolVersion, connectTimeout: longest }
    const ending = await tryOnce(settings, clock)
    if (ending === undefined) return undefined
    problem = ending.problem
    if (problem.kind !== 'version' && ending.isSilent !== true) break
  }
  return problem
}

function tryOnce(settings: ConnectionSettings, clock: Clock): Promise<Ending | undefined> {
  return new Promise((resolve) => {
    const stopTimer = clock.after(longest, () => {
      connection.abort({ kind: 'no answer', text: `does not answer within ${longest / 1000} s` })
    })
    const connection = openConnection(
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
