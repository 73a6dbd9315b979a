// Reads the appliance's configuration from the environment, checked and with every default filled in.
import { join, resolve } from 'node:path'
import { isLoopbackHost } from './loopback.ts'

/** What the defaults need to know of the machine. */
export interface Machine {
  homeDirectory: string
  hostName: string
}

export interface MqttConfig {
  /** the broker's URL without a login in it; undefined: the embedded broker */
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
  /** a device path, `tcp://host:port` or `demo:` */
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
  /** for the user `admin`; undefined: none was given */
  password: string | undefined
  /** seconds */
  flushInterval: number
  /** events */
  bufferSize: number
}

/** A variable that cannot be used as it is. The message names it and what it may be. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  readonly code = 'CONFIG'
}

type Environment = Record<string, string | undefined>

/**
 * Reads the variables of ../../README.md, "Settings"; an empty one counts as not set. Throws ConfigError at the first
 * bad one.
 */
export function readConfig(env: Environment, machine: Machine): ApplianceConfig {
  const text = (name: string, fallback: string) => env[name]?.trim() || fallback
  const host = text('FIELDLOG_HOST', '127.0.0.1').replace(/^\[(.*)\]$/, '$1')
  return {
    home: resolve(text('FIELDLOG_HOME', join(machine.homeDirectory, '.fieldlog'))),
    serial: text('FIELDLOG_SERIAL', 'demo:'),
    baud: number(env, 'FIELDLOG_BAUD', 57600, { integer: true, min: 1, max: 20_000_000, unit: 'bits/s' }),
    mqtt: mqttConfig(env),
    gateway: text('FIELDLOG_GATEWAY', machine.hostName),
    host,
    port: number(env, 'FIELDLOG_PORT', 1880, port),
    loopback: isLoopbackHost(host),
    password: env.FIELDLOG_PASSWORD || undefined,
    flushInterval: number(env, 'FIELDLOG_FLUSH_INTERVAL', 1, { min: 0, max: 3600, unit: 'seconds' }),
    bufferSize: number(env, 'FIELDLOG_BUFFER_SIZE', 100, {
      integer: true,
      min: 1,
      max: 100_000,
      unit: 'events',
    }),
  }
}

/**
 * The variables as the flow's `${FIELDLOG_…}` see them: every one set, so that a node never meets an unset
 * one. `brokerUrl` is where the embedded broker listens, for a config without a broker of its own.
 */
export function flowEnvironment(config: ApplianceConfig, brokerUrl: string): Record<string, string> {
  return {
    FIELDLOG_HOME: config.home,
    FIELDLOG_SERIAL: config.serial,
    FIELDLOG_BAUD: String(config.baud),
    FIELDLOG_MQTT: config.mqtt.url ?? brokerUrl,
    FIELDLOG_MQTT_USER: config.mqtt.user,
    FIELDLOG_MQTT_PASSWORD: config.mqtt.password,
    FIELDLOG_MQTT_CA: config.mqtt.ca,
    FIELDLOG_GATEWAY: config.gateway,
    FIELDLOG_FLUSH_INTERVAL: String(config.flushInterval),
    FIELDLOG_BUFFER_SIZE: String(config.bufferSize),
  }
}

/**
 * A login inside the URL moves out of it, into user and password: so no log, status or error that names the
 * broker can show it. FIELDLOG_MQTT_USER and _PASSWORD win over the URL's.
 */
function mqttConfig(env: Environment): MqttConfig {
  const ca = env.FIELDLOG_MQTT_CA?.trim()
  const config: MqttConfig = {
    url: undefined,
    embeddedPort: number(env, 'FIELDLOG_MQTT_PORT', 1883, port),
    user: env.FIELDLOG_MQTT_USER ?? '',
    password: env.FIELDLOG_MQTT_PASSWORD ?? '',
    ca: ca ? resolve(ca) : '',
  }
  const given = env.FIELDLOG_MQTT?.trim()
  if (!given) return config
  const url = URL.parse(given)
  if (!url || !['mqtt:', 'mqtts:'].includes(url.protocol) || !url.hostname) {
    // the value is not repeated: it may hold a password
    throw new ConfigError('FIELDLOG_MQTT must be a URL as mqtt://host:1883 or mqtts://host:8883')
  }
  config.user ||= decoded(url.username)
  config.password ||= decoded(url.password)
  url.username = ''
  url.password = ''
  // the path and a trailing slash mean nothing to MQTT over TCP
  config.url = `${url.protocol}//${url.host}`
  return config
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // a stray % that escapes nothing stands for itself
    return part
  }
}

interface NumberRule {
  integer?: boolean
  min: number
  max: number
  unit?: string
}

const port: NumberRule = { integer: true, min: 0, max: 65_535 }

function number(env: Environment, name: string, fallback: number, rule: NumberRule): number {
  const text = env[name]?.trim()
  if (!text) return fallback
  const value = Number(text)
  if (value >= rule.min && value <= rule.max && (!rule.integer || Number.isInteger(value))) return value
  const kind = rule.integer ? 'a whole number' : 'a number'
  const unit = rule.unit ? ` (${rule.unit})` : ''
  throw new ConfigError(`${name} is "${text}"; it must be ${kind} from ${rule.min} to ${rule.max}${unit}`)
}
