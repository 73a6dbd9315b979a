import { hostname } from 'node:os'
import type { Node, NodeAPI, NodeDef } from 'node-red'
import { asError } from '../../lib/errors.ts'
import type { EventMessage, FieldlogEvent } from '../../lib/event.ts'
import { payloadWriter } from '../../lib/mqtt/payload.ts'
import { compileTopic } from '../../lib/mqtt/topic.ts'
import { throttle } from '../shared/throttle.ts'
import { isVariable } from '../shared/variable.ts'
import { type BrokerNode, sessionOptions, tlsNodeOf } from './broker.ts'
import { type MqttOutOptions, mqttOutDefaults } from './options.ts'
import { type Seat, takeSeat } from './sessions.ts'
import { statusOf } from './status.ts'

export default function (RED: NodeAPI): void {
  RED.nodes.registerType('fieldlog-mqtt-out', function (this: Node, config: MqttOutOptions & NodeDef) {
    RED.nodes.createNode(this, config)
    const options = { ...mqttOutDefaults, ...config }
    let out: Output
    try {
      out = open(RED, options)
    } catch (error) {
      refuseAll(this, asError(error))
      return
    }
    const { seat, topicOf, payloadOf } = out
    const { session } = seat
    let closed = false

    const status = throttle(() => this.status(statusOf(session.state, session.counts)))
    const stopListening = session.onChange(status.changed)
    status.changed()

    this.on('input', function (this: Node, message, _send, done) {
      try {
        const event = eventOf(message as EventMessage)
        if (event.for !== undefined && event.for !== this.id) return done()
        const topic = topicOf({ gateway: out.gateway, ...event })
        const publication = {
          id: event.id,
          topic,
          payload: payloadOf(event),
          retain: options.retain === true,
          replayed: event.replayed,
          late: () => ({ topic, payload: payloadOf({ ...event, replayed: true }) }),
        }
        const settled = (error?: Error) => {
          // The log node sends again what was under way when a node closed.
          if (closed) return
          status.changed()
          done(error)
        }
        session.publish(publication, settled, event.for === this.id)
        status.changed()
      } catch (error) {
        done(asError(error))
      }
    })

    this.on('close', (_removed: boolean, done: () => void) => {
      closed = true
      stopListening()
      status.stop()
      seat.leave().then(done, done)
    })
  })
}

interface Output {
  seat: Seat
  gateway: string
  topicOf: ReturnType<typeof compileTopic>
  payloadOf: ReturnType<typeof payloadWriter>
}

/** @throws Error in words when the node's settings, or the broker's, cannot be used */
function open(RED: NodeAPI, options: MqttOutOptions): Output {
  const topicOf = compileTopic(options.topic.trim() || mqttOutDefaults.topic)
  const gateway = gatewayName(options.gateway)
  const broker = RED.nodes.getNode(options.broker) as BrokerNode | null
  if (!broker?.brokerurl) throw new Error('no broker is chosen, or the chosen one is disabled')
  const seat = takeSeat(RED, broker.id, sessionOptions(broker, gateway, tlsNodeOf(RED, broker.id)), {})
  return { seat, gateway, topicOf, payloadOf: payloadWriter(gateway) }
}

function gatewayName(entered: string): string {
  if (entered !== '' && !isVariable(entered)) return entered
  return process.env.FIELDLOG_GATEWAY || hostname()
}

function eventOf({ event }: EventMessage): FieldlogEvent {
  if (typeof event?.id === 'string' && event.id !== '' && Number.isInteger(event.seq)) return event
  throw new Error('mqtt out: the message carries no event of the journal: wire this node behind a log node')
}

function refuseAll(node: Node, error: Error): void {
  const text = `mqtt out: ${error.message}`
  node.error(text)
  node.status({ fill: 'red', shape: 'ring', text: error.message })
  node.on('input', (_message, _send, done) => done(new Error(text)))
}
