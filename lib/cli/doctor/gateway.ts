// The running gateway, as far as it answers: its own alarms are the best that is known.
import { asError, errorCode } from '../../kit/errors.ts'
import type { Status } from '../../pages/status.ts'
import type { Io, OptionValues } from '../command.ts'
import { withGateway } from '../gateway/gateway.ts'
import { counted } from '../text.ts'
import { type Finding, sayOf } from './finding.ts'
import type { Site } from './site.ts'

const say = sayOf('gateway')

export interface GatewayLook {
  findings: Finding[]
  /** what it says of itself; undefined where it does not answer, or wants a login */
  status: Status | undefined
}

export async function gateway(site: Site, options: OptionValues, io: Io): Promise<GatewayLook> {
  // by the service's variables, where these are known
  const asking = { ...io, env: { ...site.env, ...io.env } }
  try {
    const status = await withGateway(options, asking, (api) => api.ask('GET', 'fieldlog/api/status'))
    return { findings: findingsOf(status as Status), status: status as Status }
  } catch (error) {
    if (errorCode(error) !== 'COMMAND_FAILED') throw error
    const advice =
      'where it should run, see what is said of the service; a login: --user admin, its password in FIELDLOG_PASSWORD_FILE'
    return {
      findings: [say.warning(`it cannot be asked: ${asError(error).message}`, advice)],
      status: undefined,
    }
  }
}

function findingsOf({ gateway: { name, version }, accounts, alarms, brokers }: Status): Finding[] {
  const connected = brokers.filter((broker) => broker.connected).length
  const findings = [
    say.ok(
      `${name}, version ${version}, runs; ${connected} of ${counted(brokers.length, 'broker')} connected, ${counted(alarms.length, 'alarm')}`,
    ),
  ]
  for (const { level, says } of alarms) {
    const advice = 'the page Gateway says more of it'
    findings.push(level === 'error' ? say.fault(says, advice) : say.warning(says, advice))
  }
  for (const { name, balanced, says } of accounts) {
    if (!balanced)
      findings.push(say.fault(`${name}: ${says}`, 'fieldlog audit says which entries are missing'))
  }
  return findings
}
