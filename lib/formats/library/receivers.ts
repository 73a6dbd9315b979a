// Receivers of 433 MHz sensors of many makers: RFLink and rtl_433.
import type { FieldDefinition, FormatDefinition } from '../model/definition.ts'

/** the labels that become fields, and the group that each is found in */
const rflinkLabels = {
  SWITCH: 'switch_',
  CMD: 'command',
  TEMP: 'temp',
  HUM: 'humi',
  BARO: 'pressure',
  UV: 'uv',
  LUX: 'light',
  RAIN: 'rain',
  RAINRATE: 'rainrate',
  WINSP: 'wind',
  AWINSP: 'windavg',
  WINGS: 'gust',
  WINDIR: 'winddir',
  WINCHL: 'chill',
  KWATT: 'energy',
  WATT: 'power',
  BAT: 'lobat',
}

/** Labels in any order, and others between them. */
const rflinkPairs = Object.entries(rflinkLabels)
  .map(([label, group]) => `${label}=(?P<${group}>[^;]*);`)
  .join('|')

/** `20;13;GlobalTronics;ID=0012;TEMP=00d7;HUM=45;BAT=LOW;`: most numbers are hexadecimal, some in tenths. */
export const rflink: FormatDefinition = {
  type: 'rflink',
  name: 'RFLink gateway',
  decoder: {
    kind: 'pattern',
    pattern: `^20;[0-9A-Fa-f]{2};(?P<model>[^;=]+);ID=(?P<id>[^;]*);(?:${rflinkPairs}|[^;]*;)*$`,
  },
  fields: [
    { name: 'model', type: 'string' },
    { name: 'id', type: 'string' },
    { name: 'switch_', type: 'string' },
    { name: 'command', type: 'string' },
    signedTenths('temp', -50, 80),
    { name: 'humi', type: 'integer', unit: '%', deviceClass: 'humidity', min: 0, max: 100 },
    { name: 'pressure', notation: 'hex', type: 'integer', unit: 'hPa', min: 800, max: 1200 },
    { name: 'uv', notation: 'hex', type: 'integer' },
    { name: 'light', notation: 'hex', type: 'integer', unit: 'lx' },
    tenths('rain', 'mm'),
    tenths('rainrate', 'mm'),
    tenths('wind', 'km/h'),
    tenths('windavg', 'km/h'),
    tenths('gust', 'km/h'),
    { name: 'winddir', type: 'number', unit: '°', scale: 22.5, min: 0, max: 360 },
    signedTenths('chill', -80, 80),
    { name: 'energy', notation: 'hex', type: 'integer' },
    { name: 'power', notation: 'hex', type: 'integer', unit: 'W' },
    { name: 'lobat', type: 'boolean', deviceClass: 'battery', map: { OK: false, LOW: true } },
  ],
  key: ['model', 'id', 'switch_'],
}

/** Its highest bit is the sign, the others are the size. */
function signedTenths(name: string, min: number, max: number): FieldDefinition {
  const bits = { notation: 'hex', bit: 0, bits: 16, signed: 'magnitude' } as const
  return { name, ...bits, type: 'number', unit: '°C', scale: '1/10', decimals: 1, min, max }
}

function tenths(name: string, unit: string): FieldDefinition {
  return { name, notation: 'hex', type: 'number', unit, scale: '1/10', decimals: 1, min: 0 }
}

/**
 * `rtl_433 -F json`. What a transmitter repeats within two seconds is dropped. Its times are local ones without a zone
 * unless it runs with `-M utc`: then the format needs its time zone.
 */
export const rtl433: FormatDefinition = {
  type: 'rtl433',
  name: 'rtl_433 as JSON (-M utc, or set the time zone)',
  takes: { where: [{ from: 'model', matches: '.' }] },
  decoder: { kind: 'json', lenient: true },
  fields: [
    { name: 'model', type: 'string' },
    { name: 'id', type: 'string' },
    { name: 'channel', type: 'string' },
    { name: 'temp', from: 'temperature_C', type: 'number', unit: '°C', min: -60, max: 120 },
    {
      name: 'temp_f',
      from: 'temperature_F',
      type: 'number',
      unit: '°C',
      deviceUnit: '°F',
      decimals: 2,
      min: -60,
      max: 120,
    },
    { name: 'humi', from: 'humidity', type: 'number', unit: '%', deviceClass: 'humidity', min: 0, max: 100 },
    { name: 'moisture', type: 'number', unit: '%', deviceClass: 'moisture', min: 0, max: 100 },
    { name: 'pressure', from: 'pressure_hPa', type: 'number', unit: 'hPa', min: 300, max: 1200 },
    {
      name: 'wind',
      from: 'wind_avg_m_s',
      type: 'number',
      unit: 'm/s',
      deviceClass: 'wind_speed',
      min: 0,
      max: 100,
    },
    {
      name: 'gust',
      from: 'wind_max_m_s',
      type: 'number',
      unit: 'm/s',
      deviceClass: 'wind_speed',
      min: 0,
      max: 100,
    },
    {
      name: 'wind_kmh',
      from: 'wind_avg_km_h',
      type: 'number',
      unit: 'km/h',
      deviceClass: 'wind_speed',
      min: 0,
      max: 360,
    },
    {
      name: 'gust_kmh',
      from: 'wind_max_km_h',
      type: 'number',
      unit: 'km/h',
      deviceClass: 'wind_speed',
      min: 0,
      max: 360,
    },
    { name: 'winddir', from: 'wind_dir_deg', type: 'number', unit: '°', min: 0, max: 360 },
    { name: 'rain', from: 'rain_mm', type: 'number', unit: 'mm', deviceClass: 'precipitation', min: 0 },
    { name: 'power', from: 'power_W', type: 'number', unit: 'W' },
    { name: 'energy', from: 'energy_kWh', type: 'number', unit: 'kWh', min: 0 },
    { name: 'pulses', type: 'integer', min: 0 },
    { name: 'battery', from: 'battery_ok', type: 'number', min: 0, max: 1 },
    { name: 'at', from: 'time', type: 'time', hidden: true },
  ],
  key: ['model', 'id', 'channel'],
  time: 'at',
  drop: { unchanged: 2 },
}
