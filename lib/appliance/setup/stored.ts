// The settings that were made in the set-up page: variables in a file of the home. A variable of the environment wins.
import type { Environment } from '../config.ts'
import { ConfigError } from '../config.ts'
import { keepSecret, keptSecret } from '../home.ts'

/** In the home, with mode 600: it may hold the broker's password. */
export const storedFile = 'settings.json'

/** What can be stored, and by which variables of the environment each is fixed. */
const fixedBy = {
  FIELDLOG_SERIAL: ['FIELDLOG_SERIAL'],
  // the speed that was stored is that of the stored port
  FIELDLOG_BAUD: ['FIELDLOG_BAUD', 'FIELDLOG_SERIAL'],
  // a stored password must not go to another broker
  FIELDLOG_MQTT: brokerVariables(),
  FIELDLOG_MQTT_USER: brokerVariables(),
  FIELDLOG_MQTT_PASSWORD: brokerVariables(),
  FIELDLOG_GATEWAY: ['FIELDLOG_GATEWAY'],
} as const satisfies Record<string, readonly string[]>

export type StoredName = keyof typeof fixedBy
export type Stored = Partial<Record<StoredName, string>>

const names = Object.keys(fixedBy) as StoredName[]

function brokerVariables(): string[] {
  return ['FIELDLOG_MQTT', 'FIELDLOG_MQTT_USER', 'FIELDLOG_MQTT_PASSWORD', 'FIELDLOG_MQTT_PASSWORD_FILE']
}

/** What is stored in a home. Throws ConfigError where the file was damaged. */
export function readStored(home: string): Stored {
  return storedIn(keptSecret(home, storedFile), `${home}/${storedFile}`)
}

/** Settings as a file has them; none where there is no file. Throws ConfigError where it was damaged. */
export function storedIn(text: string | undefined, path: string): Stored {
  if (text === undefined) return {}
  const content = parsed(text)
  if (typeof content !== 'object' || content === null) {
    throw new ConfigError(`${path} is damaged; correct it, or remove it and set up again`)
  }
  return Object.fromEntries(
    Object.entries(content).filter(([name, value]) => isStoredName(name) && typeof value === 'string'),
  )
}

export function store(home: string, settings: Stored): void {
  keepSecret(home, storedFile, JSON.stringify(settings, null, 2))
}

/**
 * Whether the environment says what a setting is.
 * @param env with the credentials of systemd among it (`withCredentials`)
 */
export function isFixed(env: Environment, name: StoredName): boolean {
  return fixedBy[name].some((each) => Boolean(env[each]?.trim()))
}

/** The environment with what is stored in the place of what it leaves open. */
export function withStored(env: Environment, stored: Stored): Environment {
  const free = names.filter((name) => !isFixed(env, name))
  return { ...env, ...Object.fromEntries(free.map((name) => [name, stored[name]])) }
}

function isStoredName(name: string): name is StoredName {
  return Object.hasOwn(fixedBy, name)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
