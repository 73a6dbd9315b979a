// What the generated flows are made of.
import { currentVersion, versionedTypes } from '../../lib/migrate/migrate.ts'

export interface FlowNode {
  id: string
  type: string
  [property: string]: unknown
}

/** Nodes of one tab. */
export type OnCanvas = (
  nodeId: string,
  type: string,
  x: number,
  y: number,
  wires: string[][],
  properties: object,
) => FlowNode

/** 16 hex digits, as Node-RED's own ids; the same at each run. */
export function id(number: number): string {
  return `f1e1d106${number.toString(16).padStart(8, '0')}`
}

/** A reference that Node-RED resolves when the flow starts. */
export function env(name: string): string {
  return `\${FIELDLOG_${name}}`
}

/** @param tab id of the tab that the nodes are on */
export function canvas(tab: string): OnCanvas {
  return (nodeId, type, x, y, wires, properties) => ({
    id: nodeId,
    type,
    z: tab,
    ...properties,
    ...versionOf(type),
    x,
    y,
    wires,
  })
}

/** Nothing for nodes of the core. */
export function versionOf(type: string): { version?: number } {
  return versionedTypes.includes(type) ? { version: currentVersion(type) } : {}
}

/**
 * The broker of all flows: the appliance joins them, and then it is there once. Address and login come from the
 * environment; the appliance puts the login in the credentials, not in the flow. The scheme of the URL decides about TLS;
 * the CA is that of FIELDLOG_MQTT_CA.
 */
export const broker: FlowNode = {
  id: id(0x12),
  type: 'mqtt-broker',
  name: '',
  broker: env('MQTT'),
  port: '1883',
  clientid: '',
  autoConnect: true,
  usetls: false,
  protocolVersion: '5',
  keepalive: '60',
  cleansession: true,
  autoUnsubscribe: true,
  birthTopic: '',
  birthQos: '0',
  birthPayload: '',
  birthMsg: {},
  closeTopic: '',
  closeQos: '0',
  closePayload: '',
  closeMsg: {},
  willTopic: '',
  willQos: '0',
  willPayload: '',
  willMsg: {},
  userProps: '',
  sessionExpiry: '',
}

/** The properties of a debug node that is off until somebody looks. @param complete `payload`, or the `message` as a whole */
export function debugNode(name: string, complete: 'payload' | 'message' = 'payload'): object {
  const shown =
    complete === 'payload'
      ? { complete: 'payload', targetType: 'msg' }
      : { complete: 'true', targetType: 'full' }
  return {
    name,
    active: false,
    tosidebar: true,
    console: false,
    tostatus: false,
    ...shown,
    statusVal: '',
    statusType: 'auto',
  }
}
