import { currentVersion, migrate } from '../../lib/migrate/migrate.ts'
import { compileTopic, defaultTopic, namesField, rawField } from '../../lib/mqtt/message/topic.ts'
import { defaultReportTopic, reportTemplate, reportTopic } from '../../lib/mqtt/report/report-topic.ts'
import { problemOf } from '../../lib/options/check.ts'
import { isReference } from '../../lib/options/reference.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs } from '../shared/panel/bind-inputs.ts'
import { configLabel } from '../shared/panel/config-label.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import { saveVersion } from '../shared/panel/migrated.ts'
import { onlyConfig } from '../shared/panel/only-config.ts'
import { type MqttOutOptions, mqttOutOptions, outboxFields } from './options.ts'

/** The event of the preview. */
const example = {
  gateway: 'pi-4',
  type: 'room',
  source: 'ttyUSB0',
  key: '12',
  device: 'kitchen',
  eventId: 7,
  field: 'temp',
  data: { temp: 18.2, humi: 59 },
}

RED.nodes.registerType<MqttOutOptions>('fieldlog-mqtt-out', {
  category: 'fieldlog',
  color: colours['mqtt-out'],
  defaults: { version: { value: currentVersion('fieldlog-mqtt-out') }, ...editorDefaults(mqttOutOptions) },
  inputs: 1,
  outputs: 0,
  icon: 'fieldlog-mqtt-out.svg',
  align: 'right',
  // Node-RED's own node has the name without a word before it
  paletteLabel: 'fieldlog mqtt out',
  onadd() {
    this.broker = onlyConfig('mqtt-broker')
  },
  label() {
    if (this.name) return this.name
    const topic = String(this.topic)
    const isOwn = topic !== '' && topic !== defaultTopic && !isReference(topic)
    return (isOwn ? topic : configLabel(this.broker, 'broker')) || 'mqtt out'
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
  oneditprepare() {
    bindInputs(this, mqttOutOptions)
    const topic = $('#node-input-topic')
    const gateway = $('#node-input-gateway')
    const payload = $('#node-input-payload')
    const discovery = $('#node-input-homeassistant')
    const isReport = () => payload.val() === 'report'
    const show = () => {
      const words = (key: string) => this._(`fieldlog-mqtt-out.${key}`)
      if (isReport()) showReportTopics(text(topic), text(gateway), words)
      else showTopic(text(topic), text(gateway), words)
      const isByField = namesField(text(topic)) && !isReport()
      $('#fieldlog-mqtt-out-by-field').toggle(isByField)
      payload.prop('disabled', isByField)
      $('.fieldlog-mqtt-out-report').toggle(isReport())
      $('.fieldlog-mqtt-out-late').toggle(!isReport())
      $('.fieldlog-mqtt-out-announce').toggle(!isReport())
      $('.fieldlog-mqtt-out-discovery').toggle(!isReport() && discovery.val() !== 'off')
    }
    topic.add(gateway).on('input change', show)
    discovery.on('change', show)
    payload.on('change', () => {
      // a topic that the user has entered stays
      if (isReport()) topic.val(reportTemplate(text(topic)))
      else if (text(topic) === defaultReportTopic) topic.val(defaultTopic)
      topic.trigger('change')
    })
    show()
    const order = $('#node-input-order')
    const showPace = () => void $('.fieldlog-mqtt-out-pace').toggle(order.val() !== 'strict')
    order.on('change', showPace)
    showPace()
  },
  oneditsave() {
    saveVersion(this)
    shareOutbox(this.id)
  },
})

/** All nodes of a broker have one outbox: what is entered here holds for the others, too. */
function shareOutbox(own: string): void {
  const broker = $('#node-input-broker').val()
  RED.nodes.eachNode((node) => {
    if (node.type !== 'fieldlog-mqtt-out' || node.id === own || node.broker !== broker) return
    // an older node may not say a value that it runs by
    const now = migrate(node.type, node)
    for (const property of Object.keys(outboxFields)) {
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

/** Below the template: where reports go, and their counts; or what is wrong with it for reports. */
function showReportTopics(template: string, gateway: string, words: (key: string) => string): void {
  const isKnown = !isReference(template) && problemOf(mqttOutOptions.topic, template) === undefined
  const preview = $('#fieldlog-mqtt-out-preview').toggle(isKnown).empty()
  if (!isKnown) return
  let topic: string
  try {
    topic = reportTopic(template, gateway === '' || isReference(gateway) ? example.gateway : gateway)
  } catch (error) {
    preview.append($('<dd class="fieldlog-mqtt-out-wrong">').text((error as Error).message))
    return
  }
  for (const [key, shown] of [
    ['reports', topic],
    ['stats', `${topic}/stats`],
  ] as const) {
    preview.append($('<dt>').text(words(key)), $('<dd>').append($('<code>').text(shown)))
  }
}

/** Below the template: the topics that events of each verdict get, where the template is right and known. */
function showTopic(template: string, gateway: string, words: (key: string) => string): void {
  const isKnown = !isReference(template) && problemOf(mqttOutOptions.topic, template) === undefined
  const preview = $('#fieldlog-mqtt-out-preview').toggle(isKnown).empty()
  if (!isKnown) return
  const topicOf = compileTopic(template || mqttOutOptions.topic.default)
  const place = gateway !== '' && !isReference(gateway) ? { gateway } : {}
  for (const verdict of ['good', 'bad', 'rejected']) {
    const field = verdict === 'rejected' ? { field: rawField, data: undefined } : {}
    const topic = topicOf({ ...example, ...place, verdict, ...field })
    preview.append($('<dt>').text(words(verdict)), $('<dd>').append($('<code>').text(topic)))
  }
}
