// Reads the appliance's configuration from the environment, checked and with every default filled in.

import { join, resolve } from 'node:path'
import { type CheckInterval, checkIntervals } from '../journal/inspect/check-interval.ts'
import { bufferFields } from '../journal/write/buffer-fields.ts'
import { asError } from '../kit/errors.ts'
import { brokerAddress } from '../kit/url-login.ts'
import { problemOf, settingOf } from '../options/check.ts'
import { choice, type NumberField, wholeNumber } from '../options/fields.ts'
import { parseAddress } from '../serial/source/address.ts'
import { serialFields } from '../serial/source/settings.ts'
import { type LogLevel, logLevels } from '../time-events/settings.ts'
import { type EventsConfig, eventsUsage, parseEvents } from './events.ts'
import { isLoopbackHost } from './loopback.ts'

const brokerSchemes = ['mqtt', 'mqtts', 'ws', 'wss']

/** What the defaults need to know of the machine. */
export interface Machine {
  homeDirectory: string
  hostName: string
  /** reads a text file; throws the system's error */
  readFile(path: string): string
  exists(path: string): boolean
}

export interface MqttConfig {
  /** the broker's URL without a login in it: mqtt, mqtts, ws or wss; undefined: the embedded broker */
  url: string | undefined
  /** port of the embedded broker on 127.0.0.1; 0: any free one */
  embeddedPort: number
  user: string
  password: string
  /** path of a CA file, '' for the system's own list */
  ca: string
}

export interface ApplianceConfig {
  /** Node-RED's user directory, absolute */
  home: string
  /** a device path, `usb:vendor:product`, `tcp://`, `telnet://` or `rfc2217://host:port`, `demo:`, or `replay:file` */
  serial: string
  /** bits per second */
  baud: number
  mqtt: MqttConfig
  /** the gateway's id, first part of every topic */
  gateway: string
  /** address and port of the editor and all other HTTP; port 0: any free one */
  host: string
  port: number
  /** true where only this machine can reach `host` */
  loopback: boolean
  /** files with certificate and key, in PEM; undefined: HTTP is not encrypted */
  tls: { cert: string; key: string } | 'self' | undefined
  /** for the user `admin`; undefined: none was given */
  password: string | undefined
  /** without a password, and where others can reach it: the first one is chosen in the set-up page, not made */
  setup: boolean
  /** seconds */
  flushInterval: number
  /** events */
  bufferSize: number
  /** the first start's flow has a tab for energy sensors that send over HTTP */
  http: boolean
  /** the flow of the first start announces itself to Home Assistant */
  homeAssistant: boolean
  /** the transports of time events, for which the first start's flow has a tab where any is on */
  events: EventsConfig
  /** the level at which time events are written to Node-RED's log */
  eventsLog: LogLevel
  /** how often the whole journal is checked */
  verify: CheckInterval
}

/** A variable that cannot be used as it is. The message names it and what it may be. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  readonly code = 'CONFIG'
}

export type Environment = Record<string, string | undefined>

/**
 * Reads the variables of ../../README.md, "Settings"; an empty one counts as not set. Throws ConfigError at the first
 * bad one.
 */
export function readConfig(given: Environment, machine: Machine): ApplianceConfig {
  const env = withCredentials(given, machine)
  const text = (name: string, fallback: string) => env[name]?.trim() || fallback
  const host = text('FIELDLOG_HOST', '127.0.0.1').replace(/^\[(.*)\]$/, '$1')
  return {
    home: homeFolder(env, machine),
    serial: serialAddress(text('FIELDLOG_SERIAL', 'demo:')),
    baud: number(env, 'FIELDLOG_BAUD', serialFields.baudRate),
    mqtt: mqttConfig(env, machine),
    gateway: text('FIELDLOG_GATEWAY', machine.hostName),
    host,
    port: number(env, 'FIELDLOG_PORT', port(1880)),
    loopback: isLoopbackHost(host),
    tls: tlsFiles(env),
    password: secret(env, 'FIELDLOG_PASSWORD', machine),
    setup: isOn(env, 'FIELDLOG_SETUP'),
    flushInterval: number(env, 'FIELDLOG_FLUSH_INTERVAL', bufferFields.flushInterval),
    bufferSize: number(env, 'FIELDLOG_BUFFER_SIZE', bufferFields.bufferSize),
    http: isOn(env, 'FIELDLOG_HTTP'),
    homeAssistant: isOn(env, 'FIELDLOG_HOMEASSISTANT'),
    events: eventsConfig(env),
    eventsLog: logLevel(env, 'FIELDLOG_EVENTS_LOG'),
    verify: verifyInterval(env),
  }
}

/** Node-RED's user directory, absolute. */
export function homeFolder(env: Environment, { homeDirectory }: Machine): string {
  return resolve(env.FIELDLOG_HOME?.trim() || join(homeDirectory, '.fieldlog'))
}

/** Variables that can also come from a file. */
export const secretVariables = ['FIELDLOG_PASSWORD', 'FIELDLOG_MQTT_PASSWORD']

/**
 * The environment with the files of /etc/fieldlog/secrets in it, each as NAME_FILE, as the service's
 * `LoadCredential=secret:…` names them; a variable that is set wins.
 */
export function withCredentials(env: Environment, { exists }: Pick<Machine, 'exists'>): Environment {
  const folder = env.CREDENTIALS_DIRECTORY
  if (!folder) return env
  const open = secretVariables.filter((name) => !env[name] && !env[`${name}_FILE`]?.trim())
  const files = open.map((name) => [`${name}_FILE`, join(folder, `secret_${name}`)] as const)
  return { ...env, ...Object.fromEntries(files.filter(([, path]) => exists(path))) }
}

/**
 * Takes the secrets out of the environment that child processes inherit. `FIELDLOG_MQTT_PASSWORD` can still be looked
 * up by its name, because the flow's broker refers to it; but it is in no list of variables, and nothing inherits it.
 * @param env process.env, or what stands for it
 */
export function hideSecrets(env: Environment, config: ApplianceConfig): void {
  for (const name of secretVariables) delete env[name]
  // child processes get what `for … in` finds
  Object.defineProperty(Object.getPrototypeOf(env), 'FIELDLOG_MQTT_PASSWORD', {
    value: config.mqtt.password,
    enumerable: false,
    configurable: true,
  })
}

/**
 * The variables as the flow's `${FIELDLOG_…}` see them: every one set but the password (`hideSecrets`), so that a node
 * never meets an unset one. `brokerUrl` is where the embedded broker listens, for a config without a broker of its own.
 */
export function flowEnvironment(config: ApplianceConfig, brokerUrl: string): Record<string, string> {
  return {
    FIELDLOG_HOME: config.home,
    FIELDLOG_SERIAL: config.serial,
    FIELDLOG_BAUD: String(config.baud),
    FIELDLOG_MQTT: config.mqtt.url ?? brokerUrl,
    FIELDLOG_MQTT_USER: config.mqtt.user,
    FIELDLOG_MQTT_CA: config.mqtt.ca,
    FIELDLOG_GATEWAY: config.gateway,
    FIELDLOG_HOMEASSISTANT: config.homeAssistant ? 'on' : 'off',
    FIELDLOG_FLUSH_INTERVAL: String(config.flushInterval),
    FIELDLOG_BUFFER_SIZE: String(config.bufferSize),
    FIELDLOG_EVENTS_LOG: config.eventsLog,
    FIELDLOG_VERIFY: config.verify,
  }
}

/** Where lines come from, as the port's panel would take it, and refused at the start where it would not. */
function serialAddress(text: string): string {
  try {
    const address = parseAddress(text)
    return address.kind === 'device' ? address.path : text
  } catch (error) {
    throw new ConfigError(`FIELDLOG_SERIAL: ${asError(error).message}`)
  }
}

/**
 * A login inside the URL moves out of it, into user and password: so no log, status or error that names the
 * broker can show it. FIELDLOG_MQTT_USER and _PASSWORD win over the URL's.
 */
function mqttConfig(env: Environment, machine: Machine): MqttConfig {
  const ca = env.FIELDLOG_MQTT_CA?.trim()
  const config: MqttConfig = {
    url: undefined,
    embeddedPort: number(env, 'FIELDLOG_MQTT_PORT', port(1883)),
    user: env.FIELDLOG_MQTT_USER ?? '',
    password: secret(env, 'FIELDLOG_MQTT_PASSWORD', machine) ?? '',
    ca: ca ? resolve(ca) : '',
  }
  const given = env.FIELDLOG_MQTT?.trim()
  if (!given) return config
  const address = brokerAddress(given, brokerSchemes)
  if (!address) {
    // the value is not repeated: it may hold a password
    throw new ConfigError(
      'FIELDLOG_MQTT must be a URL as mqtt://host:1883, mqtts://host:8883, ws://host/path or wss://host/path; ' +
        'a password belongs in the file that FIELDLOG_MQTT_PASSWORD_FILE names',
    )
  }
  config.url = address.url
  config.user ||= address.user
  config.password ||= address.password
  return config
}

/**
 * A secret of the variable NAME, or of the file that NAME_FILE names (its first line); undefined where there is neither. A
 * file that is empty is a mistake, and no secret at all would let everybody in.
 */
function secret(env: Environment, name: string, { readFile }: Machine): string | undefined {
  const path = env[`${name}_FILE`]?.trim()
  if (!path) return env[name] || undefined
  if (env[name]) throw new ConfigError(`${name} and ${name}_FILE are both set; remove ${name}`)
  let text: string
  try {
    text = readFile(path)
  } catch (error) {
    throw new ConfigError(`${name}_FILE names ${path}, which cannot be read: ${asError(error).message}`)
  }
  const [line = ''] = text.split(/\r?\n/, 1)
  if (!line) throw new ConfigError(`${name}_FILE names ${path}, whose first line is empty`)
  return line
}

function tlsFiles(env: Environment): ApplianceConfig['tls'] {
  const cert = env.FIELDLOG_TLS_CERT?.trim()
  const key = env.FIELDLOG_TLS_KEY?.trim()
  if (cert === 'self' && !key) return cert
  if (cert && key) return { cert: resolve(cert), key: resolve(key) }
  if (!cert && !key) return undefined
  throw new ConfigError(
    'FIELDLOG_TLS_CERT and FIELDLOG_TLS_KEY go together: set both, or neither; FIELDLOG_TLS_CERT=self alone has the machine make its own',
  )
}

/** The number in a variable, by the rule of the option that it fills in; empty: that option's default. */
function number(env: Environment, name: string, rule: NumberField): number {
  const field = { ...rule, title: name, env: false }
  const problem = problemOf(field, env[name])
  if (problem !== undefined) throw new ConfigError(problem)
  return settingOf(field, env[name])
}

function verifyInterval(env: Environment): CheckInterval {
  const text = (env.FIELDLOG_VERIFY?.trim() || 'daily').toLowerCase()
  const known = checkIntervals.find((each) => each === text)
  if (known) return known
  throw new ConfigError(`FIELDLOG_VERIFY is ${text}: give one of ${checkIntervals.join(', ')}`)
}

/** Off where the variable is empty. */
function isOn(env: Environment, name: string): boolean {
  const text = (env[name]?.trim() || 'off').toLowerCase()
  if (text === 'on' || text === 'off') return text === 'on'
  throw new ConfigError(`${name} is ${text}: give on or off`)
}

function eventsConfig(env: Environment): EventsConfig {
  const text = env.FIELDLOG_EVENTS?.trim() || 'off'
  const config = parseEvents(text)
  if (config) return config
  throw new ConfigError(`FIELDLOG_EVENTS is ${JSON.stringify(text)}: ${eventsUsage}`)
}

function logLevel(env: Environment, name: string): LogLevel {
  const field = choice(logLevels, { title: name, default: 'off' })
  const problem = problemOf(field, env[name])
  if (problem !== undefined) throw new ConfigError(problem)
  return logLevels.find((level) => level === env[name]?.trim()) ?? field.default
}

function port(fallback: number): NumberField {
  return wholeNumber({ title: 'port', min: 0, max: 65_535, default: fallback })
}
