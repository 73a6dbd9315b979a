// Appends a line for each message, with its whole content and the node's name: it stands in for a debug node.
import { appendFileSync } from 'node:fs'

export default function (RED) {
  RED.nodes.registerType('test-keep', function (config) {
    RED.nodes.createNode(this, config)
    const { file, name } = config
    this.on('input', ({ payload, event }, _send, done) => {
      appendFileSync(file, `${JSON.stringify({ name, payload, event })}\n`)
      done()
    })
  })
}
