import { prefixProblem, typesProblem } from '../../lib/announce/options.ts'
import { defaultTopic, topicProblem, topicSentence } from '../../lib/mqtt/message/topic.ts'
import { choice, configNode, flag, number, optional, text, wholeNumber } from '../../lib/options/fields.ts'
import type { Saved, Settings } from '../../lib/options/options.ts'
import type { Sentence } from '../../lib/words/sentence.ts'

/** What all nodes of a broker share, because its outbox is one: the panel sets it in all of them. */
export const outboxFields = {
  order: choice(['strict', 'live-first'], {
    title: 'order',
    description: 'After an outage: all that waits first, or what comes at once and the rest behind it.',
    default: 'strict',
    env: true,
  }),
  pace: number({
    title: 'pace',
    description: 'Live first: how fast what waits may go; 0: as fast as the broker takes it.',
    unit: 'events a second',
    min: 0,
    max: 100_000,
    default: 0,
    env: true,
  }),
  maxSize: number({
    title: 'limit',
    description: 'Disk space for events that wait.',
    unit: 'MB',
    min: 1,
    max: 1_000_000,
    default: 1_000,
    env: true,
  }),
  keep: choice(['oldest', 'newest'], {
    title: 'what is kept',
    description: 'What stays when the disk space is used up.',
    default: 'oldest',
    env: true,
  }),
}

/** Of reports of time events alone. */
const reportFields = {
  reportInterval: wholeNumber({
    title: 'interval',
    description: 'A report holds the time events of so long, counted from its first one.',
    unit: 'seconds',
    min: 1,
    max: 3_600,
    default: 5,
    env: true,
  }),
  nodeId: optional(
    text({ title: 'node id', description: 'Of the device in each report; empty: the gateway.', env: true }),
  ),
  firmware: optional(
    text({ title: 'firmware', description: 'Its version in each report; empty: (null).', env: true }),
  ),
  location: optional(
    text({ title: 'location', description: 'Its location id in each report; empty: (null).', env: true }),
  ),
  compressed: flag({
    title: 'compressed',
    description: 'Each report is a zlib stream.',
    default: false,
  }),
}

/** What is retained beside the events. */
const announceFields = {
  latest: choice(['off', 'good', 'all'], {
    title: 'latest values',
    description:
      'The newest reading of each device is retained: good ones alone, or bad ones, too, with their verdict.',
    default: 'good',
    env: true,
  }),
  homeassistant: choice(['off', 'on'], {
    title: 'Home Assistant',
    description: 'Announces the gateway and its devices, so that Home Assistant finds them (MQTT discovery).',
    default: 'off',
    env: true,
  }),
  homeassistantPrefix: text({
    title: 'discovery prefix',
    description: 'The topics under which Home Assistant looks.',
    default: 'homeassistant',
    env: true,
    problem: prefixProblem,
  }),
  homeassistantTypes: optional(
    text({
      title: 'formats',
      description: 'Event types that are announced, with commas; empty: all.',
      env: true,
      problem: typesProblem,
    }),
  ),
}

/** The options of a `fieldlog-mqtt-out` node. */
export const mqttOutOptions = {
  name: text({ title: 'name', description: 'Shown under the node.' }),
  broker: configNode('mqtt-broker', {
    title: 'broker',
    description: 'Address, TLS, login, client id, keep-alive and MQTT version are entered there.',
  }),
  topic: text({
    title: 'topic',
    description:
      'A template that may name {gateway}, {verdict}, {type}, {device}, {source}, {key}, {eventId} and {data.NAME}. With {field} each field is a message of its own.',
    default: defaultTopic,
    env: true,
    problem: topicProblem,
  }),
  lateTopic: optional(
    text({
      title: 'late topic',
      description:
        'The template for events that had to wait for the broker; empty: the same as for the others.',
      env: true,
      problem: lateTopicProblem,
    }),
  ),
  gateway: optional(
    text({
      title: 'gateway',
      description: 'The name in topic and payload; empty: FIELDLOG_GATEWAY, else the host name.',
      env: true,
    }),
  ),
  payload: choice(['event', 'data', 'raw', 'line-protocol', 'report'], {
    title: 'payload',
    description:
      'The whole event as JSON, its data as JSON, the line as it came, the line protocol of InfluxDB, or reports of many time events as protobuf.',
    default: 'event',
    env: true,
  }),
  ...reportFields,
  qos: choice([0, 1, 2], {
    title: 'QoS',
    description: 'With 1 and 2 the broker acknowledges each message.',
    default: 1,
    env: true,
  }),
  retain: flag({
    title: 'retain',
    description: 'The broker keeps the last message of each topic for later subscribers.',
    default: false,
  }),
  expiry: optional(
    wholeNumber({
      title: 'expiry',
      description: 'MQTT 5: after this time the broker need not deliver a message any more; empty: never.',
      unit: 'seconds',
      min: 1,
      max: 4_294_967_295,
      env: true,
    }),
  ),
  played: flag({
    title: 'stored lines',
    description: 'Lines that a replay: port plays are published, too; else they are only counted.',
    default: false,
  }),
  ...announceFields,
  ...outboxFields,
}

export type MqttOutOptions = Saved<typeof mqttOutOptions>
export type MqttOutSettings = Settings<typeof mqttOutOptions>

function lateTopicProblem(template: string): Sentence | undefined {
  const problem = topicProblem(template)
  return problem === undefined ? undefined : topicSentence('topicLate', { problem })
}
