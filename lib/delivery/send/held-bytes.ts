// A cheap guess at the memory that a value keeps: what it costs must not matter for each message of a fast source.

/** Of long arrays and large objects so many members are looked at, and the rest is taken to be like them. */
const sample = 32
/** What is looked at of one value, at most. */
const mostLooks = 500
/** bytes; measured, rounded up */
const perMember = 16
/** A socket, a class of some library: it is not walked through. */
const opaque = 1_000

/** Bytes of memory, roughly. Never throws; what is referred to twice counts twice. */
export function heldBytes(value: unknown): number {
  const looks = { left: mostLooks }
  return bytesOf(value, looks)
}

function bytesOf(value: unknown, looks: { left: number }): number {
  if (typeof value === 'string') return perMember + value.length
  if (typeof value !== 'object' || value === null) return perMember
  if (ArrayBuffer.isView(value)) return perMember + value.byteLength
  if (looks.left-- <= 0) return opaque
  if (Array.isArray(value)) return membersOf(value.length, (index) => value[index], looks)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return opaque
  const keys = Object.keys(value)
  return membersOf(keys.length, (index) => (value as Record<string, unknown>)[keys[index]!], looks)
}

function membersOf(count: number, member: (index: number) => unknown, looks: { left: number }): number {
  const looked = Math.min(count, sample)
  let bytes = perMember
  for (let index = 0; index < looked; index++) bytes += perMember + bytesOf(member(index), looks)
  return looked === count ? bytes : Math.round((bytes * count) / looked)
}
