// The settings that the set-up page shows and changes: what holds now, what the environment has fixed, and what is stored.
import { join } from 'node:path'
import {
  type ApplianceConfig,
  ConfigError,
  type Environment,
  type Machine,
  type MqttConfig,
  readConfig,
} from '../config.ts'
import type { SettingName, SettingsChange, SettingsState } from './site.ts'
import { isFixed, readStored, type Stored, type StoredName, store, withStored } from './stored.ts'

export interface SettingsParts {
  /** the environment of the start, with the credentials of systemd */
  env: Environment
  machine: Machine
  /** what the gateway was started with */
  config: ApplianceConfig
  /** Lets the flow run with other settings. */
  apply(config: ApplianceConfig): Promise<void>
}

const variableOf = {
  serial: 'FIELDLOG_SERIAL',
  baud: 'FIELDLOG_BAUD',
  broker: 'FIELDLOG_MQTT',
  user: 'FIELDLOG_MQTT_USER',
  gateway: 'FIELDLOG_GATEWAY',
} as const satisfies Record<SettingName, StoredName>

const names = Object.keys(variableOf) as SettingName[]

/** What the flow file refers to. The login is in its encrypted credentials, and nodes look up the gateway's name by themselves. */
const inFlow: readonly SettingName[] = ['serial', 'baud', 'broker']

/** characters: it is a part of every topic */
const longestGateway = 64

export class Settings {
  readonly #parts: SettingsParts
  #config: ApplianceConfig
  /** changes are made one after the other */
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: SettingsParts) {
    this.#parts = parts
    this.#config = parts.config
  }

  get gateway(): string {
    return this.#config.gateway
  }

  get state(): SettingsState {
    const { serial, baud, mqtt, gateway } = this.#config
    const flow = this.#flow
    return {
      values: { serial, baud: String(baud), broker: mqtt.url ?? '', user: mqtt.user, gateway },
      hasPassword: mqtt.password !== '',
      fixed: names.filter((name) => isFixed(this.#parts.env, variableOf[name])),
      unused: inFlow.filter((name) => !flow.includes(`\${${variableOf[name]}}`)),
    }
  }

  /** Checks them, stores them and lets the gateway run with them. Throws ConfigError where they make no sense. */
  change(settings: SettingsChange): Promise<void> {
    const work = this.#last.then(() => this.#change(settings))
    this.#last = work.catch(() => undefined)
    return work
  }

  async #change(settings: SettingsChange): Promise<void> {
    const { env, machine, apply } = this.#parts
    const wanted = this.#stored(settings)
    const config = readConfig(withStored(env, wanted), machine)
    const name = config.gateway
    if (name.length > longestGateway || /[\p{Cc}/+#]/u.test(name)) {
      throw new ConfigError(
        `The gateway's name has ${longestGateway} characters at most, and none of / + #: it is a part of each topic.`,
      )
    }
    store(config.home, this.#free(wanted))
    this.#config = config
    await apply(config)
  }

  /** How the broker would be reached. Throws ConfigError for an address that makes no sense. */
  brokerOf(settings: Pick<SettingsChange, 'broker' | 'user' | 'password'>): MqttConfig {
    const { env, machine } = this.#parts
    const current = this.state.values
    return readConfig(withStored(env, this.#stored({ ...current, ...settings })), machine).mqtt
  }

  /** As variables. A login in the broker's address moves out of it; a password that is not given stays, for the same user and broker. */
  #stored({ serial, baud, broker, user, gateway, password }: SettingsChange): Stored {
    const { machine } = this.#parts
    const given = { FIELDLOG_MQTT: broker, FIELDLOG_MQTT_USER: user, FIELDLOG_MQTT_PASSWORD: password }
    const mqtt = readConfig(given, machine).mqtt
    const before = this.#config.mqtt
    const isSame = mqtt.url === before.url && mqtt.user === before.user
    const kept = password === undefined && isSame ? before.password : mqtt.password
    return {
      FIELDLOG_SERIAL: serial.trim(),
      FIELDLOG_BAUD: baud.trim(),
      FIELDLOG_GATEWAY: gateway.trim(),
      ...(mqtt.url !== undefined && {
        FIELDLOG_MQTT: mqtt.url,
        FIELDLOG_MQTT_USER: mqtt.user,
        FIELDLOG_MQTT_PASSWORD: kept,
      }),
    }
  }

  /** What is stored: of settings that the environment has fixed, what was stored before. */
  #free(wanted: Stored): Stored {
    const { env, config } = this.#parts
    const before = readStored(config.home)
    const all = [...new Set([...Object.keys(before), ...Object.keys(wanted)])] as StoredName[]
    const values = all.map((name) => [name, isFixed(env, name) ? before[name] : wanted[name]] as const)
    return Object.fromEntries(values.filter(([, value]) => value !== undefined && value !== ''))
  }

  get #flow(): string {
    const { machine, config } = this.#parts
    const path = join(config.home, 'flows.json')
    return machine.exists(path) ? machine.readFile(path) : ''
  }
}
