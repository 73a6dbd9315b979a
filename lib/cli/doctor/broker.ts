// The brokers that the flow sends to: is the name known, does it answer, does it let us in.
import { randomBytes } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { asError, errorCode } from '../../kit/errors.ts'
import { brokerAddress } from '../../kit/url-login.ts'
import { newestFirst, tryBroker } from '../../mqtt/session/try-broker.ts'
import type { TlsSettings } from '../../mqtt/wire/connection.ts'
import { type Finding, sayOf } from './finding.ts'
import type { Machine } from './machine.ts'
import { embeddedUrl, type FlowNode, nodesOf, propertyOf, type Site } from './site.ts'

const say = sayOf('broker')
const schemes = ['mqtt', 'mqtts', 'tcp', 'ssl', 'tls', 'ws', 'wss']

/** What a connection is tried with. */
interface Target {
  url: string
  user: string
  password: string
  tls: TlsSettings
  version: 3 | 4 | 5
}

export async function brokers(site: Site, machine: Machine): Promise<Finding[]> {
  const used = new Set(nodesOf(site, 'fieldlog-mqtt-out').map(({ broker }) => broker))
  const nodes = nodesOf(site, 'mqtt-broker').filter(({ id }) => used.has(id))
  const findings: Finding[] = []
  for (const node of nodes) {
    let target: Target | undefined
    try {
      target = targetOf(site, node)
    } catch (error) {
      findings.push(say.fault(asError(error).message, 'correct the TLS settings in the panel of the broker'))
      continue
    }
    findings.push(
      target
        ? await findingOf(target, isEmbedded(site, target.url), machine)
        : say.fault(
            'the address of a broker cannot be read',
            'give a host name, or a URL as mqtt://host:1883, in its panel or as FIELDLOG_MQTT',
          ),
    )
  }
  if (nodes.length === 0) findings.push(say.ok('the flow sends to no broker'))
  return findings
}

function isEmbedded({ config }: Site, url: string): boolean {
  return config !== undefined && config.mqtt.url === undefined && url === embeddedUrl(config)
}

function targetOf(site: Site, node: FlowNode): Target | undefined {
  const property = (name: string) => propertyOf(site, node, name).trim()
  const entered = property('broker') || 'localhost'
  const isUrl = /^[a-z]+:\/\//i.test(entered)
  const url = isUrl
    ? entered
    : `${node.usetls === true ? 'mqtts' : 'mqtt'}://${entered}:${property('port') || 1883}`
  const address = brokerAddress(url, schemes)
  if (!address) return undefined
  const stored = { ...node, ...site.credentials[node.id] } as FlowNode
  // of the environment where the flow refers to it
  const known = { ...site, env: { ...site.env, FIELDLOG_MQTT_PASSWORD: site.config?.mqtt.password } }
  const isSecure = ['mqtts', 'ssl', 'tls', 'wss'].includes(address.scheme)
  const version = Number(node.protocolVersion)
  return {
    url: address.url,
    user: propertyOf(known, stored, 'user') || address.user,
    password: propertyOf(known, stored, 'password') || address.password,
    tls: isSecure ? tlsOf(site, String(node.tls ?? '')) : {},
    version: version === 5 || version === 3 ? version : 4,
  }
}

/** What the tls-config node of the core, or FIELDLOG_MQTT_CA, says. Throws where a file cannot be read. */
function tlsOf(site: Site, id: string): TlsSettings {
  const node = site.flow.find((each) => each.id === id)
  if (!node) return site.config?.mqtt.ca ? { ca: readFileSync(site.config.mqtt.ca) } : {}
  const stored = site.credentials[id] ?? {}
  const part = (name: 'ca' | 'cert' | 'key') => {
    const path = propertyOf(site, node, name)
    const data = stored[`${name}data`]
    if (path !== '') return { [name]: readFileSync(path) }
    return typeof data === 'string' && data !== '' ? { [name]: data } : {}
  }
  const servername = propertyOf(site, node, 'servername')
  return {
    ...{ ...part('ca'), ...part('cert'), ...part('key') },
    ...(typeof stored.passphrase === 'string' && { passphrase: stored.passphrase }),
    rejectUnauthorized: node.verifyservercert !== false,
    ...(servername !== '' && { servername }),
  }
}

async function findingOf(target: Target, embedded: boolean, machine: Machine): Promise<Finding> {
  const { hostname } = new URL(target.url)
  try {
    await lookup(hostname.replace(/^\[(.*)\]$/, '$1'))
  } catch (error) {
    return say.fault(
      `${target.url}: the name ${hostname} is not known (${errorCode(error) ?? 'error'})`,
      'is it spelled right, and does the network have a name service? An IP address works without one',
    )
  }
  const answer = await answerOf(target, machine)
  if (answer === undefined) {
    return say.ok(
      `${target.url} ${embedded ? '(embedded) ' : ''}answers, and lets us in${target.user === '' ? '' : ` as ${target.user}`}`,
    )
  }
  if (embedded && answer.kind === 'unreachable')
    return say.ok(`${target.url} (embedded) is part of the gateway, and not there while that does not run`)
  return say.fault(`${target.url} ${answer.text}`, adviceFor(answer.kind))
}

function answerOf({ url, user, password, tls, version }: Target, { clock }: Machine) {
  const broker = { url, tls, ...(user !== '' && { username: user }), ...(password !== '' && { password }) }
  const versions = version === 5 ? newestFirst : [version]
  return tryBroker(broker, `fieldlog-doctor-${randomBytes(4).toString('hex')}`, clock, versions)
}

function adviceFor(kind: string): string {
  if (kind === 'login')
    return 'correct user and password in the panel of the broker, or FIELDLOG_MQTT_USER and its secret'
  if (kind === 'tls')
    return 'look at the certificates: those here in the panel of the broker or FIELDLOG_MQTT_CA, those there at the broker'
  return 'is the broker on, is address and port right, and does a firewall stand between? What is to be sent waits on disk meanwhile'
}
