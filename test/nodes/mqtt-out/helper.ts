// What the tests of mqtt-out share: a flow with a broker, messages, and how they complete.
import { createRequire } from 'node:module'
import type { NodeAPI, NodeDef } from 'node-red'
import type { EventMessage, FieldlogEvent } from '../../../lib/event.ts'
import mqttOut from '../../../nodes/mqtt-out/mqtt-out.ts'
import helper, { nodeRedName } from '../helper.ts'

const nodeRed = createRequire(createRequire(import.meta.url).resolve(nodeRedName))
type RegisterNodes = (RED: NodeAPI) => void
const core = (file: string) => nodeRed(`@node-red/nodes/core/network/${file}`) as RegisterNodes
export const types = [mqttOut, core('05-tls.js'), core('10-mqtt.js')]

export const brokerNode = {
  id: 'broker',
  type: 'mqtt-broker',
  broker: '127.0.0.1',
  clientid: 'gw',
  protocolVersion: '5',
  keepalive: '60',
  usetls: false,
  tls: '',
  autoConnect: true,
  cleansession: true,
}
export const tab = { id: 'tab', type: 'tab' }
export const tlsNode = { id: 'tls', type: 'tls-config', cert: '', key: '', ca: '', verifyservercert: true }

export function out(id: string, over: object = {}): NodeDef & Record<string, unknown> {
  const defaults = { topic: '', gateway: 'pi-4', qos: 1, retain: false, broker: 'broker', wires: [] }
  return { id, type: 'fieldlog-mqtt-out', z: 'tab', name: '', ...defaults, ...over }
}

export function message(seq: number, over: Partial<FieldlogEvent> = {}): EventMessage {
  const event: FieldlogEvent = {
    id: `k3x9a7qd-${seq}`,
    seq,
    received: 1353196800062,
    time: 1353196800062,
    source: 'ttyUSB0',
    raw: 'OK 12 1 118 182 0',
    replayed: false,
    type: 'room',
    data: { temp: 18.2 },
    verdict: 'good',
    reasons: [],
    ...over,
  }
  return { _msgid: `m${seq}`, payload: event.data, topic: 'room/ttyUSB0', event }
}

type CompleteEvent = { msg: EventMessage; error?: Error; node: { id: string } }

/** Resolves with what `done` got for the message with that seq at a node. */
function completion(nodeId: string, seq: number): Promise<Error | undefined> {
  const { hooks } = nodeRed('@node-red/util') as {
    hooks: { add(name: string, hook: (event: CompleteEvent) => void): void; remove(name: string): void }
  }
  const name = `onComplete.test-${nodeId}-${seq}`
  return new Promise((resolve) => {
    hooks.add(name, ({ msg, error, node }) => {
      if (node.id !== nodeId || msg.event?.seq !== seq) return
      hooks.remove(name)
      resolve(error)
    })
  })
}

/** Hands a message in and resolves with its completion. */
export function deliver(nodeId: string, msg: EventMessage): Promise<Error | undefined> {
  const completed = completion(nodeId, msg.event?.seq ?? 0)
  helper.getNode(nodeId).receive(msg)
  return completed
}

export function statusWhen(nodeId: string, fits: (text: string) => boolean): Promise<string> {
  const node = helper.getNode(nodeId)
  return new Promise((resolve) => {
    node.on('call:status', (call: { firstArg: { text: string } }) => {
      // a node that closes clears its status
      if (fits(call.firstArg.text ?? '')) resolve(call.firstArg.text)
    })
  })
}
