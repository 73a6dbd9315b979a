// The gateway that is looked at: its home, its settings, its flow, and the logins in it.
import { join, resolve } from 'node:path'
import {
  type ApplianceConfig,
  type Machine as ConfigMachine,
  type Environment,
  flowEnvironment,
  readConfig,
  secretVariables,
  withCredentials,
} from '../../appliance/config.ts'
import { decryptCredentials } from '../../appliance/home.ts'
import { passwordFile } from '../../appliance/login.ts'
import { type Stored, storedFile, storedIn, withStored } from '../../appliance/setup/stored.ts'
import { asError, errorCode } from '../../kit/errors.ts'
import { servicePaths } from '../service/unit.ts'
import { type Finding, sayOf } from './finding.ts'
import { type Machine, textIn } from './machine.ts'

/** A node of the flow file, as Node-RED has written it. */
export interface FlowNode {
  id: string
  type: string
  [property: string]: unknown
}

/** What a node keeps apart from the flow, by the property's name. */
export type Credentials = Record<string, unknown>

export interface Site {
  home: string
  /** the variables, those of the service's settings file among them */
  env: Environment
  /** the home is that of the service */
  isService: boolean
  /** undefined where a variable makes no sense */
  config: ApplianceConfig | undefined
  /** all nodes of the flow file */
  flow: readonly FlowNode[]
  /** by the node's id; empty where they cannot be read */
  credentials: Readonly<Record<string, Credentials>>
  /** every secret that was met, so that none of them is ever shown */
  secrets: readonly string[]
  /** what was wrong with all that */
  findings: Finding[]
}

const say = sayOf('settings')

export async function readSite(machine: Machine, given: Environment, home: string): Promise<Site> {
  const isService = resolve(home) === servicePaths.home
  const findings: Finding[] = []
  const settings = isService ? await serviceSettings(machine, findings) : {}
  const started = { ...settings, ...given, FIELDLOG_HOME: home }
  const files = await secretFiles(machine, started)
  const setUp = await setUpIn(machine, home, findings)
  const env = withStored(withCredentials(started, known(files)), setUp)
  const config = configOf({ ...machine, ...known(files) }, env, findings)
  const flow = await flowOf(machine, home, findings)
  const { credentials, secret } = await credentialsOf(machine, home, findings)
  const hash = await textIn(machine, join(home, passwordFile))
  const secrets = [
    ...secretVariables.map((name) => env[name]),
    ...files.values(),
    config?.password,
    config?.mqtt.password,
    setUp.FIELDLOG_MQTT_PASSWORD,
    secret,
    hash,
    given.FIELDLOG_TOKEN,
    ...Object.values(credentials).flatMap(textsIn),
    ...flow.map(({ broker }) => passwordIn(String(broker))),
  ]
  return {
    ...{ home, env, isService, config, flow, credentials, findings },
    secrets: [...new Set(secrets.filter((text) => text !== undefined && text !== ''))] as string[],
  }
}

/** Of an address with a login, `user:password@host`. */
function passwordIn(address: string): string | undefined {
  return /^(?:[a-z]+:\/\/)?[^:/@]*:(.+)@/i.exec(address)?.[1]
}

/** A property of a node, with the variables in it put in, as Node-RED does. */
export function propertyOf({ config, env }: Site, node: FlowNode, name: string): string {
  const known: Environment = { ...env, ...(config && flowEnvironment(config, embeddedUrl(config))) }
  const value = node[name]
  if (typeof value !== 'string' && typeof value !== 'number') return ''
  return String(value).replaceAll(/\$\{(\w+)\}|\$\((\w+)\)/g, (_, name, old) => known[name ?? old] ?? '')
}

/** The nodes of a type that are not switched off. */
export function nodesOf({ flow }: Site, type: string): FlowNode[] {
  const off = new Set(flow.filter(({ disabled }) => disabled === true).map(({ id }) => id))
  return flow.filter((node) => node.type === type && node.d !== true && !off.has(String(node.z)))
}

/** The directories of the flow's journals; that of the shipped flow where there is none in it. */
export function journalsOf(site: Site): string[] {
  const named = nodesOf(site, 'fieldlog-journal').map(
    (node) => propertyOf(site, node, 'directory') || 'journal',
  )
  return [...new Set((named.length > 0 ? named : ['journal']).map((path) => resolve(site.home, path)))]
}

export function embeddedUrl({ mqtt }: ApplianceConfig): string {
  return `mqtt://127.0.0.1:${mqtt.embeddedPort}`
}

/** Strings at any depth. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** The lines of the service's settings file, as systemd reads them; root alone may. */
async function serviceSettings(machine: Machine, findings: Finding[]): Promise<Environment> {
  try {
    return parseEnvironment(await machine.read(servicePaths.settings))
  } catch (error) {
    if (errorCode(error) !== 'ENOENT')
      findings.push(
        say.warning(
          `the service's settings cannot be read: ${asError(error).message}`,
          'run it as root: sudo fieldlog doctor',
        ),
      )
    return {}
  }
}

/** Lines `NAME=value`, quotes around the value taken away. */
function parseEnvironment(text: string): Environment {
  const env: Environment = {}
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^\s*([A-Z_][A-Z\d_]*)=(.*)$/i.exec(line) ?? []
    if (name !== undefined) env[name] = value.trim().replace(/^(["'])(.*)\1$/, '$2')
  }
  return env
}

/** What was set in the set-up page. */
async function setUpIn(machine: Machine, home: string, findings: Finding[]): Promise<Stored> {
  const path = join(home, storedFile)
  try {
    return storedIn(await textIn(machine, path), path)
  } catch (error) {
    findings.push(say.fault(asError(error).message, 'the gateway does not start until then'))
    return {}
  }
}

function configOf(machine: ConfigMachine, env: Environment, findings: Finding[]) {
  try {
    return readConfig(env, machine)
  } catch (error) {
    findings.push(say.fault(asError(error).message, 'correct that variable, and start the gateway again'))
    return undefined
  }
}

/** Reads files that were read before. */
function known(files: ReadonlyMap<string, string>): Pick<ConfigMachine, 'exists' | 'readFile'> {
  return {
    exists: (path) => files.has(path),
    readFile(path) {
      const text = files.get(path)
      if (text === undefined) throw new Error('no such file, or not for this user')
      return text
    },
  }
}

/** Files with secrets, by path: those that variables name, and those of the service. */
async function secretFiles(machine: Machine, env: Environment): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  const named = secretVariables.flatMap((name) => env[`${name}_FILE`]?.trim() || [])
  for (const name of secretVariables) {
    const text = await textIn(machine, `${servicePaths.secrets}/${name}`)
    // as systemd would hand it over
    if (text !== undefined && env.FIELDLOG_HOME === servicePaths.home) {
      env.CREDENTIALS_DIRECTORY = servicePaths.secrets
      files.set(`${servicePaths.secrets}/secret_${name}`, text)
    }
  }
  for (const path of named) {
    const text = await textIn(machine, path)
    if (text !== undefined) files.set(path, text)
  }
  return files
}

async function flowOf(machine: Machine, home: string, findings: Finding[]): Promise<FlowNode[]> {
  const path = join(home, 'flows.json')
  try {
    const nodes: unknown = JSON.parse(await machine.read(path))
    if (!Array.isArray(nodes)) throw new SyntaxError('it is no list of nodes')
    return nodes.filter((node): node is FlowNode => typeof Object(node).type === 'string')
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT')
      findings.push(
        say.warning(
          `there is no flow in the home ${home}`,
          'the first start makes one; if it should be there, look whether FIELDLOG_HOME is right',
        ),
      )
    else if (code === 'EACCES')
      findings.push(
        say.fault(`the home ${home} cannot be read by this user`, 'run it as root: sudo fieldlog doctor'),
      )
    else
      findings.push(
        say.fault(
          `the flow ${path} cannot be read: ${asError(error).message}`,
          'Node-RED keeps the one before as .flows.json.backup beside it: put that in its place',
        ),
      )
    return []
  }
}

async function credentialsOf(machine: Machine, home: string, findings: Finding[]) {
  const secret = await textIn(machine, join(home, 'credential-secret'))
  const text = await textIn(machine, join(home, 'flows_cred.json'))
  if (text === undefined) return { credentials: {}, secret }
  try {
    return { credentials: decryptCredentials(JSON.parse(text), secret ?? ''), secret }
  } catch {
    findings.push(
      say.fault(
        'the logins of the flow cannot be read: flows_cred.json does not belong to the key in credential-secret',
        'put the credential-secret back that it was written with, or enter the logins again in the editor and deploy',
      ),
    )
    return { credentials: {}, secret }
  }
}
