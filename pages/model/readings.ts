// The newest readings of all devices: how changes come in, and in which order they are shown.
import type { FieldReading, Latest, Reading } from './wire.ts'

export const hasLowBattery = (reading: Reading) => reading.fields.some(({ low }) => low)

/** Names of fields that only say whether a battery is low. */
const batteryName = /lo(w)?[_-]?bat|bat(tery)?[_-]?low/i

/**
 * The fields that are shown. A flag of the battery is not: where it is set, the device has a mark by its name. Nor is one that this
 * device does not send, as others of its type do.
 */
export function shownFields({ fields }: Reading): FieldReading[] {
  return fields.filter((field) => !isBatteryFlag(field) && isSent(field))
}

/** Devices send it as a boolean, or as 0 and 1. */
function isBatteryFlag({ name, kind, unit, value }: FieldReading): boolean {
  const isFlag = kind === 'boolean' || (unit === null && (value === 0 || value === 1))
  return isFlag && batteryName.test(name)
}

function isSent({ value, spark }: FieldReading): boolean {
  return value !== null || spark?.some((mean) => mean !== null) === true
}

/** Puts changed readings into those that are known. A change carries no sparkline: the one that is known stays. */
export function merge(known: readonly Reading[], changes: Latest['series']): Reading[] {
  const byId = new Map(known.map((reading) => [reading.id, reading]))
  for (const change of changes) {
    const before = byId.get(change.id)
    byId.set(change.id, { ...change, fields: change.fields.map((field) => withSpark(field, before)) })
  }
  return [...byId.values()]
}

function withSpark(field: FieldReading, before: Reading | undefined): FieldReading {
  if (field.spark !== undefined) return field
  return { ...field, spark: before?.fields.find(({ name }) => name === field.name)?.spark ?? null }
}

/** Low batteries come first, then silent devices, then all others by name: none of this changes with every reading. */
export function inOrder(readings: readonly Reading[]): Reading[] {
  const names = new Intl.Collator('en', { numeric: true })
  const rank = (reading: Reading) => (hasLowBattery(reading) ? 0 : reading.silent ? 1 : 2)
  return [...readings].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      Number(b.named) - Number(a.named) ||
      names.compare(a.name, b.name) ||
      names.compare(a.type, b.type) ||
      a.id - b.id,
  )
}

/** Whether each word that is looked for is in its name, place, type, source or one of its fields. */
export function isFound(reading: Reading, find: string): boolean {
  const { name, place, type, source, key, fields } = reading
  const text = [name, place ?? '', type, source, key, ...fields.map((field) => field.name)]
    .join('\n')
    .toLowerCase()
  return find
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
