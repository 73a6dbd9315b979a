// Whether a device's clock shows local time.
import { compileFormats } from '../compile.ts'
import type { FormatDefinition } from '../model/definition.ts'
import { EventMemory } from '../model/memory.ts'
import type { RawLine } from './propose-lines.ts'

const mostTried = 20

/**
 * The format with this time zone, where its times have none and are local ones: nearer to when the lines were received
 * than in UTC. Without a time of receipt they are taken for local ones.
 */
export function inZone(
  definition: FormatDefinition,
  lines: ReadonlyArray<{ payload: RawLine; received: number | undefined }>,
  zone: string,
): FormatDefinition {
  if (definition.time === undefined || definition.zone !== undefined) return definition
  const local = { ...definition, zone }
  const tried = lines.slice(-mostTried)
  const distance = (format: FormatDefinition): { first: number | undefined; sum: number } => {
    const formats = compileFormats([format], { memory: new EventMemory() })
    let first: number | undefined
    let sum = 0
    for (const [seq, { payload, received = 0 }] of tried.entries()) {
      const outcome = formats.decode({ payload, source: '', id: `line-${seq}`, seq, received })
      const time = outcome.kind === 'clean' ? outcome.events[0]?.time : undefined
      if (time === undefined) continue
      first ??= time
      sum += Math.abs(time - received)
    }
    return { first, sum }
  }
  const asUtc = distance(definition)
  // a zone whose time is never that of UTC
  const elsewhere = distance({ ...definition, zone: 'Etc/GMT+12' })
  if (asUtc.first === undefined || asUtc.first === elsewhere.first) return definition
  const isKnown = tried.some(({ received }) => received !== undefined)
  return !isKnown || distance(local).sum < asUtc.sum ? local : definition
}
