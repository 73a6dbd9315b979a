// Reads Node-RED's own `mqtt-broker` config node: address, TLS and login are entered there, once for all nodes.
// That node connects only when a core MQTT node registers with it; ours never do, the session is our own.
//
// In a flow that takes its broker from the environment:
//
//     { "type": "mqtt-broker", "broker": "${FIELDLOG_MQTT}", "port": "1883", "clientid": "", "protocolVersion": "5",
//       "usetls": false, "keepalive": "60", "cleansession": true, "autoConnect": true, … }
//
// with the credentials user "${FIELDLOG_MQTT_USER}" and password "${FIELDLOG_MQTT_PASSWORD}" (Node-RED 4.1 and 5.0
// replace variables in credentials, too). The scheme of the URL alone decides about TLS. With mqtts:// and no
// tls-config the CA is the one in the file that FIELDLOG_MQTT_CA names, else the system's. An empty or unset
// FIELDLOG_MQTT means mqtt://localhost:1883.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Node, NodeAPI, NodeDef } from 'node-red'
import { asError } from '../../lib/kit/errors.ts'
import { type BrokerAddress, brokerAddress } from '../../lib/kit/url-login.ts'
import { healthTopic, statusTopic } from '../../lib/mqtt/message/topic.ts'
import type { SessionOptions } from '../../lib/mqtt/session/session-options.ts'
import type { TlsSettings } from '../../lib/mqtt/wire/connection.ts'
import { isReference } from '../../lib/options/reference.ts'

/** What the core node (10-mqtt.js of Node-RED 4.1 and 5.0) has worked out of its properties. */
export interface BrokerNode extends Node {
  /** as entered: a host name, or a URL */
  broker?: string
  /** scheme, host and port, made of `broker`, `port` and `usetls` */
  brokerurl: string
  clientid?: string
  /** for MQTT.js: keepalive, protocolVersion, a proxy's agent for WebSockets */
  options: Pick<TlsSettings, 'wsOptions'> & { keepalive?: number; protocolVersion?: number }
  credentials: { user?: string; password?: string }
}

/** The core's tls-config node (05-tls.js). */
export interface TlsNode extends Node {
  /** false: its files cannot be read; it has said why */
  valid: boolean
  addTLSOptions(options: TlsSettings): TlsSettings
}

const schemes = ['mqtt', 'mqtts', 'tcp', 'ssl', 'tls', 'ws', 'wss']
const secureSchemes = ['mqtts', 'ssl', 'tls', 'wss']
const defaultUrl = 'mqtt://localhost:1883'

/** The tls-config that is chosen in a broker's panel. The broker node itself does not keep which one that is. */
export function tlsNodeOf(RED: NodeAPI, brokerId: string): TlsNode | undefined {
  let id = ''
  RED.nodes.eachNode((definition: NodeDef & { tls?: string }) => {
    if (definition.id === brokerId) id = definition.tls ?? ''
  })
  return (RED.nodes.getNode(id) as TlsNode | null) ?? undefined
}

/** A session's, with its health reports. */
export type BrokerSettings = SessionOptions & { healthTopic: string }

/**
 * @param installation tells this installation from others with the same flow
 * @throws Error in words when the address is not one of a broker; it never repeats the address, which may hold a login
 */
export function sessionOptions(
  node: BrokerNode,
  gateway: string,
  installation: () => string,
  tlsNode?: TlsNode,
): BrokerSettings {
  const { url, scheme, host, user, password } = address(node)
  const secure = secureSchemes.includes(scheme)
  const { keepalive, protocolVersion } = node.options
  return {
    url,
    address: `${scheme}://${host}`,
    clientId: clientId(node, gateway, installation),
    username: given(node.credentials?.user) ?? (user || undefined),
    password: given(node.credentials?.password) ?? (password || undefined),
    keepalive: Number.isFinite(keepalive) && keepalive! >= 0 ? keepalive! : 60,
    protocolVersion: protocolVersion === 5 || protocolVersion === 3 ? protocolVersion : 4,
    tls: { ...(secure && tlsSettings(tlsNode)), wsOptions: node.options.wsOptions },
    statusTopic: statusTopic(gateway),
    healthTopic: healthTopic(gateway),
  }
}

/** @throws Error in words; it never repeats what was entered, which may hold a password */
function address(node: BrokerNode): BrokerAddress {
  const entered = given(node.broker) === undefined ? defaultUrl : node.brokerurl
  const found = brokerAddress(entered.trim(), schemes)
  if (found !== undefined) return found
  throw new Error(
    `the broker's address must be a host name, or a URL with one of ${schemes.join(', ')}; ` +
      'a login with special characters belongs in the fields for user and password',
  )
}

/**
 * The tls-config's settings. Without one the certificate is checked against the system's CAs (the core node would
 * not check it at all, which nobody has asked for).
 */
function tlsSettings(tlsNode: TlsNode | undefined): TlsSettings {
  if (tlsNode === undefined) return { rejectUnauthorized: true, ...environmentCa() }
  if (tlsNode.valid) return tlsNode.addTLSOptions({})
  throw new Error('the TLS settings of the broker cannot be used: see the error of the tls-config node')
}

function environmentCa(): TlsSettings {
  const file = process.env.FIELDLOG_MQTT_CA
  if (!file) return {}
  try {
    return { ca: readFileSync(file) }
  } catch (error) {
    throw new Error(`the CA file of FIELDLOG_MQTT_CA cannot be read: ${asError(error).message}`)
  }
}

/**
 * What the user has entered, exactly: some brokers let in one client id only. Else one that is always the same, and
 * nobody else's.
 */
function clientId(node: BrokerNode, gateway: string, installation: () => string): string {
  const entered = given(node.clientid)
  if (entered !== undefined) return entered
  const digits = createHash('sha256').update(`${installation()} ${node.id}`).digest('hex').slice(0, 6)
  return `${gateway}-${digits}-fieldlog`
}

/**
 * The number of nodes of other kinds that use a broker configuration with a client id of its own: they connect with
 * the same one, and each connection ends the other.
 */
export function othersWithTheSameId(RED: NodeAPI, node: BrokerNode): number {
  if (given(node.clientid) === undefined) return 0
  let others = 0
  RED.nodes.eachNode((other: NodeDef & { broker?: string; d?: boolean }) => {
    if (other.broker !== node.id || other.type === 'fieldlog-mqtt-out' || other.d === true) return
    // of a flow that is switched off there is no node
    if (RED.nodes.getNode(other.id) !== null) others++
  })
  return others
}

function given(value: string | undefined): string | undefined {
  return typeof value !== 'string' || value === '' || isReference(value) ? undefined : value
}
