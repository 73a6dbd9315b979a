// The units that can be converted into each other.

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
}

const units = new Map<string, Unit>(
  Object.entries(table).flatMap(([dimension, rows]) =>
    rows.map(([symbol, multiply, divide = 1, shift = 0]) => [symbol, { dimension, multiply, divide, shift }]),
  ),
)

/** The units that this one can be converted from and to, itself among them; itself alone where it is not in the table. */
export function convertibleUnits(unit: string): string[] {
  const own = units.get(unit)
  if (own === undefined) return [unit]
  return [...units].filter(([, { dimension }]) => dimension === own.dimension).map(([symbol]) => symbol)
}

/** From one unit to another; undefined where there is nothing to do, a text where it cannot be done. */
export function unitConversion(from: string, to: string): ((value: number) => number) | undefined | string {
  if (from === to) return undefined
  const a = units.get(from)
  const b = units.get(to)
  if (a === undefined || b?.dimension !== a.dimension) return `${from} cannot be converted to ${to}`
  const multiply = a.multiply * b.divide
  const divide = a.divide * b.multiply
  return (value) => ((value + a.shift) * multiply) / divide - b.shift
}
