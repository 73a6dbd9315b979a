// A model of what Home Assistant (2024.11) makes of an MQTT discovery message and of the payloads that follow, by its public
// documentation: it throws where Home Assistant would refuse or log an error. The tables are its own, apart from the ones that the
// code has, so that a mistake there shows here.

/** Long names of the abbreviations, as far as they can stand in a device's message. */
const abbreviations: Record<string, string> = {
  avty: 'availability',
  avty_mode: 'availability_mode',
  cmps: 'components',
  dev: 'device',
  dev_cla: 'device_class',
  ent_cat: 'entity_category',
  exp_aft: 'expire_after',
  o: 'origin',
  ops: 'options',
  p: 'platform',
  pl_avail: 'payload_available',
  pl_not_avail: 'payload_not_available',
  pl_off: 'payload_off',
  pl_on: 'payload_on',
  stat_cla: 'state_class',
  stat_t: 'state_topic',
  sug_dsp_prc: 'suggested_display_precision',
  t: 'topic',
  uniq_id: 'unique_id',
  unit_of_meas: 'unit_of_measurement',
  val_tpl: 'value_template',
}
const deviceAbbreviations: Record<string, string> = {
  cu: 'configuration_url',
  hw: 'hw_version',
  ids: 'identifiers',
  mdl: 'model',
  mf: 'manufacturer',
  sa: 'suggested_area',
  sn: 'serial_number',
  sw: 'sw_version',
}
const originAbbreviations: Record<string, string> = { sw: 'sw_version', url: 'support_url' }

const lengths = ['km', 'm', 'cm', 'mm', 'mi', 'nmi', 'yd', 'in', 'ft']
const speeds = ['ft/s', 'km/h', 'kn', 'm/s', 'mph', 'Beaufort', 'in/d', 'in/h', 'mm/d', 'mm/h', 'mm/s']
const pressures = ['Pa', 'hPa', 'kPa', 'bar', 'cbar', 'mbar', 'mmHg', 'inHg', 'psi']
const energies = ['J', 'kJ', 'MJ', 'GJ', 'Wh', 'kWh', 'MWh', 'GWh', 'TWh', 'cal', 'kcal', 'Mcal', 'Gcal']
const volumes = ['ft³', 'CCF', 'm³', 'L', 'mL', 'gal', 'fl. oz.']
const informations = ['bit', 'kbit', 'Mbit', 'Gbit', 'B', 'kB', 'MB', 'GB', 'TB', 'KiB', 'MiB', 'GiB']
const measurement = ['measurement']
const totals = ['total', 'total_increasing']
const any = [...measurement, ...totals]
const micrograms = ['µg/m³']

/** Of sensors: the units that each device class allows (undefined: none), and its state classes. */
const sensorClasses: Record<string, { units: (string | undefined)[]; states: string[] }> = {
  apparent_power: { units: ['VA'], states: measurement },
  aqi: { units: [undefined], states: measurement },
  atmospheric_pressure: { units: pressures, states: measurement },
  battery: { units: ['%'], states: measurement },
  carbon_dioxide: { units: ['ppm'], states: measurement },
  carbon_monoxide: { units: ['ppm'], states: measurement },
  current: { units: ['A', 'mA'], states: measurement },
  data_size: { units: informations, states: any },
  distance: { units: lengths, states: any },
  duration: { units: ['d', 'h', 'min', 's', 'ms'], states: any },
  energy: { units: energies, states: totals },
  energy_storage: { units: energies, states: measurement },
  enum: { units: [undefined], states: [] },
  frequency: { units: ['Hz', 'kHz', 'MHz', 'GHz'], states: measurement },
  gas: { units: ['CCF', 'ft³', 'm³'], states: totals },
  humidity: { units: ['%'], states: measurement },
  illuminance: { units: ['lx'], states: measurement },
  irradiance: { units: ['W/m²', 'BTU/(h⋅ft²)'], states: measurement },
  moisture: { units: ['%'], states: measurement },
  nitrogen_dioxide: { units: micrograms, states: measurement },
  ozone: { units: micrograms, states: measurement },
  ph: { units: [undefined], states: measurement },
  pm1: { units: micrograms, states: measurement },
  pm10: { units: micrograms, states: measurement },
  pm25: { units: micrograms, states: measurement },
  power: { units: ['W', 'kW', 'MW', 'GW', 'TW'], states: measurement },
  power_factor: { units: ['%', undefined], states: measurement },
  precipitation: { units: ['cm', 'in', 'mm'], states: any },
  pressure: { units: pressures, states: measurement },
  reactive_power: { units: ['var'], states: measurement },
  signal_strength: { units: ['dB', 'dBm'], states: measurement },
  sound_pressure: { units: ['dB', 'dBA'], states: measurement },
  speed: { units: speeds, states: measurement },
  sulphur_dioxide: { units: micrograms, states: measurement },
  temperature: { units: ['°C', '°F', 'K'], states: measurement },
  timestamp: { units: [undefined], states: [] },
  volatile_organic_compounds: { units: micrograms, states: measurement },
  volatile_organic_compounds_parts: { units: ['ppb', 'ppm'], states: measurement },
  voltage: { units: ['V', 'mV', 'µV'], states: measurement },
  volume: { units: volumes, states: totals },
  volume_flow_rate: { units: ['m³/h', 'ft³/min', 'L/min', 'gal/min', 'mL/s'], states: measurement },
  volume_storage: { units: volumes, states: measurement },
  water: { units: ['CCF', 'ft³', 'm³', 'gal', 'L'], states: totals },
  weight: { units: ['kg', 'g', 'mg', 'µg', 'oz', 'lb', 'st'], states: any },
  wind_speed: { units: speeds, states: measurement },
}

const binaryClasses = new Set(
  (
    'battery battery_charging carbon_monoxide cold connectivity door garage_door gas heat light lock moisture motion moving ' +
    'occupancy opening plug power presence problem running safety smoke sound tamper update vibration window'
  ).split(' '),
)

const common = [
  'platform',
  'unique_id',
  'name',
  'state_topic',
  'value_template',
  'device_class',
  'entity_category',
]
const allowed: Record<string, Set<string>> = {
  sensor: new Set([
    ...[...common, 'expire_after', 'state_class', 'unit_of_measurement', 'suggested_display_precision'],
    'options',
  ]),
  binary_sensor: new Set([...common, 'expire_after', 'payload_on', 'payload_off']),
}

export type Entity = Record<string, unknown> & { platform: string; unique_id: string; state_topic: string }

export interface FoundDevice {
  device: Record<string, unknown>
  availability: Array<Record<string, string>>
  entities: Map<string, Entity>
  /** keys of components that are to be forgotten */
  removed: string[]
}

function demand(isRight: boolean, text: string): asserts isRight {
  if (!isRight) throw new Error(text)
}

type Json = Record<string, unknown>

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function spellOut(value: Json, names: Record<string, string>): Json {
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [names[key] ?? key, one]))
}

function isTopic(topic: unknown): boolean {
  return typeof topic === 'string' && topic !== '' && !/[\0#+]/.test(topic)
}

export class HomeAssistantReader {
  readonly #prefix: string
  readonly devices = new Map<string, FoundDevice>()

  constructor(prefix = 'homeassistant') {
    this.#prefix = prefix
  }

  /** A retained message on a topic of discovery. An empty one removes what was found by the topic. */
  message(topic: string, payload: string): FoundDevice | undefined {
    const [prefix, kind, objectId, last, ...more] = topic.split('/')
    demand(prefix === this.#prefix, `${topic}: not below ${this.#prefix}`)
    demand(kind === 'device' && last === 'config' && more.length === 0, `${topic}: not a device's topic`)
    demand(/^[a-zA-Z0-9_-]+$/.test(objectId ?? ''), `${topic}: the object id has other characters`)
    if (payload === '') {
      this.devices.delete(topic)
      return undefined
    }
    const found = this.#read(JSON.parse(payload))
    this.devices.set(topic, found)
    this.#checkIds()
    return found
  }

  #read(json: unknown): FoundDevice {
    demand(isObject(json), 'the message is no object')
    const message = spellOut(json, abbreviations)
    const known = ['device', 'origin', 'components', 'availability', 'availability_mode', 'qos', 'encoding']
    for (const key of Object.keys(message)) demand(known.includes(key), `extra key ${key}`)
    demand(isObject(message.device), 'no device')
    const device = spellOut(message.device, deviceAbbreviations)
    const ids = device.identifiers
    demand(
      Array.isArray(ids) && ids.length > 0 && ids.every((id) => typeof id === 'string'),
      'no identifiers',
    )
    const texts = ['name', 'model', 'manufacturer', 'suggested_area', 'via_device', 'sw_version']
    for (const [key, value] of Object.entries(device)) {
      if (key !== 'identifiers') demand(texts.includes(key) && typeof value === 'string', `device: ${key}`)
    }
    demand(isObject(message.origin), 'no origin')
    const origin = spellOut(message.origin, originAbbreviations)
    demand(typeof origin.name === 'string', 'the origin has no name')
    if (origin.support_url !== undefined)
      demand(/^https?:\/\//.test(String(origin.support_url)), 'support_url')
    demand(isObject(message.components), 'no components')
    const found: FoundDevice = {
      device,
      availability: this.#availability(message),
      entities: new Map(),
      removed: [],
    }
    for (const [key, value] of Object.entries(message.components)) this.#component(found, key, value)
    return found
  }

  #availability({
    availability = [],
    availability_mode: mode = 'latest',
  }: Json): Array<Record<string, string>> {
    demand(['all', 'any', 'latest'].includes(String(mode)), `availability_mode ${mode}`)
    demand(Array.isArray(availability), 'availability is no list')
    return availability.map((one) => {
      demand(isObject(one), 'availability')
      const { topic, ...rest } = spellOut(one, abbreviations)
      demand(isTopic(topic), 'availability: topic')
      const payloads = { payload_available: 'online', payload_not_available: 'offline', ...rest }
      for (const [key, value] of Object.entries(payloads)) {
        demand(/^payload_(not_)?available$/.test(key) && typeof value === 'string', `availability: ${key}`)
      }
      return { topic, ...payloads } as Record<string, string>
    })
  }

  #component(found: FoundDevice, key: string, value: unknown): void {
    demand(isObject(value), `${key}: no object`)
    const component = spellOut(value, abbreviations)
    const { platform } = component
    const keys = allowed[String(platform)]
    demand(keys !== undefined, `${key}: platform ${platform}`)
    if (Object.keys(component).length === 1) {
      found.removed.push(key)
      return
    }
    for (const name of Object.keys(component)) demand(keys.has(name), `${key}: extra key ${name}`)
    demand(typeof component.unique_id === 'string', `${key}: no unique_id`)
    demand(typeof component.name === 'string', `${key}: no name`)
    demand(isTopic(component.state_topic), `${key}: state_topic`)
    const { entity_category: category, expire_after: expiry } = component
    demand(category === undefined || category === 'diagnostic', `${key}: entity_category`)
    demand(expiry === undefined || (Number.isInteger(expiry) && Number(expiry) >= 0), `${key}: expire_after`)
    if (component.value_template !== undefined) evaluate(String(component.value_template), '{"data":{}}')
    if (platform === 'sensor') checkSensor(key, component)
    else
      demand(component.device_class === undefined || binaryClasses.has(String(component.device_class)), key)
    found.entities.set(key, component as Entity)
  }

  /** An id is one entity's, over all devices. */
  #checkIds(): void {
    const seen = new Set<string>()
    for (const { entities } of this.devices.values()) {
      for (const { platform, unique_id: id } of entities.values()) {
        demand(!seen.has(`${platform} ${id}`), `unique_id ${id} is there twice`)
        seen.add(`${platform} ${id}`)
      }
    }
  }
}

function checkSensor(key: string, component: Json): void {
  const { device_class: name, state_class: state, unit_of_measurement: unit } = component
  const precision = component.suggested_display_precision
  demand(
    precision === undefined || (Number.isInteger(precision) && Number(precision) >= 0),
    `${key}: precision`,
  )
  demand(state === undefined || any.includes(String(state)), `${key}: state_class ${state}`)
  if (name === undefined) return
  const rule = sensorClasses[String(name)]
  demand(rule !== undefined, `${key}: device_class ${name}`)
  demand(rule.units.includes(unit as string | undefined), `${key}: unit ${unit} of device_class ${name}`)
  demand(
    state === undefined || rule.states.includes(String(state)),
    `${key}: state_class ${state} of ${name}`,
  )
}

/** The state that an entity gets from a payload; undefined: it keeps the one that it has. null: unknown. */
export function stateOf(entity: Entity, payload: string): string | number | boolean | null | undefined {
  const text =
    entity.value_template === undefined ? payload : evaluate(String(entity.value_template), payload)
  if (text === '') return undefined
  if (text === 'None') return null
  if (entity.platform === 'binary_sensor') {
    if (text === (entity.payload_on ?? 'ON')) return true
    if (text === (entity.payload_off ?? 'OFF')) return false
    throw new Error(`${entity.unique_id}: no matching payload: ${text}`)
  }
  if (entity.device_class === 'timestamp') {
    demand(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00:00$/.test(text), `no time: ${text}`)
    return text
  }
  if (entity.state_class === undefined && entity.unit_of_measurement === undefined) {
    demand(text.length <= 255, 'the state is longer than 255 characters')
    return text
  }
  const number = Number(text)
  demand(text.trim() !== '' && !Number.isNaN(number), `${entity.unique_id}: not a number: ${text}`)
  return number
}

/** The few forms of templates that are used, as Jinja renders them. Any other one is an error. */
export function evaluate(template: string, payload: string): string {
  const json = JSON.parse(payload)
  const field = /^\{\{ value_json\.data\['(\w+)'\] \| default\(''\) \}\}$/.exec(template)
  if (field !== null) return render(item(json.data, field[1]!), '')
  const text = /^\{\{ \(value_json\.data\['(\w+)'\] \| default\('', true\)\)\[:255\] \}\}$/.exec(template)
  if (text !== null) return [...String(item(json.data, text[1]!) || '')].slice(0, 255).join('')
  const path = /^\{\{ value_json\.([\w.]+) \}\}$/.exec(template)
  if (path !== null) return render(at(json, path[1]!), '')
  const time =
    /^\{% if value_json\.(?:data\['(\w+)'\]|(\w+)) is number %\}\{\{ as_datetime\(value_json\.(?:data\['\1'\]|\2) \/ 1000\) \}\}\{% endif %\}$/.exec(
      template,
    )
  demand(time !== null, `a template of another form: ${template}`)
  const value = time[1] === undefined ? at(json, time[2]!) : item(json.data, time[1])
  if (typeof value !== 'number') return ''
  return new Date(value).toISOString().replace('T', ' ').replace('Z', '+00:00')
}

function item(data: unknown, name: string): unknown {
  return isObject(data) && Object.hasOwn(data, name) ? data[name] : undefined
}

function at(json: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => item(value, name), json)
}

/** As Python writes it. */
function render(value: unknown, missing: string): string {
  if (value === undefined) return missing
  if (value === null) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  return String(value)
}
