// The units that can be converted into each other, and how else devices write them.

/** A unit as (x + shift) × multiply ÷ divide of its dimension's base unit. */
interface Unit {
  dimension: string
  multiply: number
  divide: number
  shift: number
}

/** dimension: unit, multiply, divide, shift … */
const table: Record<string, Array<[symbol: string, multiply: number, divide?: number, shift?: number]>> = {
  temperature: [
    ['°C', 1],
    ['°F', 5, 9, -32],
    ['K', 1, 1, -273.15],
  ],
  power: [
    ['W', 1],
    ['mW', 1, 1000],
    ['kW', 1000],
    ['MW', 1e6],
  ],
  'apparent power': [
    ['VA', 1],
    ['kVA', 1000],
  ],
  'reactive power': [
    ['var', 1],
    ['kvar', 1000],
  ],
  energy: [
    ['Wh', 3600],
    ['kWh', 3.6e6],
    ['MWh', 3.6e9],
    ['J', 1],
    ['kJ', 1000],
    ['MJ', 1e6],
  ],
  voltage: [
    ['V', 1],
    ['mV', 1, 1000],
    ['kV', 1000],
  ],
  current: [
    ['A', 1],
    ['mA', 1, 1000],
    ['µA', 1, 1e6],
  ],
  frequency: [
    ['Hz', 1],
    ['kHz', 1000],
    ['MHz', 1e6],
  ],
  angle: [
    ['rad', 1],
    ['°', Math.PI, 180],
  ],
  pressure: [
    ['Pa', 1],
    ['hPa', 100],
    ['kPa', 1000],
    ['mbar', 100],
    ['bar', 1e5],
    ['psi', 6894.757293168],
    ['mmHg', 133.322387415],
    ['inHg', 3386.389],
  ],
  length: [
    ['m', 1],
    ['mm', 1, 1000],
    ['cm', 1, 100],
    ['km', 1000],
    ['in', 254, 1e4],
    ['ft', 3048, 1e4],
    ['mi', 1609344, 1000],
  ],
  speed: [
    ['m/s', 1],
    ['km/h', 10, 36],
    ['mph', 44704, 1e5],
    ['kn', 1852, 3600],
  ],
  volume: [
    ['l', 1],
    ['ml', 1, 1000],
    ['m³', 1000],
  ],
  flow: [
    ['l/h', 1],
    ['l/min', 60],
    ['m³/h', 1000],
  ],
  mass: [
    ['kg', 1],
    ['g', 1, 1000],
    ['lb', 45359237, 1e8],
  ],
  time: [
    ['s', 1],
    ['ms', 1, 1000],
    ['min', 60],
    ['h', 3600],
    ['d', 86400],
  ],
  charge: [
    ['Ah', 3600],
    ['mAh', 36, 10],
  ],
  resistance: [
    ['Ω', 1],
    ['kΩ', 1000],
    ['MΩ', 1e6],
  ],
  share: [
    ['%', 1, 100],
    ['‰', 1, 1000],
    ['ppm', 1, 1e6],
    ['ppb', 1, 1e9],
  ],
  concentration: [
    ['mg/m³', 1],
    ['µg/m³', 1, 1000],
  ],
  illuminance: [['lx', 1]],
  irradiance: [['W/m²', 1]],
  'sound level': [['dB', 1]],
  'signal level': [['dBm', 1]],
  'rotational speed': [['1/min', 1]],
}

/** Other ways to write a unit. Capitals and small letters are told apart: mW is not MW. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  '°C': ['C', '*C', 'degC', 'deg C', 'deg.C', '℃', 'ºC', '˚C', '° C', "'C", 'oC', 'Celsius', 'celsius'],
  '°F': ['F', '*F', 'degF', 'deg F', 'deg.F', '℉', 'ºF', '˚F', '° F', "'F", 'oF', 'Fahrenheit'],
  K: ['Kelvin'],
  W: ['w', 'Watt', 'watt', 'Watts', 'watts'],
  kW: ['kw', 'KW'],
  VA: ['va'],
  kVA: ['kva', 'KVA'],
  var: ['VAr', 'VAR', 'Var'],
  kvar: ['kVAr', 'kVAR', 'kVar'],
  Wh: ['wh', 'WH'],
  kWh: ['kwh', 'KWH', 'KWh', 'kW*h', 'kW·h', 'kW h'],
  MWh: ['MWH'],
  V: ['v', 'Volt', 'volt', 'Volts', 'volts', 'VDC', 'VAC'],
  mV: ['mv'],
  A: ['a', 'Amp', 'amp', 'Amps', 'amps'],
  mA: ['ma'],
  µA: ['μA', 'uA'],
  Hz: ['hz', 'HZ'],
  '°': ['deg', 'º', '˚', 'degrees'],
  Pa: ['pa'],
  hPa: ['hpa', 'HPA', 'HPa', 'hP'],
  kPa: ['kpa', 'KPa'],
  mbar: ['mBar', 'mb', 'millibar'],
  bar: ['Bar'],
  psi: ['PSI'],
  mmHg: ['mmhg', 'mm Hg'],
  inHg: ['inhg', 'in Hg', '"Hg'],
  m: ['meter', 'meters', 'metre', 'metres'],
  in: ['inch', 'inches', '"'],
  ft: ['feet', 'foot'],
  'm/s': ['mps', 'm/sec'],
  'km/h': ['kmh', 'kph', 'km/hr', 'KMH'],
  mph: ['MPH', 'mi/h'],
  kn: ['kt', 'kts', 'knot', 'knots'],
  l: ['L', 'ltr', 'liter', 'liters', 'litre', 'litres'],
  ml: ['mL'],
  'm³': ['m3', 'm^3', 'cbm', 'M3'],
  'l/h': ['L/h', 'lph'],
  'l/min': ['L/min', 'lpm'],
  'm³/h': ['m3/h', 'm^3/h'],
  kg: ['Kg', 'KG', 'kgs'],
  g: ['gr', 'gram', 'grams'],
  lb: ['lbs', 'LB'],
  s: ['sec', 'secs', 'second', 'seconds'],
  ms: ['msec', 'millis'],
  min: ['mins', 'minute', 'minutes'],
  h: ['hr', 'hrs', 'hour', 'hours'],
  d: ['day', 'days'],
  Ω: ['Ohm', 'ohm', 'ohms', 'Ohms', '\u2126'],
  '%': ['%RH', '% RH', '%rH', '%rh', '% r.H.', 'pct', 'percent', 'RH%'],
  ppm: ['PPM'],
  ppb: ['PPB'],
  'µg/m³': ['ug/m3', 'µg/m3', 'μg/m3', 'μg/m³', 'ug/m³', 'ug/m^3', 'µg/m^3'],
  'mg/m³': ['mg/m3', 'mg/m^3'],
  lx: ['lux', 'Lux', 'Lx'],
  'W/m²': ['W/m2', 'W/m^2'],
  dB: ['db', 'dBA', 'dB(A)'],
  dBm: ['dbm'],
  '1/min': ['rpm', 'RPM', 'U/min'],
}

const units = new Map<string, Unit>(
  Object.entries(table).flatMap(([dimension, rows]) =>
    rows.map(([symbol, multiply, divide = 1, shift = 0]) => [symbol, { dimension, multiply, divide, shift }]),
  ),
)

const canonical = new Map<string, string>(
  Object.entries(synonyms).flatMap(([unit, others]) => others.map((other) => [other, unit])),
)

/** The unit in the table's own writing: `°C` for `degC`; a text that is not in the table as it is. */
export function unitNamed(text: string): string {
  return units.has(text) ? text : (canonical.get(text) ?? text)
}

/** All texts of units that this one can be converted from, its own among them; those of itself first. */
export function unitTexts(unit: string): string[] {
  const own = unitNamed(unit)
  const dimension = units.get(own)?.dimension
  const others = [...units].filter(([symbol, each]) => symbol !== own && each.dimension === dimension)
  const symbols = dimension === undefined ? [own] : [own, ...others.map(([symbol]) => symbol)]
  return [...new Set([unit, ...symbols.flatMap((symbol) => [symbol, ...(synonyms[symbol] ?? [])])])]
}

/** From one unit to another; undefined where there is nothing to do, a text where it cannot be done. */
export function unitConversion(from: string, to: string): ((value: number) => number) | undefined | string {
  const [own, other] = [unitNamed(from), unitNamed(to)]
  if (own === other) return undefined
  const a = units.get(own)
  const b = units.get(other)
  if (a === undefined || b?.dimension !== a.dimension) return `${from} cannot be converted to ${to}`
  const multiply = a.multiply * b.divide
  const divide = a.divide * b.multiply
  return (value) => ((value + a.shift) * multiply) / divide - b.shift
}
