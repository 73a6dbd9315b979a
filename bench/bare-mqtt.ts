// Bare MQTT.js as a process of its own: connects, says `ready`, and at `go` publishes events as our default flow does,
// with as many unacknowledged at a time. `fork('bare-mqtt.ts', [url, count])`
import mqtt from 'mqtt'
import { defaultTuning } from '../lib/mqtt/session/session-options.ts'
import { sampleMessage } from './sample-message.ts'

const [url, count] = [String(process.argv[2]), Number(process.argv[3])]
const client = await mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0 })
let next = 1

function publish(): void {
  if (next > count) return
  const { topic, payload } = sampleMessage(next++)
  client.publish(topic, payload, { qos: 1 }, publish)
}

process.on('message', () => {
  for (let i = 0; i < defaultTuning.window; i++) publish()
})
process.send?.('ready')
