// An event in the line protocol of InfluxDB, which Telegraf and others read, too: `<measurement>,<tags> <fields> <nanoseconds>`. By its
// public specification (InfluxDB 1.x and 2.x).
import type { FieldlogEvent, Scalar } from '../../event.ts'
import { sound } from './sound.ts'

/**
 * The function that makes the line of an event, for one gateway. The measurement is the event's type; tags are device,
 * gateway, key, source and verdict, in this order (sorted, as InfluxDB likes it best); fields are those of the data that have a value.
 * All numbers are floats, because a field must not be an integer once and a float the next time. An event without a value is a
 * line with the field `raw`. The function throws an Error that says what is wrong with an event that another node has spoilt.
 */
export function lineProtocolWriter(gateway: string): (event: FieldlogEvent) => string {
  return (event) => {
    const { type = 'unknown', device, key, source, verdict, time, raw, data = {} } = sound(event)
    let line = name(type, /[, ]/g)
    for (const [tag, value] of Object.entries({ device, gateway, key, source, verdict })) {
      // an empty tag is none
      if (value) line += `,${tag}=${name(value, /[,= ]/g)}`
    }
    const shown = verdict === 'rejected' ? {} : data
    const fields = Object.entries(shown).flatMap(([field, value]) =>
      value === null || value === undefined ? [] : [`${name(field, /[,= ]/g)}=${fieldValue(value)}`],
    )
    return `${line} ${fields.join(',') || `raw=${text(raw)}`} ${time}000000`
  }
}

/** Line breaks would end the line; a backslash, which cannot be escaped here, would escape what comes behind it. */
function name(value: string, special: RegExp): string {
  return value
    .replace(/[\r\n]/g, ' ')
    .replace(/\\/g, '_')
    .replace(special, '\\$&')
}

function fieldValue(value: NonNullable<Scalar>): string {
  if (typeof value === 'string') return text(value)
  return String(value)
}

function text(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`
}
