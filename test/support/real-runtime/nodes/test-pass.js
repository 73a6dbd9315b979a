// A node that takes part in the direct way, as our own do. It notes that a message came by, and sends it to all of its
// outputs, or by the event's number to one of them.
import { onInput } from '../../../../dist/nodes/journal/direct.js'

export default function (RED) {
  RED.nodes.registerType('test-pass', function (config) {
    RED.nodes.createNode(this, config)
    const { outputs } = config
    onInput(RED, this, (msg, send, done) => {
      const way = [...(msg.way ?? []), config.mark]
      send(
        Array.from({ length: outputs }, (_, i) => (i === msg.event.seq % outputs ? { ...msg, way } : null)),
      )
      done()
    })
  })
}
