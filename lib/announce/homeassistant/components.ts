// The fields of one type of event as the components of a device of Home Assistant (MQTT discovery, version 2024.11).
import { isTwoValued } from '../../formats/check/device-classes.ts'
import type { FieldDefinition, FormatDefinition } from '../../formats/model/definition.ts'
import { sensorClass } from './classes.ts'

export type Platform = 'sensor' | 'binary_sensor'

/** With the abbreviations of Home Assistant's discovery. */
export interface Component {
  p: Platform
  /** unique_id */
  uniq_id: string
  name: string
  /** state_topic */
  stat_t: string
  /** value_template */
  val_tpl: string
  /** device_class */
  dev_cla?: string
  /** state_class */
  stat_cla?: string
  /** unit_of_measurement */
  unit_of_meas?: string
  /** suggested_display_precision */
  sug_dsp_prc?: number
  /** payload_on, payload_off */
  pl_on?: string
  pl_off?: string
  /** expire_after, seconds */
  exp_aft?: number
  /** entity_category */
  ent_cat?: 'diagnostic'
}

/** A component that was announced before, and is to be forgotten. */
export type Removed = Pick<Component, 'p'>

export type Components = Record<string, Component | Removed>

/** What the components of a type have in common. */
export interface ReadingOf {
  /** of the device */
  id: string
  /** retained JSON with `data` */
  topic: string
  /** seconds without a reading until the values count as old; undefined: not known */
  expireAfter: number | undefined
  /** stands before the names, where a device has several types */
  prefix: string
}

/** The components of all fields that a reading can show, but those that say which device it is. */
export function componentsOf(format: FormatDefinition, of: ReadingOf): Record<string, Component> {
  const left = new Set([...(format.key ?? []), ...(format.time === undefined ? [] : [format.time])])
  const shown = format.fields.filter(({ name, hidden }) => hidden !== true && !left.has(name))
  return Object.fromEntries(
    shown.map((field) => {
      const component = componentOf(field, of, `${of.id}-${idPart(format.type)}-${field.name}`)
      return [componentKey(format.type, field.name, component.p), component]
    }),
  )
}

/** A field that changes from a number to true and false is another component: Home Assistant cannot turn one into the other. */
function componentKey(type: string, field: string, platform: Platform): string {
  return `${idPart(type)}_${field}${platform === 'sensor' ? '' : '_is'}`
}

/** A type as part of an id: [A-Za-z0-9_-]. */
function idPart(type: string): string {
  return type.replace(/[^A-Za-z0-9_-]/g, (character) => `-${character.charCodeAt(0).toString(16)}-`)
}

function componentOf(field: FieldDefinition, of: ReadingOf, id: string): Component {
  const common = { uniq_id: id, name: `${of.prefix}${field.name}`, stat_t: of.topic }
  const expiry = of.expireAfter === undefined ? {} : { exp_aft: of.expireAfter }
  if (isTwoValued(field) && field.map === undefined) return binary(field, { ...common, ...expiry })
  if (field.type === 'boolean') return binary(field, { ...common, ...expiry })
  const value = `value_json.data['${field.name}']`
  if (field.type === 'string') {
    // a state has 255 characters at most
    return { p: 'sensor', ...common, val_tpl: `{{ (${value} | default('', true))[:255] }}`, ...expiry }
  }
  if (field.type === 'time') {
    const template = `{% if ${value} is number %}{{ as_datetime(${value} / 1000) }}{% endif %}`
    return { p: 'sensor', ...common, val_tpl: template, dev_cla: 'timestamp', ...expiry }
  }
  const isDifference = field.difference !== undefined
  const { deviceClass, stateClass, unit } = sensorClass(field.unit, field.deviceClass, isDifference)
  return {
    p: 'sensor',
    ...common,
    val_tpl: fieldValue(field.name),
    ...(deviceClass !== undefined && { dev_cla: deviceClass }),
    ...(stateClass !== undefined && { stat_cla: stateClass }),
    ...(unit !== undefined && { unit_of_meas: unit }),
    ...(field.decimals !== undefined && { sug_dsp_prc: field.decimals }),
    ...expiry,
    ...categoryOf(field.name, deviceClass),
  }
}

type Common = Pick<Component, 'uniq_id' | 'name' | 'stat_t' | 'exp_aft'>

/** What JSON calls true, a template of Home Assistant writes as `True`. */
function binary({ name, type, deviceClass }: FieldDefinition, common: Common): Component {
  const isBit = type === 'integer'
  return {
    p: 'binary_sensor',
    ...common,
    val_tpl: fieldValue(name),
    pl_on: isBit ? '1' : 'True',
    pl_off: isBit ? '0' : 'False',
    ...(deviceClass !== undefined && { dev_cla: deviceClass }),
    ...categoryOf(name, deviceClass),
  }
}

/** What users look for among the diagnostics of a device: its battery, and how well it is received. */
const diagnosticClasses: ReadonlySet<string | undefined> = new Set(['battery', 'signal_strength'])
/** Names of a supply's voltage: `vbat`, `batt_mV`, `battery_voltage`, `vcc`. */
const supply = /^v?(?:bat|batt|battery|cc|supply)(?:_?m?v(?:olt(?:age)?s?)?)?$/i

function categoryOf(name: string, deviceClass: string | undefined): Pick<Component, 'ent_cat'> {
  const isDiagnostic = diagnosticClasses.has(deviceClass) || (deviceClass === 'voltage' && supply.test(name))
  return isDiagnostic ? { ent_cat: 'diagnostic' } : {}
}

/** Empty where a reading lacks the field: Home Assistant keeps the value that it has then. */
function fieldValue(name: string): string {
  return `{{ value_json.data['${name}'] | default('') }}`
}
