// Turns a message that `log` receives into an entry for the journal (docs/message.md, "What log makes of a message").

import { types } from 'node:util'
import { type Cut, isCut } from '../event.ts'
import type { NewEntry } from '../journal/format/batch.ts'
import { EntryTooDeepError, EntryTooLongError, largestEntryLimit } from '../journal/format/entry-limit.ts'
import { escapeText } from '../journal/format/text.ts'
import { msPerDay } from '../journal/format/time.ts'
import { asError } from '../kit/errors.ts'

/** A Node-RED message as far as `log` looks at it. */
export interface LoggableMessage {
  payload?: unknown
  topic?: unknown
  source?: unknown
  /** when the line's first bytes arrived, ms since 1970 */
  received?: unknown
  /** the earlier moment that a line belongs to, ms since 1970 (a collector's memory) */
  time?: unknown
  /** the payload is a frame as a port cut it out: nothing is taken off its end */
  framed?: unknown
  /** its sender waits until it is durable: see Receipt */
  receipt?: unknown
  [property: string]: unknown
}

/** What a port says of a frame. */
export interface Framed {
  /** what it lacks; absent of a whole one */
  cut?: Cut
}

/** A payload that no entry can hold. */
class NotJsonError extends TypeError {
  readonly code = 'EVENT_NOT_JSON'
}

/** What JSON.stringify makes an empty object of. */
const emptied: ReadonlyArray<[name: string, isOne: (value: unknown) => boolean]> = [
  ['a Map', types.isMap],
  ['a Set', types.isSet],
  ['an Error', types.isNativeError],
  ['a RegExp', types.isRegExp],
  ['a Promise', types.isPromise],
]

/** A source is a path's length at most; longer ones are cut. */
const longestSource = 255
/** 9999-12-31, the last day that a file's name can hold */
const latest = 253_402_300_799_999

/** Where a message came from: its source, else its topic, else the fallback; only [A-Za-z0-9._:@-]. */
export function sourceOf(message: LoggableMessage, fallback: string): string {
  for (const candidate of [message.source, message.topic, fallback]) {
    if (typeof candidate !== 'string' || candidate === '') continue
    return candidate.slice(0, longestSource).replace(/[^A-Za-z0-9._:@-]/g, '_')
  }
  return 'log'
}

/**
 * The entry for a message: a line where the payload is a string or bytes (without its line end), else a
 * structured event. Throws a NotJsonError where JSON cannot hold the payload, an EntryTooDeepError where it is nested so
 * deep that it cannot be written.
 */
export function entryOf(message: LoggableMessage, now: number, fallback: string): NewEntry {
  const { payload, time } = message
  const source = sourceOf(message, fallback)
  const received = receivedTime(message.received, now)
  if (typeof payload !== 'string' && !(payload instanceof Uint8Array)) {
    return { kind: 'E', received, source, text: exactJson(payload) }
  }
  // escaped it is no shorter
  if (payload.length > largestEntryLimit) throw new EntryTooLongError(payload.length, largestEntryLimit)
  const framed = framedOf(message.framed)
  const text = escapeText(framed ? payload : withoutEnd(payload))
  const entry: NewEntry = isTime(time)
    ? { kind: 'R', received, time, source, text }
    : { kind: 'L', received, source, text }
  if (framed?.cut !== undefined) entry.cut = framed.cut
  return entry
}

/** A time within a day of now is accepted. Any other would scatter entries over files of far-off days. */
function receivedTime(received: unknown, now: number): number {
  return isTime(received) && Math.abs(received - now) <= msPerDay ? received : now
}

function isTime(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= latest
}

/** Undefined of a message that comes from no port; a mark that is none is left out. */
function framedOf(framed: unknown): Framed | undefined {
  if (typeof framed !== 'object' || framed === null) return undefined
  const { cut } = framed as { cut?: unknown }
  return isCut(cut) ? { cut } : {}
}

function withoutEnd(line: string | Uint8Array): string | Uint8Array {
  return typeof line === 'string' ? line.replace(/\r?\n$/, '') : bytesWithoutEnd(line)
}

function bytesWithoutEnd(bytes: Uint8Array): Uint8Array {
  if (bytes.at(-1) !== 10) return bytes
  return bytes.subarray(0, bytes.at(-2) === 13 ? -2 : -1)
}

/** JSON.stringify, but an error where it would lose a value. A Date is its text, as JSON.stringify writes it. */
function exactJson(payload: unknown): string {
  let json: string | undefined
  try {
    json = JSON.stringify(payload, function (this: Record<string, unknown>, key, value: unknown) {
      const lost = whatIsLost(value, this[key])
      if (lost !== undefined) throw new TypeError(`${key || 'it'} is ${lost}`)
      return value
    })
  } catch (error) {
    // more levels than the stack has room for
    if (error instanceof RangeError) throw new EntryTooDeepError()
    throw new NotJsonError(`log: JSON cannot hold this payload: ${asError(error).message.split('\n')[0]}`)
  }
  if (json === undefined) {
    throw new NotJsonError(
      'log: the message has no payload: set msg.payload to a line, bytes or a JSON value',
    )
  }
  return json
}

/** What JSON would leave out of a value, or make null or an empty object of. @param given before its own `toJSON` */
function whatIsLost(value: unknown, given: unknown): string | undefined {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? undefined : String(value)
    case 'function':
    case 'symbol':
    case 'bigint':
      return `a ${typeof value}`
    case 'object':
      // a function node has classes of its own, which `instanceof` does not know
      if (types.isDate(given) && Number.isNaN(given.getTime())) return 'a Date that is no time'
      return emptied.find(([, isOne]) => isOne(value))?.[0]
    default:
      return undefined
  }
}
