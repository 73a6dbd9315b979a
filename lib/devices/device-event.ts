// The gateway's own event about a device: it has fallen silent, or is back. It goes through the log like any reading; the
// format here decodes it in every flow. Browser-safe.
import type { CleanEvent } from '../formats/format.ts'
import type { FormatDefinition } from '../formats/model/definition.ts'

/** Where such events come from; the colon keeps it apart from a user's own `devices`. */
export const deviceSource = 'fieldlog:devices'

export type DeviceState = 'silent' | 'back'

/** The payload of such an event when it is logged. */
export interface DeviceEventData {
  /** its name at that time */
  device: string
  state: DeviceState
  /** `<source>-<key>` or the source: it stays when the name is changed */
  id: string
  /** ms since 1970 UTC by the wall clock; absent where it was never heard */
  lastHeard?: number
  /** seconds that are expected between its readings, given or learnt */
  interval?: number
}

/** Stands before the formats of every flow: one that takes any JSON must not take these. */
export const deviceFormat: FormatDefinition = {
  type: 'device',
  name: 'A device has fallen silent, or is back',
  takes: { source: deviceSource },
  decoder: { kind: 'json' },
  fields: [
    { name: 'device', type: 'string', required: true },
    { name: 'state', type: 'string', required: true, allowed: ['silent', 'back'] },
    { name: 'id', type: 'string', required: true },
    { name: 'lastHeard', type: 'time', time: 'ms' },
    { name: 'interval', type: 'number', unit: 's' },
  ],
  key: ['id'],
}

/** The device that such an event is about; undefined for all other events. */
export function deviceInEvent(source: string, { type, data }: CleanEvent): string | undefined {
  if (source !== deviceSource || type !== deviceFormat.type) return undefined
  return typeof data.device === 'string' ? data.device : undefined
}
