// Sends on what it gets and never calls done.
export default function (RED) {
  RED.nodes.registerType('test-stuck', function (config) {
    RED.nodes.createNode(this, config)
    this.on('input', (msg, send, _done) => send(msg))
  })
}
