import { currentVersion, migrate } from '../../lib/migrate/migrate.ts'
import { compileTopic } from '../../lib/mqtt/message/topic.ts'
import { colours } from '../shared/colours.ts'
import { openMigrated, saveVersion } from '../shared/panel/migrated.ts'
import { onlyConfig } from '../shared/panel/only-config.ts'
import { isVariable } from '../shared/variable.ts'
import { type MqttOutOptions, mqttOutDefaults, numberError, sharedOptions, topicError } from './options.ts'

/** The event of the preview. */
const example = { gateway: 'pi-4', type: 'room', source: 'ttyUSB0' }

function check(property: Parameters<typeof numberError>[0]) {
  return (value: unknown, _options?: unknown) => numberError(property, value) ?? true
}

RED.nodes.registerType<MqttOutOptions>('fieldlog-mqtt-out', {
  category: 'fieldlog',
  color: colours['mqtt-out'],
  defaults: {
    version: { value: currentVersion('fieldlog-mqtt-out') },
    name: { value: mqttOutDefaults.name },
    broker: { value: mqttOutDefaults.broker, type: 'mqtt-broker', required: true },
    topic: { value: mqttOutDefaults.topic, validate: (topic, _options) => topicError(topic ?? '') ?? true },
    lateTopic: {
      value: mqttOutDefaults.lateTopic,
      validate: (topic, _options) => topicError(topic ?? '') ?? true,
    },
    gateway: { value: mqttOutDefaults.gateway },
    payload: { value: mqttOutDefaults.payload },
    qos: { value: mqttOutDefaults.qos, validate: check('qos') },
    retain: { value: mqttOutDefaults.retain },
    expiry: { value: mqttOutDefaults.expiry, validate: check('expiry') },
    order: { value: mqttOutDefaults.order },
    pace: { value: mqttOutDefaults.pace, validate: check('pace') },
    maxSize: { value: mqttOutDefaults.maxSize, validate: check('maxSize') },
    keep: { value: mqttOutDefaults.keep },
  },
  inputs: 1,
  outputs: 0,
  icon: 'fieldlog-mqtt-out.svg',
  align: 'right',
  paletteLabel: 'mqtt out',
  onadd() {
    this.broker = onlyConfig('mqtt-broker')
  },
  label() {
    return this.name || 'mqtt out'
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
  oneditprepare() {
    openMigrated(this)
    const topic = $('#node-input-topic').attr('placeholder', mqttOutDefaults.topic)
    const gateway = $('#node-input-gateway')
    const show = () => showTopic(text(topic), text(gateway), (key) => this._(`fieldlog-mqtt-out.${key}`))
    topic.add(gateway).on('input change', show)
    show()
    for (const property of ['expiry', 'pace', 'maxSize'] as const) showProblem(property)
    showLateTopicProblem()
    const order = $('#node-input-order')
    const showPace = () => void $('.fieldlog-mqtt-out-pace').toggle(order.val() === 'live-first')
    order.on('change', showPace)
    showPace()
  },
  oneditsave() {
    saveVersion(this)
    shareOutbox(this.id)
  },
})

/** What is wrong with a number, below its input. */
function showProblem(property: 'expiry' | 'pace' | 'maxSize'): void {
  const input = $(`#node-input-${property}`)
  const show = () =>
    void $(`#fieldlog-mqtt-out-${property}-problem`).text(numberError(property, text(input)) ?? '')
  input.on('input change', show)
  show()
}

function showLateTopicProblem(): void {
  const input = $('#node-input-lateTopic')
  const show = () => void $('#fieldlog-mqtt-out-lateTopic-problem').text(topicError(text(input)) ?? '')
  input.on('input change', show)
  show()
}

/** All nodes of a broker have one outbox: what is entered here holds for the others, too. */
function shareOutbox(own: string): void {
  const broker = $('#node-input-broker').val()
  RED.nodes.eachNode((node) => {
    if (node.type !== 'fieldlog-mqtt-out' || node.id === own || node.broker !== broker) return
    // an older node may not say a value that it runs by
    const now = migrate(node.type, node)
    for (const property of sharedOptions) {
      const value = $(`#node-input-${property}`).val()
      if (String(now[property]) === String(value)) continue
      node[property] = value
      node.changed = true
      node.dirty = true
    }
  })
}

function text(input: JQuery): string {
  return String(input.val() ?? '').trim()
}

/** Below the template: the topics that a good and a rejected event get, or what is wrong with it. */
function showTopic(template: string, gateway: string, words: (key: string) => string): void {
  const problem = topicError(template)
  $('#fieldlog-mqtt-out-problem').text(problem ?? '')
  const preview = $('#fieldlog-mqtt-out-preview')
    .toggle(problem === undefined)
    .empty()
  if (problem !== undefined) return
  const topicOf = compileTopic(template || mqttOutDefaults.topic)
  const place = gateway !== '' && !isVariable(gateway) ? { gateway } : {}
  for (const verdict of ['good', 'bad', 'rejected']) {
    const topic = topicOf({ ...example, ...place, verdict })
    preview.append($('<dt>').text(words(verdict)), $('<dd>').append($('<code>').text(topic)))
  }
}
