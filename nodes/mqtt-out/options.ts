import { defaultTopic, topicProblem } from '../../lib/mqtt/topic.ts'

export interface MqttOutOptions {
  name: string
  /** id of an `mqtt-broker` config node of Node-RED: address, TLS, login, client id, keep-alive, MQTT version */
  broker: string
  /** template of the topic; may name {gateway}, {verdict}, {type}, {source}; empty: the default */
  topic: string
  /** the gateway's name in topic and payload; empty: FIELDLOG_GATEWAY, else the host name */
  gateway: string
  /** always 1: each message is acknowledged by the broker */
  qos: 1
  /** whether the broker keeps the last message of each topic for later subscribers; default false */
  retain: boolean
}

export const mqttOutDefaults: MqttOutOptions = {
  name: '',
  broker: '',
  topic: defaultTopic,
  gateway: '',
  qos: 1,
  retain: false,
}

/** What is wrong with the topic template, in words. Empty is right: it stands for the default. */
export function topicError(topic: string): string | undefined {
  return topic.trim() === '' ? undefined : topicProblem(topic.trim())
}
