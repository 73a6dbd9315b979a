// The short hash that an event carries as `rules`: two events with the same one were judged by the same rules.
import { createHash } from 'node:crypto'

/** The first 8 hex digits of the SHA-256 over the canonical JSON (keys in order of code units) of `rules`. */
export function rulesHash(rules: unknown): string {
  return createHash('sha256').update(canonicalJson(rules)).digest('hex').slice(0, 8)
}

/** JSON that is the same for values that differ only in the order of their keys. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part) ? sorted(part) : part,
  )
}

function sorted(record: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}
