// What Home Assistant calls a number, by its unit or by the format's own word. Facts from its public documentation (sensor
// integration), version 2024.11: later versions know more units, and all of these.

import { sensorWords } from '../../formats/check/device-classes.ts'

export type StateClass = 'measurement' | 'total' | 'total_increasing'

/** How a number is shown and kept by Home Assistant. */
export interface SensorClass {
  deviceClass?: string
  stateClass?: StateClass
  unit?: string
}

const measured = (deviceClass: string, ...units: string[]): Array<[string, SensorClass]> =>
  units.map((unit) => [unit, { deviceClass, stateClass: 'measurement', unit }])
const counted = (deviceClass: string, units: Record<string, string>): Array<[string, SensorClass]> =>
  Object.entries(units).map(([own, unit]) => [own, { deviceClass, stateClass: 'total_increasing', unit }])

/** By the unit as a format writes it. A unit that is not here is given as it is, without a device class. */
const byUnit: ReadonlyMap<string, SensorClass> = new Map([
  ...measured('temperature', '°C', '°F', 'K'),
  ...measured('power', 'W', 'kW'),
  ...measured('apparent_power', 'VA'),
  ...measured('reactive_power', 'var'),
  ...counted('energy', { Wh: 'Wh', kWh: 'kWh', MWh: 'MWh', MJ: 'MJ' }),
  ...measured('voltage', 'V', 'mV'),
  ...measured('current', 'A', 'mA'),
  ...measured('frequency', 'Hz', 'kHz', 'MHz'),
  ...measured('pressure', 'Pa', 'hPa', 'kPa', 'mbar', 'bar', 'psi', 'mmHg', 'inHg'),
  ...measured('distance', 'm', 'mm', 'cm', 'km', 'in', 'ft', 'mi'),
  ...measured('speed', 'm/s', 'km/h', 'mph', 'kn'),
  // a meter's reading; a tank's level says so itself (volume_storage)
  ...counted('volume', { l: 'L', ml: 'mL', 'm³': 'm³', 'dm³': 'L' }),
  ['l/min', { deviceClass: 'volume_flow_rate', stateClass: 'measurement', unit: 'L/min' }],
  ...measured('volume_flow_rate', 'm³/h'),
  ...measured('weight', 'kg', 'g', 'lb'),
  ...measured('duration', 's', 'ms', 'min', 'h', 'd'),
  ...measured('illuminance', 'lx'),
  ...measured('irradiance', 'W/m²'),
  ...measured('sound_pressure', 'dB'),
  ...measured('signal_strength', 'dBm'),
])

/** Those that count up for ever; Home Assistant allows no `measurement` for them. */
const meters: ReadonlySet<string> = new Set(['energy', 'gas', 'volume', 'water'])

const spelled: Readonly<Record<string, string>> = { l: 'L', ml: 'mL', 'dm³': 'L', 'l/min': 'L/min' }

/**
 * @param word the format's own for what is measured; one that its unit does not allow is left out
 * @param isDifference it says by how much something has grown, so it does not count up
 */
export function sensorClass(unit: string | undefined, word?: string, isDifference = false): SensorClass {
  const found = named(unit, word) ?? byUnit.get(unit ?? '') ?? measuredIn(unit)
  if (!isDifference || !meters.has(found.deviceClass ?? '')) return found
  const { stateClass: _, ...rest } = found
  return rest
}

function named(unit: string | undefined, word: string | undefined): SensorClass | undefined {
  if (word === undefined || sensorWords[word]?.includes(unit) !== true) return undefined
  const stateClass = meters.has(word) ? 'total_increasing' : 'measurement'
  return { deviceClass: word, stateClass, ...(unit !== undefined && { unit: spelled[unit] ?? unit }) }
}

function measuredIn(unit: string | undefined): SensorClass {
  return { stateClass: 'measurement', ...(unit !== undefined && { unit }) }
}
