// Appends a line for each event it receives, with one write, so that a killed process loses none.
import { closeSync, openSync, writeSync } from 'node:fs'

export default function (RED) {
  RED.nodes.registerType('test-sink', function (config) {
    RED.nodes.createNode(this, config)
    const file = openSync(config.file, 'a')
    this.on('input', (msg, _send, done) => {
      const { event, parts, way } = msg
      const { id, seq, replayed } = event
      writeSync(
        file,
        `${JSON.stringify({ id, seq, replayed, part: parts?.index, for: event.for, at: Date.now(), way })}\n`,
      )
      done()
    })
    this.on('close', () => closeSync(file))
  })
}
