import type { Node, NodeAPI, NodeDef } from 'node-red'
import { asError } from '../../lib/errors.ts'
import type { EventMessage, FieldlogEvent } from '../../lib/event.ts'
import { compilePredicates } from '../../lib/predicates/compile.ts'
import type { Labeller } from '../../lib/predicates/labeller.ts'
import { formatDefinitions } from '../format/registry.ts'
import { throttle } from '../shared/throttle.ts'
import { type LabelOptions, labelDefaults } from './options.ts'

export default function (RED: NodeAPI): void {
  RED.nodes.registerType('fieldlog-label', function (this: Node, config: LabelOptions & NodeDef) {
    RED.nodes.createNode(this, config)
    const options = { ...labelDefaults, ...config }
    const rows = Array.isArray(options.predicates) ? options.predicates : []
    const count = { good: 0, bad: 0 }
    let labeller: Labeller | undefined

    const status = throttle(() => {
      const broken = labeller?.problems.length ?? 0
      const text = `good ${count.good} · bad ${count.bad}`
      if (broken === 0) this.status({ fill: 'green', shape: 'dot', text })
      else this.status({ fill: 'yellow', shape: 'ring', text: `${text} · rules not used: ${broken}` })
    })

    // A deploy may change the formats, and with them the rules, without making this node anew.
    const compile = () => {
      labeller = compilePredicates(rows, formatDefinitions(RED, []), options)
      for (const { name, text } of labeller.problems) {
        this.warn(`label: the rule "${name}" is not used: ${text}. Correct it in the node's panel.`)
      }
      status.changed()
      return labeller
    }
    RED.events.on('flows:started', compile)

    this.on('input', function (this: Node, message, send, done) {
      try {
        const msg = message as EventMessage
        msg.event = { ...msg.event, ...(labeller ?? compile()).label(cleanEvent(msg)) }
        const good = msg.event.verdict === 'good'
        send(good ? [msg, null] : [null, msg])
        if (good) count.good++
        else count.bad++
        status.changed()
      } catch (error) {
        done(asError(error))
        return
      }
      done()
    })

    this.on('close', () => {
      RED.events.removeListener('flows:started', compile)
      status.stop()
    })
  })
}

function cleanEvent({ event }: EventMessage): FieldlogEvent {
  if (typeof event?.id === 'string' && typeof event.data === 'object' && event.data !== null) return event
  throw new Error('label: the message carries no clean event: wire this node behind a clean node')
}
