// Whether a device's clock shows local time.
import { compileFormats } from '../compile.ts'
import type { FormatDefinition } from '../model/definition.ts'
import { EventMemory } from '../model/memory.ts'
import type { RawLine } from './propose-lines.ts'

const mostTried = 20
/** where a time is further than this from its receipt (ms), the receipt tells nothing: an old log, or a clock not set */
const mostApart = 24 * 3600 * 1000

/**
 * The format with this time zone, where its times have none and are local ones: nearer to when the lines were received
 * than in UTC. Where no receipt is known or near, they are taken for local ones.
 */
export function inZone(
  definition: FormatDefinition,
  lines: ReadonlyArray<{ payload: RawLine; received: number | undefined }>,
  zone: string,
): FormatDefinition {
  if (definition.time === undefined || definition.zone !== undefined) return definition
  const tried = lines.slice(-mostTried)
  const asUtc = timesOf(definition, tried)
  // a zone whose time is never that of UTC
  const elsewhere = timesOf({ ...definition, zone: 'Etc/GMT+12' }, tried)
  const first = asUtc.findIndex((time) => time !== undefined)
  if (first < 0 || asUtc[first] === elsewhere[first]) return definition
  const local = { ...definition, zone }
  const asLocal = timesOf(local, tried)
  const near = tried.flatMap(({ received }, i) => {
    const utc = asUtc[i]
    if (received === undefined || utc === undefined || Math.abs(utc - received) > mostApart) return []
    return [{ utc: Math.abs(utc - received), local: Math.abs((asLocal[i] ?? utc) - received) }]
  })
  const sum = (which: 'utc' | 'local') => near.reduce((total, apart) => total + apart[which], 0)
  return near.length === 0 || sum('local') < sum('utc') ? local : definition
}

/** The time of each line, ms since 1970 UTC. */
function timesOf(
  definition: FormatDefinition,
  lines: ReadonlyArray<{ payload: RawLine; received: number | undefined }>,
): Array<number | undefined> {
  const formats = compileFormats([definition], { memory: new EventMemory() })
  return lines.map(({ payload, received = 0 }, seq) => {
    const outcome = formats.decode({ payload, source: '', id: `line-${seq}`, seq, received })
    return outcome.kind === 'clean' ? outcome.events[0]?.time : undefined
  })
}
