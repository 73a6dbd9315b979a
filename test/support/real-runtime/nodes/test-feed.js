// Sends numbered lines, so many at each tick, but none while a deploy is under way. It survives deploys as a device
// does: numbers go on, and it stops for good when the test says so.
const numbers = new Map()

export default function (RED) {
  RED.nodes.registerType('test-feed', function (config) {
    RED.nodes.createNode(this, config)
    let running = false
    const go = () => {
      running = true
    }
    const hold = () => {
      running = false
    }
    const timer = setInterval(() => {
      if (!running || globalThis.fieldlogTestPaused) return
      for (let i = 0; i < config.burst; i++) {
        const number = (numbers.get(this.id) ?? 0) + 1
        if (number > (config.lines ?? Infinity)) return
        numbers.set(this.id, number)
        this.send({ payload: String(number), topic: 'feed' })
      }
    }, config.interval)
    RED.events.on('flows:started', go)
    RED.events.on('flows:stopping', hold)
    this.on('close', () => {
      clearInterval(timer)
      RED.events.removeListener('flows:started', go)
      RED.events.removeListener('flows:stopping', hold)
    })
  })
}
