// By what a repeat of an event is known: the request's Idempotency-Key, or an id that the event itself has.
import { createHash } from 'node:crypto'
import type { Once } from '../journal/format/notices.ts'
import { Refusal } from './refusal.ts'

const longestKey = 255

/** The key of a request, as its header has it; undefined where it has none. */
export function requestKey(header: string | string[] | undefined): string | undefined | Refusal {
  if (header === undefined) return undefined
  const text = typeof header === 'string' ? header.trim() : ''
  // as a quoted string too, which the draft standard asks for
  const key = /^"(.*)"$/.exec(text)?.[1] ?? text
  if (/^[!-~ ]+$/.test(key) && key.length <= longestKey) return key
  return new Refusal(400, {
    error: 'The Idempotency-Key cannot be used.',
    reason: `expected 1 to ${longestKey} printable ASCII characters, in one header`,
  })
}

/** For each event how a repeat of it is known; undefined of those that nothing names. */
export function oncesOf(
  payloads: ReadonlyArray<string | object>,
  key: string | undefined,
): Array<Once | undefined> | Refusal {
  const ids: Array<string | undefined> = []
  for (const [index, payload] of payloads.entries()) {
    const id = ownId(payload)
    if (id instanceof Refusal) return id.at(index)
    ids.push(id)
  }
  const shared = key === undefined ? '' : digestOf(payloads)
  return payloads.map((payload, part): Once | undefined => {
    const id = ids[part]
    if (id !== undefined) return { key: `event:${id}`, part: 0, of: 1, digest: digestOf([payload]) }
    if (key === undefined) return undefined
    return { key: `request:${key}`, part, of: payloads.length, digest: shared }
  })
}

/** The key was used for something else: to call that a repeat would lose it. */
export function otherData({ key }: Once): Refusal {
  const [kind] = key.split(':', 1)
  return new Refusal(422, {
    error: 'The key was used for other data.',
    field: kind === 'event' ? 'event.id' : 'Idempotency-Key',
    reason: 'found other data under it, expected a new key for each event or request',
  })
}

/** `event.id` of an object. */
function ownId(payload: string | object): string | undefined | Refusal {
  if (typeof payload === 'string') return undefined
  const event = own(payload, 'event')
  const id = typeof event === 'object' && event !== null ? own(event, 'id') : undefined
  if (id === undefined || id === null) return undefined
  const text = typeof id === 'string' || typeof id === 'number' ? String(id) : ''
  if (text !== '' && text.length <= longestKey) return text
  return new Refusal(400, {
    error: 'The id of the event cannot be used.',
    field: 'event.id',
    reason: `expected a text of 1 to ${longestKey} characters, or a number`,
  })
}

function own(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}

function digestOf(payloads: ReadonlyArray<string | object>): string {
  const hash = createHash('sha256')
  for (const payload of payloads)
    hash.update(typeof payload === 'string' ? payload : JSON.stringify(payload)).update('\n')
  return hash.digest('base64url').slice(0, 22)
}
