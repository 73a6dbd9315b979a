// What a field measures, where its unit does not tell: the words of Home Assistant's device classes (its public documentation, version
// 2024.11), because these are the ones that home automations share. Browser-safe.
import type { FieldDefinition } from '../model/definition.ts'

/** For numbers: each word, and the units of ours that it allows; undefined: none. */
export const sensorWords: Readonly<Record<string, readonly (string | undefined)[]>> = {
  apparent_power: ['VA'],
  aqi: [undefined],
  atmospheric_pressure: ['Pa', 'hPa', 'kPa', 'mbar', 'bar', 'psi', 'mmHg', 'inHg'],
  battery: ['%'],
  carbon_dioxide: ['ppm'],
  carbon_monoxide: ['ppm'],
  current: ['A', 'mA'],
  distance: ['m', 'mm', 'cm', 'km', 'in', 'ft', 'mi'],
  duration: ['s', 'ms', 'min', 'h', 'd'],
  energy: ['Wh', 'kWh', 'MWh', 'MJ'],
  energy_storage: ['Wh', 'kWh', 'MWh', 'MJ'],
  frequency: ['Hz', 'kHz', 'MHz'],
  gas: ['m³'],
  humidity: ['%'],
  illuminance: ['lx'],
  irradiance: ['W/m²'],
  moisture: ['%'],
  nitrogen_dioxide: ['µg/m³'],
  ozone: ['µg/m³'],
  ph: [undefined],
  pm1: ['µg/m³'],
  pm10: ['µg/m³'],
  pm25: ['µg/m³'],
  power: ['W', 'kW'],
  power_factor: ['%', undefined],
  precipitation: ['mm', 'cm', 'in'],
  pressure: ['Pa', 'hPa', 'kPa', 'mbar', 'bar', 'psi', 'mmHg', 'inHg'],
  reactive_power: ['var'],
  signal_strength: ['dB', 'dBm'],
  sound_pressure: ['dB'],
  speed: ['m/s', 'km/h', 'mph', 'kn'],
  sulphur_dioxide: ['µg/m³'],
  temperature: ['°C', '°F', 'K'],
  volatile_organic_compounds: ['µg/m³'],
  volatile_organic_compounds_parts: ['ppm', 'ppb'],
  voltage: ['V', 'mV'],
  volume: ['l', 'ml', 'm³', 'dm³'],
  volume_flow_rate: ['m³/h', 'l/min'],
  volume_storage: ['l', 'ml', 'm³', 'dm³'],
  water: ['l', 'm³', 'dm³'],
  weight: ['kg', 'g', 'lb'],
  wind_speed: ['m/s', 'km/h', 'mph', 'kn'],
}

/** Words for what is true or false. */
export const binaryWords: ReadonlySet<string> = new Set([
  ...['battery', 'battery_charging', 'carbon_monoxide', 'cold', 'connectivity', 'door', 'garage_door', 'gas'],
  ...['heat', 'light', 'lock', 'moisture', 'motion', 'moving', 'occupancy', 'opening', 'plug', 'power'],
  ...[
    'presence',
    'problem',
    'running',
    'safety',
    'smoke',
    'sound',
    'tamper',
    'update',
    'vibration',
    'window',
  ],
])

/** Whether a field has two values: it is true or false, or one bit. */
export function isTwoValued({ type, bits }: Pick<FieldDefinition, 'type' | 'bits'>): boolean {
  return type === 'boolean' || (type === 'integer' && bits === 1)
}
