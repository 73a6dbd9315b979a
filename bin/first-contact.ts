// Puts the set-up page together: the door in front of everything, the first password, and the settings.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { AccessParts } from '../lib/appliance/access.ts'
import type { ApplianceConfig, Environment, Machine, MqttConfig } from '../lib/appliance/config.ts'
import { keepSecret } from '../lib/appliance/home.ts'
import { type Login, passwordFile } from '../lib/appliance/login.ts'
import { Door } from '../lib/appliance/setup/door.ts'
import { FirstPassword, openFor } from '../lib/appliance/setup/first-password.ts'
import { setupFolder } from '../lib/appliance/setup/guard.ts'
import { Settings } from '../lib/appliance/setup/settings.ts'
import { type BrokerTrial, SetupSite } from '../lib/appliance/setup/site.ts'
import type { LoginGate } from '../lib/appliance/web/login-gate.ts'
import { hashInBackground } from '../lib/appliance/web/passwords.ts'
import { systemClock } from '../lib/kit/clock.ts'
import { tryBroker } from '../lib/mqtt/session/try-broker.ts'
import { packageRoot } from '../lib/package.ts'
import { StaticFiles } from '../lib/pages/static-files.ts'

export interface FirstContactParts extends Omit<AccessParts, 'gate'> {
  /** the environment of the start, with the credentials of systemd */
  env: Environment
  machine: Machine
  config: ApplianceConfig
  login: Login | undefined
  gateFor(login: Login): LoginGate
  /** Lets the flow run with other settings. */
  apply(config: ApplianceConfig): Promise<void>
  log(text: string): void
}

export interface FirstContact {
  door: Door
  site: SetupSite
  /** the first password is to be chosen */
  isSettingUp: boolean
}

export function firstContact(parts: FirstContactParts): FirstContact {
  const { env, machine, config, login, gateFor, apply, log, tokenCheck, reader } = parts
  const isSettingUp = !login && !config.loopback
  const door = new Door({
    gate: login && gateFor(login),
    isSettingUp,
    tokenCheck,
    reader,
    surroundings: { hostName: machine.hostName, interfaces: networkInterfaces },
  })
  const first = new FirstPassword({
    clock: systemClock,
    hash: hashInBackground,
    keep: (hash) => keepSecret(config.home, passwordFile, hash),
    chosen: (chosen) => door.lock(gateFor(chosen)),
  })
  const settings = new Settings({ env, machine, config, apply })
  const site = new SetupSite({
    files: new StaticFiles(join(packageRoot, 'dist/setup')),
    first: isSettingUp ? first : undefined,
    gateway: () => settings.gateway,
    settings: () => settings.state,
    change: (changed) => settings.change(changed),
    tryBroker: (given) => trialOf(settings.brokerOf(given)),
    log,
  })
  return { door, site, isSettingUp }
}

async function trialOf({ url, user, password, ca }: MqttConfig): Promise<BrokerTrial> {
  if (url === undefined) return { ok: true }
  const broker = {
    url,
    ...(user !== '' && { username: user, password }),
    ...(ca !== '' && { tls: { ca: readFileSync(ca) } }),
  }
  const problem = await tryBroker(broker, `fieldlog-set-up-${randomUUID().slice(0, 8)}`, systemClock)
  return problem ? { ok: false, kind: problem.kind, problem: `${url} ${problem.text}` } : { ok: true }
}

/** Where the first password is chosen, for the lines of the start. */
export function setupText(hostName: string, port: number, scheme: 'http' | 'https'): string {
  const name = hostName.includes('.') ? hostName : `${hostName}.local`
  return (
    `${scheme}://${name}:${port}${setupFolder} within ${openFor / 60_000} minutes: ` +
    'nothing else is answered until a password is chosen there'
  )
}
