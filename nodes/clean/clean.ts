import type { Node, NodeAPI, NodeDef } from 'node-red'
import { asError } from '../../lib/errors.ts'
import type { EventMessage } from '../../lib/event.ts'
import { compileFormats, type Formats } from '../../lib/formats/compile.ts'
import { formatDefinitions } from '../format/registry.ts'
import { throttle } from '../shared/throttle.ts'
import { cleanMessages } from './messages.ts'
import { type CleanOptions, cleanDefaults } from './options.ts'

export default function (RED: NodeAPI): void {
  RED.nodes.registerType('fieldlog-clean', function (this: Node, config: CleanOptions & NodeDef) {
    RED.nodes.createNode(this, config)
    const ids = Array.isArray(config.formats) ? config.formats : cleanDefaults.formats
    const count = { clean: 0, rejected: 0, unknown: 0 }
    let usable = 0
    let formats: Formats | undefined

    const status = throttle(() => {
      const text = `clean ${count.clean} · rejected ${count.rejected} · unknown ${count.unknown}`
      if (usable === 0) this.status({ fill: 'yellow', shape: 'ring', text: 'no formats' })
      else if (usable < ids.length)
        this.status({ fill: 'yellow', shape: 'ring', text: `${text} · formats missing` })
      else this.status({ fill: 'green', shape: 'dot', text })
    })

    // A deploy may change the formats without making this node anew.
    const compile = () => {
      const definitions = formatDefinitions(RED, ids)
      usable = definitions.length
      formats = compileFormats(definitions)
      status.changed()
      return formats
    }
    RED.events.on('flows:started', compile)

    this.on('input', function (this: Node, message, send, done) {
      try {
        const msg = message as EventMessage
        if (typeof msg.event?.id !== 'string') {
          throw new Error('clean: the message carries no event: wire this node behind a log node')
        }
        const outcome = (formats ?? compile()).decode({ payload: msg.payload, source: msg.event.source })
        count[outcome.kind]++
        status.changed()
        send(cleanMessages(msg, outcome))
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
