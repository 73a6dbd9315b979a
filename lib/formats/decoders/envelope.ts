// Structured events in their envelope: `{eventId, data}`, with a timestamp where the logger gives one.
import { own, pathReader } from './paths.ts'

/** What the paths of fields look at. Used for one line only. */
export interface Enveloped {
  /** where the paths begin: in `{eventId, data}` at data */
  root: object
  eventId: string | number | undefined
  /** the whole of `{eventId, timestamp, data}`, where there is an envelope */
  envelope: object | undefined
}

/** `{eventId, data}` and `{event_id, data}` are events with an id of their own; anything else is its own data. */
export function unwrap(value: object): Enveloped {
  const eventId = own(value, 'eventId') ?? own(value, 'event_id')
  const data = own(value, 'data')
  const isId = typeof eventId === 'string' || (typeof eventId === 'number' && Number.isFinite(eventId))
  if (isId && typeof data === 'object' && data !== null) return { root: data, eventId, envelope: value }
  return { root: value, eventId: undefined, envelope: undefined }
}

/** Reads a path in the data; the path `timestamp` also beside it, in the envelope. */
export function envelopeReader(path: string): (opened: Enveloped) => unknown {
  const read = pathReader(path)
  if (path !== 'timestamp') return ({ root }) => read(root)
  return ({ root, envelope }) => read(root) ?? (envelope === undefined ? undefined : read(envelope))
}
