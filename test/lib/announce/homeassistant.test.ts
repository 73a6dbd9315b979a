// What is announced, read by a model of Home Assistant.
import assert from 'node:assert/strict'
import { sensorClass } from '../../../lib/announce/homeassistant/classes.ts'
import { componentsOf } from '../../../lib/announce/homeassistant/components.ts'
import {
  deviceMessage,
  discoveryTopic,
  gatewayMessage,
} from '../../../lib/announce/homeassistant/messages.ts'
import { binaryWords, sensorWords } from '../../../lib/formats/check/device-classes.ts'
import { compileFormats } from '../../../lib/formats/compile.ts'
import { formatLibrary } from '../../../lib/formats/library/library.ts'
import type { FieldDefinition, FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { unitTexts } from '../../../lib/formats/steps/units.ts'
import { type Entity, evaluate, HomeAssistantReader, stateOf } from './homeassistant-reader.ts'

const origin = { name: 'Fieldlog', version: '1.2.3', url: 'https://example.org/fieldlog' }
const topics = { status: 'fieldlog/pi-4/status', health: 'fieldlog/pi-4/health' }

function announced(definitions: readonly FormatDefinition[], id = 'fieldlog-abc-1'): string {
  const components = Object.assign(
    {},
    ...definitions.map((definition) =>
      componentsOf(definition, { id, topic: 't/latest', expireAfter: 300, prefix: '' }),
    ),
  )
  const device = {
    id,
    name: 'kitchen',
    area: 'north wall',
    model: 'Room node',
    availability: 't/availability',
  }
  return deviceMessage({ ...device, components }, 'fieldlog-abc', topics, origin)
}

function read(message: string, id = 'fieldlog-abc-1') {
  const found = new HomeAssistantReader().message(discoveryTopic('homeassistant', id), message)
  assert(found !== undefined)
  return found
}

/** The entities of one field, by a format with that field alone. */
function entity(field: FieldDefinition): Entity {
  const definition: FormatDefinition = { type: 'test', decoder: { kind: 'json' }, fields: [field] }
  const [one] = read(announced([definition])).entities.values()
  assert(one !== undefined)
  return one
}

describe('announcements for Home Assistant', () => {
  it('say that batteries and signal strengths are diagnostics, and nothing else', () => {
    const number = (name: string, unit: string, deviceClass?: string): FieldDefinition => {
      return { name, type: 'number', unit, ...(deviceClass !== undefined && { deviceClass }) }
    }
    const diagnostic = [
      number('rssi', 'dBm'),
      number('level', '%', 'battery'),
      { name: 'low', type: 'boolean', deviceClass: 'battery' } as const,
      ...['vbat', 'batt', 'battery', 'battery_voltage', 'vcc', 'Vbatt_mV'].map((name) => number(name, 'V')),
    ]
    for (const field of diagnostic) assert.equal(entity(field).entity_category, 'diagnostic', field.name)
    const others = [number('v1', 'V'), number('voltage', 'V'), number('battery', 'A'), number('temp', '°C')]
    for (const field of others) assert.equal(entity(field).entity_category, undefined, field.name)
  })

  for (const { definition, sample } of formatLibrary) {
    it(`of ${definition.type} are accepted, and so is every value of its sample`, () => {
      const { entities } = read(announced([definition]))
      assert(entities.size > 0)
      for (const data of sample === undefined ? [{}] : decoded(definition, sample)) {
        const payload = JSON.stringify({ data })
        for (const each of entities.values()) stateOf(each, payload)
      }
    })
  }

  it('shows the values of a room node', () => {
    const room = formatLibrary.find(({ definition }) => definition.type === 'room')!.definition
    const found = read(announced([room]))
    const payload = JSON.stringify({ data: { light: 0, moved: 1, humi: 59, temp: 18.2, lobat: 0 } })
    const shown = [...found.entities].map(([key, each]) => [
      key,
      each.platform,
      each.device_class,
      each.state_class,
      each.unit_of_measurement,
      stateOf(each, payload),
    ])
    assert.deepEqual(shown, [
      ['room_light', 'sensor', undefined, 'measurement', '%', 0],
      ['room_moved_is', 'binary_sensor', 'motion', undefined, undefined, true],
      ['room_humi', 'sensor', 'humidity', 'measurement', '%', 59],
      ['room_temp', 'sensor', 'temperature', 'measurement', '°C', 18.2],
      ['room_lobat_is', 'binary_sensor', 'battery', undefined, undefined, false],
    ])
    assert.deepEqual(found.device, {
      identifiers: ['fieldlog-abc-1'],
      name: 'kitchen',
      model: 'Room node',
      suggested_area: 'north wall',
      via_device: 'fieldlog-abc',
    })
    assert.deepEqual(
      found.availability.map((one) => [one.topic, one.payload_available, one.payload_not_available]),
      [
        ['fieldlog/pi-4/status', 'online', 'offline'],
        ['t/availability', 'online', 'silent'],
      ],
    )
    assert.equal(found.entities.get('room_temp')?.expire_after, 300)
    assert.equal(found.entities.get('room_temp')?.suggested_display_precision, 1)
    assert.equal(found.entities.get('room_temp')?.unique_id, 'fieldlog-abc-1-room-temp')
  })

  it('are accepted for every unit that formats know, and for every word with every unit that it allows', () => {
    const bases = [
      '°C',
      'W',
      'VA',
      'var',
      'Wh',
      'V',
      'A',
      'Hz',
      'rad',
      'Pa',
      'm',
      'm/s',
      'l',
      'l/h',
      'kg',
      's',
    ]
    bases.push('Ah', 'Ω', '%', 'mg/m³', 'lx', 'W/m²', 'dB', 'dBm', '1/min', 'dm³', 'widgets')
    for (const unit of bases.flatMap(unitTexts)) entity({ name: 'v', type: 'number', unit })
    for (const [deviceClass, units] of Object.entries(sensorWords)) {
      for (const unit of units) {
        const found = entity({ name: 'v', type: 'number', deviceClass, ...(unit !== undefined && { unit }) })
        assert.equal(found.device_class, deviceClass)
      }
    }
    for (const deviceClass of binaryWords)
      assert.equal(entity({ name: 'v', type: 'boolean', deviceClass }).device_class, deviceClass)
  })

  it('count a meter up, but not by how much it has grown', () => {
    assert.deepEqual(sensorClass('kWh'), {
      deviceClass: 'energy',
      stateClass: 'total_increasing',
      unit: 'kWh',
    })
    assert.deepEqual(sensorClass('kWh', undefined, true), { deviceClass: 'energy', unit: 'kWh' })
    assert.deepEqual(sensorClass('l', 'volume_storage'), {
      deviceClass: 'volume_storage',
      stateClass: 'measurement',
      unit: 'L',
    })
  })

  it('leave a value as it is where a reading lacks the field, and unknown where the device has none', () => {
    const number = entity({ name: 'v', type: 'number', unit: '°C' })
    const flag = entity({ name: 'v', type: 'boolean' })
    const time = entity({ name: 'v', type: 'time' })
    const text = entity({ name: 'v', type: 'string' })
    const states = (data: object) =>
      [number, flag, time, text].map((each) => stateOf(each, JSON.stringify({ data })))
    assert.deepEqual(states({}), [undefined, undefined, undefined, undefined])
    assert.deepEqual(states({ v: null }), [null, null, undefined, undefined])
    assert.equal(stateOf(flag, '{"data":{"v":true}}'), true)
    assert.equal(stateOf(time, '{"data":{"v":1353196800062}}'), '2012-11-18 00:00:00.062+00:00')
    assert.equal(stateOf(text, JSON.stringify({ data: { v: 'x'.repeat(300) } })), 'x'.repeat(255))
  })

  it('do not mix up a field with what Python calls a method', () => {
    const items = entity({ name: 'items', type: 'number', unit: '°C' })
    assert.equal(items.value_template, "{{ value_json.data['items'] | default('') }}")
    assert.equal(evaluate(items.value_template as string, '{"data":{"items":3}}'), '3')
  })

  it('leave out the fields that say which device it is, hidden ones, and the time of the reading', () => {
    const fields: FieldDefinition[] = [
      { name: 'id', type: 'string' },
      { name: 'at', type: 'time' },
      { name: 'raw', type: 'number', hidden: true },
      { name: 'v', type: 'number' },
    ]
    const definition: FormatDefinition = {
      ...{ type: 'my.type', decoder: { kind: 'json' }, fields },
      ...{ key: ['id'], time: 'at' },
    }
    assert.deepEqual([...read(announced([definition])).entities.keys()], ['my-2e-type_v'])
  })

  it('have the gateway as a device of its own, with its health', () => {
    const found = read(gatewayMessage('fieldlog-abc', 'pi-4', topics, origin, true), 'fieldlog-abc')
    const health = JSON.stringify({
      ...{ time: 1795286278515, uptime: 86400, memory: 152043520, diskFree: null, lastLine: 1795286270000 },
      ...{ mqtt: { waiting: 45, refusedNow: 2 }, devices: { silent: 1 } },
    })
    const states = [...found.entities].map(([key, each]) => [
      key,
      stateOf(each, each.state_topic === topics.status ? 'offline' : health),
    ])
    assert.deepEqual(Object.fromEntries(states), {
      status: false,
      waiting: 45,
      refused: 2,
      disk_free: null,
      memory: 152043520,
      uptime: 86400,
      silent: 1,
      last_line: '2026-11-21 18:37:50.000+00:00',
    })
  })
})

function decoded(definition: FormatDefinition, sample: string): object[] {
  return sample
    .split('\n')
    .flatMap((payload, seq) =>
      compileFormats([definition]).take({ payload, source: 'a', id: `e-${seq}`, seq, received: seq }),
    )
    .flatMap(({ outcome }) => (outcome.kind === 'clean' ? outcome.events.map(({ data }) => data) : []))
}

describe('the model of Home Assistant', () => {
  const component = { p: 'sensor', uniq_id: 'a', name: 'x', stat_t: 't', dev_cla: 'power', unit_of_meas: 'W' }
  const message = (over: object = {}, rest: object = {}) => ({
    dev: { ids: ['d'], name: 'n' },
    o: { name: 'us' },
    cmps: { a: { ...component, ...over } },
    ...rest,
  })
  const topic = 'homeassistant/device/d/config'

  it('takes the message that the broken ones are made of', () => {
    assert.equal(new HomeAssistantReader().message(topic, JSON.stringify(message()))?.entities.size, 1)
  })

  const broken: Array<[what: string, topic: string, message: object]> = [
    ['a topic elsewhere', 'homeassistant/sensor/d/config', message()],
    ['an id with a dot', 'homeassistant/device/a.b/config', message()],
    ['no origin', topic, message({}, { o: undefined })],
    ['an origin without a name', topic, message({}, { o: { sw: '1' } })],
    ['no device', topic, message({}, { dev: undefined })],
    ['a device without an id', topic, message({}, { dev: { name: 'n' } })],
    ['an unknown key of the device', topic, message({}, { dev: { ids: ['d'], place: 'x' } })],
    ['an unknown key', topic, message({}, { place: 'x' })],
    ['no components', topic, message({}, { cmps: undefined })],
    ['no platform', topic, message({ p: undefined })],
    ['no unique id', topic, message({ uniq_id: undefined })],
    ['a device class that is none', topic, message({ dev_cla: 'warmth' })],
    ['a unit that the class does not allow', topic, message({ unit_of_meas: 'kWh' })],
    ['no unit where the class needs one', topic, message({ unit_of_meas: undefined })],
    ['a state class that is none', topic, message({ stat_cla: 'rising' })],
    [
      'energy as a measurement',
      topic,
      message({ dev_cla: 'energy', unit_of_meas: 'Wh', stat_cla: 'measurement' }),
    ],
    [
      'a state class of a time',
      topic,
      message({ dev_cla: 'timestamp', unit_of_meas: undefined, stat_cla: 'total' }),
    ],
    ['a wildcard in a topic', topic, message({ stat_t: 't/+' })],
    ['a template of no known form', topic, message({ val_tpl: '{{ value_json.data.x }' })],
    ['half a second of expiry', topic, message({ exp_aft: 0.5 })],
    ['a key of another platform', topic, message({ pl_on: 'ON' })],
    ['a mode that is none', topic, message({}, { avty_mode: 'some' })],
    ['availability without a topic', topic, message({}, { avty: [{ pl_avail: 'x' }] })],
    ['a precision below zero', topic, message({ sug_dsp_prc: -1 })],
    ['an id twice', topic, message({}, { cmps: { a: component, b: component } })],
  ]
  for (const [what, on, wrong] of broken) {
    it(`refuses ${what}`, () => {
      assert.throws(() => new HomeAssistantReader().message(on, JSON.stringify(wrong)))
    })
  }

  it('forgets a device by an empty message', () => {
    const reader = new HomeAssistantReader()
    reader.message(topic, JSON.stringify(message()))
    reader.message(topic, '')
    assert.equal(reader.devices.size, 0)
  })
})
