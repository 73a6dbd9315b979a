// What an event of a room node looks like on MQTT.
import { payloadWriter } from '../lib/mqtt/message/payload.ts'
import { compileTopic, defaultTopic } from '../lib/mqtt/message/topic.ts'

export interface SampleMessage {
  id: string
  topic: string
  payload: string
  retain: boolean
}

const topicOf = compileTopic(defaultTopic)
const write = payloadWriter('bench')

/** The event with this number. */
export function sampleMessage(seq: number): SampleMessage {
  const id = `k3x9a7qd-${seq}`
  const time = 1353196800062 + seq
  const event = {
    id,
    seq,
    time,
    received: time,
    source: 'ttyUSB0',
    raw: '',
    type: 'room',
    data: { light: seq % 100, moved: seq % 2, humi: 59, temp: 18.2, lobat: 0 },
    replayed: false,
    verdict: 'good' as const,
    reasons: [],
  }
  return { id, topic: topicOf({ gateway: 'bench', ...event }), payload: write(event), retain: false }
}
