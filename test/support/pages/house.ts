// A house with sensors, as a function of time: which devices there are, and what each of them says at any moment. It is made up, and
// the same in every run.
import type { FieldKind, FieldReading, Reading, Verdict } from '../../../pages/model/wire.ts'

export interface HouseField {
  name: string
  kind: FieldKind
  unit: string | null
  decimals: number | null
  /** @param time ms since 1970 */
  at(time: number): number | boolean | string
}

export interface HouseDevice {
  id: number
  type: string
  source: string
  key: string
  name: string
  place: string | null
  named: boolean
  /** seconds */
  usual: number
  /** ms ago at which it fell silent */
  silentFor?: number
  lowBattery?: boolean
  fields: HouseField[]
}

const day = 86_400_000

/** Always the same number of 0 … 1 for the same place and time. */
export function noise(seed: number, time: number): number {
  let x = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(Math.floor(time / 1000), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d)
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39)
  return ((x ^ (x >>> 15)) >>> 0) / 0x100000000
}

/** Between two nodes of noise it goes in a straight line, so that values wander. */
function wander(seed: number, time: number, length: number): number {
  const node = Math.floor(time / length)
  const part = time / length - node
  return noise(seed, node * 1000) * (1 - part) + noise(seed, (node + 1) * 1000) * part
}

const sun = (time: number) => Math.max(0, Math.sin(((time % day) / day - 0.27) * 2 * Math.PI))

const boolean = (name: string, at: (time: number) => boolean): HouseField => ({
  name,
  kind: 'boolean',
  unit: null,
  decimals: null,
  at,
})
const number = (
  name: string,
  unit: string | null,
  decimals: number | null,
  at: (time: number) => number,
): HouseField => ({ name, kind: 'number', unit, decimals, at })

const rooms = [
  ['kitchen', 'ground floor'],
  ['living room', 'ground floor'],
  ['hall', 'ground floor'],
  ['bedroom', 'first floor'],
  ['bathroom', 'first floor'],
  ['study', 'first floor'],
  ['attic', 'under the roof'],
  ['cellar', null],
  ['garage', null],
  ['workshop', null],
  ['greenhouse', 'garden'],
  ['nursery', 'first floor'],
  ['guest room', 'first floor'],
  ['laundry', 'ground floor'],
] as const

function room(index: number): HouseDevice {
  const [name, place] = rooms[index]!
  const warm = name === 'cellar' || name === 'garage' ? 12 : 19
  return {
    id: index + 1,
    type: 'room',
    source: 'ttyUSB0',
    key: String(index + 2),
    name,
    place,
    named: true,
    usual: 64,
    ...(name === 'attic' ? { lowBattery: true } : {}),
    ...(name === 'garage' ? { silentFor: 3.2 * 3_600_000 } : {}),
    fields: [
      number('temp', '°C', 1, (time) => warm + 3 * sun(time) + 3 * wander(index, time, 5_400_000)),
      number('humi', '%', 0, (time) => 45 + 20 * wander(100 + index, time, 9_000_000)),
      number('light', null, 0, (time) =>
        Math.round(230 * sun(time) + 20 * wander(200 + index, time, 600_000)),
      ),
      boolean('moved', (time) => wander(300 + index, time, 1_200_000) > 0.75),
    ],
  }
}

const meter = (id: number, name: string, most: number): HouseDevice => ({
  id,
  type: 'energy',
  source: 'telog',
  key: name.replaceAll(' ', '-'),
  name,
  place: null,
  named: true,
  usual: 10,
  fields: [
    number('power', 'W', 0, (time) =>
      Math.round(
        most * 0.05 + (wander(id, time, 1_800_000) > 0.6 ? most * wander(id + 50, time, 700_000) : 0),
      ),
    ),
    number('total', 'kWh', 2, (time) => 1200 + ((time / day) % 4000) * (most / 900)),
  ],
})

/** Some thirty devices; what a name can do to a page is among them. */
export const devices: readonly HouseDevice[] = [
  ...rooms.map((_, index) => room(index)),
  meter(20, 'house', 4200),
  meter(21, 'heat pump', 2600),
  meter(22, 'car charger', 11000),
  meter(23, 'washing machine', 2100),
  {
    ...meter(24, 'solar', 5200),
    fields: [
      number('power', 'W', 0, (time) =>
        Math.round(4800 * sun(time) * (0.55 + 0.45 * wander(24, time, 900_000))),
      ),
      number('today', 'kWh', 2, (time) => 24 * ((time % day) / day) * 0.8),
    ],
  },
  {
    id: 30,
    type: 'p1',
    source: 'tcp:10.0.0.5:2000',
    key: '',
    name: 'grid meter',
    place: 'meter cupboard',
    named: true,
    usual: 10,
    fields: [
      number('use1', 'kWh', 3, (time) => 8210 + (time / day) * 0.1),
      number('use2', 'kWh', 3, (time) => 7044 + (time / day) * 0.09),
      number('gen1', 'kWh', 3, (time) => 1020 + (time / day) * 0.04),
      number('gen2', 'kWh', 3, (time) => 2410 + (time / day) * 0.08),
      number('tariff', null, 0, (time) => (sun(time) > 0 ? 2 : 1)),
      number('usew', 'W', 0, (time) => Math.round(300 + 2200 * wander(30, time, 1_000_000))),
      number('gas', 'm³', 2, (time) => 4410 + (time / day) * 0.05),
    ],
  },
  {
    id: 31,
    type: 'heating',
    source: 'ttyUSB0',
    key: '21',
    name: 'boiler',
    place: 'cellar',
    named: true,
    usual: 60,
    fields: [
      number('flow', '°C', 1, (time) => 38 + 14 * wander(31, time, 2_400_000)),
      number('return', '°C', 1, (time) => 31 + 9 * wander(31, time, 2_400_000)),
      number('pressure', 'bar', 2, (time) => 1.45 + 0.2 * wander(32, time, day)),
      boolean('burner', (time) => wander(33, time, 1_500_000) > 0.55),
      { name: 'mode', kind: 'text', unit: null, decimals: null, at: () => 'winter' },
    ],
  },
  ...[13, 14, 17].map(
    (key, index): HouseDevice => ({
      ...room(index),
      id: 40 + index,
      key: String(key),
      name: `ttyUSB0-${key}`,
      place: null,
      named: false,
    }),
  ),
  ...[
    '<img src=x onerror="document.title=\'hacked\'">',
    '"><script>document.title="hacked"</script>',
    'a/b:c?d&e=f#g%2F',
    '\u202eredro thgir ot tfel',
    'a-name-that-has-no-end-and-no-place-to-break-it-in-two-or-more-lines-of-the-table',
  ].map(
    (name, index): HouseDevice => ({ ...room(index), id: 50 + index, type: 'odd', key: `x${index}`, name }),
  ),
]

/** One reading of 150 is bad of the kitchen, and by far of the hall: at any time of day a table of the newest 200 has one. */
export function badReason(device: HouseDevice, field: HouseField, time: number): string | undefined {
  if (field.name !== 'temp' || !['kitchen', 'hall'].includes(device.name)) return undefined
  const slot = Math.floor(time / (device.usual * 1000))
  if (slot % 150 !== 75) return undefined
  return device.name === 'hall'
    ? 'temp in range: temp: 850 is over 60'
    : 'no jumps: temp: 9.4 more than 64 s before'
}

/** A night in which the bedroom was not heard, on every fourth day. */
export function isGap(device: HouseDevice, time: number): boolean {
  return device.name === 'bedroom' && Math.floor(time / day) % 4 === 1 && (time % day) / day < 0.25
}

export function readingOf(device: HouseDevice, now: number, withSpark: boolean): Reading {
  const { id, type, source, key, name, place, named, usual, lowBattery = false } = device
  const interval = usual * 1000
  const last = device.silentFor === undefined ? now : now - device.silentFor
  const time =
    last - (last % interval) - (device.silentFor === undefined ? (id * 977) % Math.min(interval, 9_000) : 0)
  const verdict: Verdict = name === 'boiler' ? 'bad' : name === 'ttyUSB0-17' ? 'held' : 'good'
  const fields = device.fields.map((field): FieldReading => {
    const { name, kind, unit, decimals } = field
    const value = field.at(time)
    const spark =
      kind === 'text' ? null : Array.from({ length: 48 }, (_, slot) => sparkAt(field, device, now, slot))
    const shape = {
      id: id * 10 + device.fields.indexOf(field),
      name,
      kind,
      unit,
      decimals,
      value,
      low: false,
    }
    return withSpark ? { ...shape, spark } : shape
  })
  if (named && type === 'room') {
    const low: FieldReading = {
      id: id * 10 + 9,
      name: 'lobat',
      kind: 'boolean',
      unit: null,
      decimals: null,
      value: lowBattery,
      low: lowBattery,
    }
    fields.push(withSpark ? { ...low, spark: null } : low)
  }
  return {
    id,
    type,
    source,
    key,
    name,
    place,
    named,
    time,
    verdict,
    reasons: verdict === 'bad' ? ['pressure: pressure: 1.52 is over 1.5'] : [],
    usual,
    silent: device.silentFor !== undefined,
    fields,
  }
}

function sparkAt(field: HouseField, device: HouseDevice, now: number, slot: number): number | null {
  const time = now - (47 - slot) * 1_800_000
  if (device.silentFor !== undefined && time > now - device.silentFor) return null
  return Number(field.at(time))
}
