import { defaultTopic, topicProblem } from '../../lib/mqtt/message/topic.ts'
import { isVariable } from '../shared/variable.ts'

/** A property that may also be text: typed, or `${VARIABLE}` of the environment. */
type NumberOrText = number | string

export interface MqttOutOptions {
  name: string
  /** id of an `mqtt-broker` config node of Node-RED: address, TLS, login, client id, keep-alive, MQTT version */
  broker: string
  /** template of the topic; may name {gateway}, {verdict}, {type}, {source}; empty: the default */
  topic: string
  /** the same for events that had to wait for the broker; empty: that of the others */
  lateTopic: string
  /** the gateway's name in topic and payload; empty: FIELDLOG_GATEWAY, else the host name */
  gateway: string
  /** what stands in a message: the whole event as JSON, its data as JSON, or the line as it came; default event */
  payload: 'event' | 'data' | 'raw'
  /** 0, 1 or 2; default 1: each message is acknowledged by the broker */
  qos: NumberOrText
  /** whether the broker keeps the last message of each topic for later subscribers; default false */
  retain: boolean
  /** MQTT 5: seconds after which the broker need not deliver a message any more; empty (default): never */
  expiry: NumberOrText
  /** after an outage: all that waits first, or what comes at once and the rest behind it; default strict */
  order: 'strict' | 'live-first'
  /** live first: events a second of those that wait; 0 (default): as fast as the broker takes them */
  pace: NumberOrText
  /** MB on disk for events that wait; default 1000 */
  maxSize: NumberOrText
  /** what stays when they are used up: the oldest events or the newest; default oldest */
  keep: 'oldest' | 'newest'
}

export const mqttOutDefaults: MqttOutOptions = {
  name: '',
  broker: '',
  topic: defaultTopic,
  lateTopic: '',
  gateway: '',
  payload: 'event',
  qos: 1,
  retain: false,
  expiry: '',
  order: 'strict',
  pace: 0,
  maxSize: 1000,
  keep: 'oldest',
}

/** Of the outbox, which all nodes of a broker share: the panel sets them in all of them. */
export const sharedOptions = ['order', 'pace', 'maxSize', 'keep'] as const

const ranges = {
  qos: { name: 'QoS', min: 0, max: 2, whole: true, unit: '' },
  expiry: { name: 'the expiry', min: 1, max: 4_294_967_295, whole: true, unit: ' of seconds' },
  pace: { name: 'the pace', min: 0, max: 100_000, whole: false, unit: ' of events a second' },
  maxSize: { name: 'the limit', min: 1, max: 1_000_000, whole: false, unit: ' of MB' },
} as const

/** What is wrong with a number, in words; empty is right and stands for the default, so is `${VARIABLE}`. */
export function numberError(property: keyof typeof ranges, value: unknown): string | undefined {
  if (value === '' || value === undefined || isVariable(value)) return undefined
  const { name, min, max, whole, unit } = ranges[property]
  const number = Number(value)
  if (number >= min && number <= max && (!whole || Number.isInteger(number))) return undefined
  return `${name} is ${String(value)}: give a ${whole ? 'whole ' : ''}number${unit} from ${min} to ${max}`
}

/**
 * A number as it is used; empty, or an unset variable: the default, which may be empty, too (undefined).
 * @throws Error in words when it is wrong
 */
export function numberOption(property: keyof typeof ranges, value: unknown): number | undefined {
  const problem = numberError(property, value)
  if (problem !== undefined) throw new Error(problem)
  const isGiven = value !== '' && value !== undefined && !isVariable(value)
  const used = isGiven ? value : mqttOutDefaults[property]
  return used === '' ? undefined : Number(used)
}

/** What is wrong with the topic template, in words. Empty is right: it stands for the default. */
export function topicError(topic: string): string | undefined {
  return topic.trim() === '' ? undefined : topicProblem(topic.trim())
}
