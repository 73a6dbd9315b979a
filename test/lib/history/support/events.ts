// Events as a gateway has them: several devices and types, texts, switches, late ones, lines that give several events, rejects.
import type { FieldlogEvent, Scalar } from '../../../../lib/event.ts'
import { type Random, seededRandom } from '../../../support/random.ts'

/** A start of the gateway every so many entries. */
const epochLength = 1_500
const begin = Date.UTC(2026, 0, 1)
/** ms between two entries, on average */
const pace = 1_300

export interface JournalEvents {
  /** by seq, from 1; what one entry gives. An entry may give nothing */
  bySeq: FieldlogEvent[][]
  lastSeq: number
}

/** The same for the same seed. */
export function madeEvents(count: number, seed: number): JournalEvents {
  const random = seededRandom(seed)
  const bySeq: FieldlogEvent[][] = [[]]
  for (let seq = 1; seq <= count; seq++) bySeq.push(entry(seq, random))
  return { bySeq, lastSeq: count }
}

function entry(seq: number, random: Random): FieldlogEvent[] {
  const epoch = `epoch${String(Math.floor(seq / epochLength)).padStart(3, '0')}`
  const received = begin + seq * pace + Math.floor(random() * pace)
  const isLate = random() < 0.05
  const time = isLate ? received - Math.floor(random() * 40 * 86_400_000) : received
  const place = {
    id: `${epoch}-${seq}`,
    seq,
    received,
    time,
    source: 'ttyUSB0',
    raw: `OK ${seq}`,
    replayed: false,
  }
  const late = isLate ? { late: true as const } : {}
  const kind = random()
  if (kind < 0.05) return []
  if (kind < 0.1)
    return [{ ...place, ...late, type: 'room', verdict: 'rejected', reasons: [`range: temp: ${seq} of 9`] }]
  if (kind < 0.12) return [{ ...place, ...late }]
  if (kind < 0.2) {
    return [1, 2, 3].map((sub) => ({
      ...{ ...place, ...late, id: `${place.id}.${sub}` },
      ...judged('phase', String(sub), { power: Math.round(random() * 4000), on: random() < 0.5 }, random),
    }))
  }
  if (kind < 0.3) {
    const state = random() < 0.5 ? 'auto' : null
    return [
      { ...place, ...late, ...judged('boiler', '', { state, flow: random() * 60, note: 'ä "x"' }, random) },
    ]
  }
  const key = String(Math.floor(random() * 12))
  const temp = random() < 0.01 ? null : Math.round((18 + 6 * random()) * 10) / 10
  const data = {
    light: Math.floor(random() * 255),
    moved: random() < 0.1,
    humi: 50 + Math.floor(random() * 20),
    temp,
  }
  return [{ ...place, ...late, ...judged('room', key, data, random) }]
}

function judged(
  type: string,
  key: string,
  data: Record<string, Scalar>,
  random: Random,
): Partial<FieldlogEvent> {
  const isBad = random() < 0.07
  return {
    type,
    ...(key === '' ? {} : { key }),
    device: `${type}-${key}`,
    data,
    verdict: isBad ? 'bad' : 'good',
    reasons: isBad ? ['spike: temp: 9 above the one before'] : [],
    flags: { spike: isBad ? 4 : 1 },
    rules: 'a1b2c3',
  }
}
