// What is wrong with an event that other nodes may have changed on its way. Between our nodes a function node may do to
// it what it likes; what does not make sense any more is an error on that message, never a broken message further on.
import { type FieldlogEvent, isCut } from './event.ts'

/** values in values, and so a value that contains itself */
const deepest = 50
const verdicts: ReadonlySet<unknown> = new Set(['good', 'bad', 'rejected'])

/**
 * Says in words what spoilt an event: `event.time is NaN, expected milliseconds since 1970`; undefined where it is
 * sound. Its data must be what JSON holds: NaN would become null, a Date a text.
 */
export function eventProblem(event: FieldlogEvent): string | undefined {
  return placeProblem(event) ?? cleanProblem(event) ?? verdictProblem(event) ?? clusterProblem(event)
}

/** What log has set. */
function placeProblem(event: FieldlogEvent): string | undefined {
  const { id, seq, received, time, source, raw, cut, late } = event
  if (typeof id !== 'string' || id === '') return wrong('id', id, 'a text')
  if (!Number.isSafeInteger(seq)) return wrong('seq', seq, 'a whole number')
  if (!Number.isSafeInteger(received)) return wrong('received', received, 'milliseconds since 1970')
  if (!Number.isSafeInteger(time)) return wrong('time', time, 'milliseconds since 1970')
  if (typeof source !== 'string') return wrong('source', source, 'a text')
  if (typeof raw !== 'string') return wrong('raw', raw, 'a text')
  if (late !== undefined && late !== true) return wrong('late', late, 'true, or none')
  return cut === undefined || isCut(cut) ? undefined : wrong('cut', cut, 'start, end, both or stray')
}

/** What clean has added. */
function cleanProblem({ type, key, device, eventId, data }: FieldlogEvent): string | undefined {
  if (type !== undefined && typeof type !== 'string') return wrong('type', type, 'a text')
  if (key !== undefined && typeof key !== 'string') return wrong('key', key, 'a text')
  if (device !== undefined && typeof device !== 'string') return wrong('device', device, 'a text')
  if (eventId !== undefined && typeof eventId !== 'string' && !Number.isFinite(eventId)) {
    return wrong('eventId', eventId, 'a text or a number')
  }
  if (data === undefined) return undefined
  if (!isPlainObject(data)) return wrong('data', data, 'an object with the fields')
  return jsonProblem(data, 'data', 0)
}

/** What label has added. */
function verdictProblem({ verdict, reasons, unsure }: FieldlogEvent): string | undefined {
  if (!areTexts(reasons)) return wrong('reasons', reasons, 'a list of texts')
  if (!areTexts(unsure)) return wrong('unsure', unsure, 'a list of texts')
  if (verdict === undefined) {
    // an event that nothing has judged yet has no reasons, either
    return reasons === undefined ? undefined : 'event.verdict is missing, although the event was judged'
  }
  return verdicts.has(verdict) ? undefined : wrong('verdict', verdict, 'good, bad or rejected')
}

/** What cluster has added. */
function clusterProblem({ cluster }: FieldlogEvent): string | undefined {
  if (cluster === undefined) return undefined
  if (!isPlainObject(cluster)) return wrong('cluster', cluster, 'an object')
  return jsonProblem(cluster, 'cluster', 0)
}

function areTexts(list: unknown): boolean {
  return list === undefined || (Array.isArray(list) && list.every((each) => typeof each === 'string'))
}

function wrong(place: string, found: unknown, expected: string): string {
  return `event.${place} is ${inWords(found)}, expected ${expected}`
}

/** The first value that JSON cannot hold as it is. */
function jsonProblem(value: unknown, place: string, depth: number): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined
    case 'number':
      return Number.isFinite(value) ? undefined : wrong(place, value, 'a value that JSON can hold')
    case 'object':
      return value === null ? undefined : containerProblem(value, place, depth)
    default:
      return wrong(place, value, 'a value that JSON can hold')
  }
}

function containerProblem(value: object, place: string, depth: number): string | undefined {
  if (depth === deepest)
    return `event.${place.slice(0, 60)}… contains itself, or is nested deeper than ${deepest}`
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const problem = jsonProblem(value[i], `${place}[${i}]`, depth + 1)
      if (problem !== undefined) return problem
    }
    return undefined
  }
  if (!isPlainObject(value)) return wrong(place, value, 'a value that JSON can hold')
  for (const key in value) {
    const part = value[key]
    // the usual ones first: this is done for each event. JSON leaves undefined out, as if the field were not there
    if (typeof part === 'string' || Number.isFinite(part) || part === undefined) continue
    const problem = jsonProblem(part, `${place}.${key}`, depth + 1)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** Objects of a function node have other prototypes than ours: it runs in a context of its own. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  // the usual one first: asking for the tag takes longer
  const isUsual =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  if (!isUsual && Object.prototype.toString.call(value) !== '[object Object]') return false
  return typeof (value as { toJSON?: unknown }).toJSON !== 'function'
}

function inWords(value: unknown): string {
  if (value === undefined) return 'missing'
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  if (typeof value === 'bigint') return 'a BigInt'
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  if (typeof value !== 'object' || value === null) return String(value)
  const name = Object.prototype.toString.call(value).slice(8, -1)
  return name === 'Object' ? 'an object' : name === 'Array' ? 'a list' : `a ${name}`
}
