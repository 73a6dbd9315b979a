import { compileTopic } from '../../lib/mqtt/topic.ts'
import { colours } from '../shared/colours.ts'
import { isVariable } from '../shared/variable.ts'
import { type MqttOutOptions, mqttOutDefaults, topicError } from './options.ts'

/** The event of the preview. */
const example = { gateway: 'pi-4', type: 'room', source: 'ttyUSB0' }

RED.nodes.registerType<MqttOutOptions>('fieldlog-mqtt-out', {
  category: 'fieldlog',
  color: colours['mqtt-out'],
  defaults: {
    name: { value: mqttOutDefaults.name },
    broker: { value: mqttOutDefaults.broker, type: 'mqtt-broker', required: true },
    topic: { value: mqttOutDefaults.topic, validate: (topic, _options) => topicError(topic ?? '') ?? true },
    gateway: { value: mqttOutDefaults.gateway },
    qos: { value: mqttOutDefaults.qos },
    retain: { value: mqttOutDefaults.retain },
  },
  inputs: 1,
  outputs: 0,
  icon: 'fieldlog-mqtt-out.svg',
  align: 'right',
  paletteLabel: 'mqtt out',
  label() {
    return this.name || 'mqtt out'
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
  oneditprepare() {
    const topic = $('#node-input-topic').attr('placeholder', mqttOutDefaults.topic)
    const gateway = $('#node-input-gateway')
    const show = () => showTopic(text(topic), text(gateway), (key) => this._(`fieldlog-mqtt-out.${key}`))
    topic.add(gateway).on('input change', show)
    show()
  },
})

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
