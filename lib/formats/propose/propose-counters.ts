// Which fields count up, and where they begin again.
import type { FieldDefinition } from '../model/definition.ts'
import { toNumber } from '../steps/numbers.ts'

/** so many values show how a field goes on */
const fewest = 4
const fewestRises = 0.5
/** behind a fall a counter is at most this part of what it was */
const mostLeft = 0.1
/** the last value before a wrap is at least this part of the modulus */
const nearModulus = 0.99
const counterName =
  /^(?:e\d*|energy\d*|kwh|wh|rain|total|gas|water|.*(?:count|counter|pulses?|_k?wh|_total))$/i
const counterUnits = ['Wh', 'kWh', 'MWh', 'm³']
/** how many units a counter of some bits, in whole steps, tenths and so on, counts to */
const moduli = [16, 23, 24, 31, 32].flatMap((bits) => [1, 10, 100, 1000].map((part) => 2 ** bits / part))

/** A field for how much each counter among these has gone up. */
export function countersOf(
  fields: readonly FieldDefinition[],
  found: ReadonlyMap<string, readonly unknown[]>,
): FieldDefinition[] {
  return fields.flatMap((field) => {
    const { name, type, unit } = field
    if (type !== 'number' && type !== 'integer') return []
    const raw = found.get(String(field.from ?? name)) ?? found.get(name) ?? []
    const values = raw.map((value) => toNumber(String(value))).filter((value) => value !== undefined)
    const falls = values.filter((value, i) => value < (values[i - 1] ?? value))
    const isNamed = counterName.test(name) || (unit !== undefined && counterUnits.includes(unit))
    if (!countsUp(values) || (falls.length === 0 && !isNamed)) return []
    const modulus = modulusOf(values)
    const difference = { of: name, ...(modulus === undefined ? {} : { modulus }) }
    const decimals = Math.max(...raw.map((value) => /\.(\d+)$/.exec(String(value).trim())?.[1]?.length ?? 0))
    return [
      { name: `${name}_delta`, difference, type, ...(unit ? { unit } : {}), ...rounded(type, decimals) },
    ]
  })
}

function rounded(type: FieldDefinition['type'], decimals: number): Partial<FieldDefinition> {
  return type === 'number' ? { decimals: Math.min(decimals, 15) } : {}
}

function countsUp(values: readonly number[]): boolean {
  if (values.length < fewest || values.some((value) => value < 0)) return false
  const steps = values.slice(1).map((value, i) => [values[i] as number, value] as const)
  const rises = steps.filter(([before, value]) => value > before)
  return (
    rises.length >= fewestRises * steps.length &&
    steps.every(([before, value]) => value >= before || value <= mostLeft * before)
  )
}

/** The modulus that the counter came near to just before it fell. */
function modulusOf(values: readonly number[]): number | undefined {
  const most = Math.max(...values.slice(0, -1).filter((value, i) => (values[i + 1] as number) < value))
  return moduli.filter((modulus) => most < modulus && most >= nearModulus * modulus).sort((a, b) => a - b)[0]
}
