// What the interface answers of the house: docs/history.md, "The interface".
import { timeOf } from '../../../pages/model/route.ts'
import type {
  Alarm,
  BadReading,
  ClusterRun,
  Reject,
  Series,
  SpanRow,
  Statistics,
  Status,
  StoreState,
  Values,
} from '../../../pages/model/wire.ts'
import { badReason, devices, type HouseDevice, type HouseField, isGap, noise } from './house.ts'

const hour = 3_600_000
const day = 24 * hour
const buckets = [
  ['1m', 60_000],
  ['15m', 900_000],
  ['1h', hour],
  ['1d', day],
] as const
/** how far back the history goes */
const history = 400 * day

export function seriesList(now: number): Series[] {
  return devices.map(({ id, type, source, key, name, fields }) => ({
    id,
    type,
    source,
    key,
    name,
    first: now - history,
    last: now,
    n: 480_000,
    fields: fields.map(({ name, kind, unit, decimals }, index) => ({
      id: id * 10 + index,
      name,
      kind,
      unit,
      decimals,
    })),
  }))
}

interface Wanted {
  device: HouseDevice
  field: HouseField
  from: number
  to: number
  points: number
}

/** @returns undefined where there is no such series or field */
export function wantedOf(query: URLSearchParams, now: number): Wanted | undefined {
  const device = devices.find(({ id }) => String(id) === query.get('series'))
  const field = device?.fields.find(({ name }) => name === query.get('field'))
  const from = timeOf(query.get('from') ?? '-24h', now)
  const to = timeOf(query.get('to') ?? 'now', now)
  if (!device || !field || !(to > from)) return undefined
  return { device, field, from, to, points: Number(query.get('points') ?? 1000) }
}

export function valuesOf({ device, field, from, to, points }: Wanted, now: number): Values {
  const { usual } = device
  const [level, step] = levelOf(to - from, usual, points)
  const interval = step ?? usual * 1000
  const end = Math.min(to, device.silentFor === undefined ? now : now - device.silentFor)
  const t: number[] = []
  for (let time = from - (from % interval) + interval; time <= end; time += interval) {
    if (!isGap(device, time)) t.push(time)
  }
  const at = (time: number) => Number(field.at(time))
  const spread = (time: number) => Math.abs(at(time) - at(time + interval / 2)) + 0.02 * Math.abs(at(time))
  const isBucket = step !== null && field.kind === 'number'
  return {
    series: device.id,
    field: field.name,
    name: device.name,
    type: device.type,
    unit: field.unit,
    decimals: field.decimals,
    kind: field.kind,
    from,
    to,
    level,
    step,
    usual,
    n: Math.round((to - from) / 1000 / usual),
    t,
    v: t.map(at),
    lo: isBucket ? t.map((time) => at(time) - spread(time) * (0.4 + 0.6 * noise(3, time))) : null,
    hi: isBucket ? t.map((time) => at(time) + spread(time) * (0.4 + 0.6 * noise(4, time))) : null,
    bad: badOf(device, field, from, end),
  }
}

function levelOf(range: number, usual: number, points: number): readonly [Values['level'], number | null] {
  if (range / (usual * 1000) <= points * 1.5) return ['raw', null]
  return buckets.find(([, step]) => range / step <= points) ?? buckets[3]
}

function badOf(device: HouseDevice, field: HouseField, from: number, to: number): BadReading[] {
  const bad: BadReading[] = []
  const interval = device.usual * 1000
  for (let time = from - (from % interval) + interval; time <= to && bad.length < 200; time += interval) {
    const reason = badReason(device, field, time)
    const v = device.name === 'hall' ? 850 : Number(field.at(time)) + 3
    if (reason !== undefined) bad.push({ t: time, v, reasons: [reason] })
  }
  return bad
}

export function statisticsOf(wanted: Wanted, now: number): Statistics {
  const { v, n, bad } = valuesOf(wanted, now)
  const known = v.filter((value) => value !== null)
  if (known.length === 0) return { n: 0, good: 0, min: null, max: null, mean: null, deviation: null }
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return {
    n,
    good: n - bad.length,
    min: Math.min(...known),
    max: Math.max(...known),
    mean,
    deviation: Math.sqrt(squares / known.length),
  }
}

const lines = [
  ['room', 'ttyUSB0', 'OK 12 1 118 182', 'decode: packet: 3 bytes, 4 are needed'],
  ['energy', 'telog', '{"eventId":"energy","data":{"power":"a lot"}}', 'number: power: "a lot" is no number'],
  ['p1', 'tcp:10.0.0.5:2000', '1-0:1.8.1(0082<b>10</b>.234*kWh)', 'checksum: line: CRC 3f1a, counted 77c0'],
  ['room', 'ttyUSB0', 'OK 9 0 0 0 255 \u0007\u001b[31m', 'range: humi: 127 is over 100'],
] as const

export function rejectsOf(now: number, number: number, limit: number, before: number): Reject[] {
  return Array.from({ length: number }, (_, index): Reject => {
    const [type, source, raw, reason] = lines[index % lines.length]!
    const time = now - 70_000 - index * 1_380_000
    return { seq: 812_000 - index * 37, sub: 0, time, type, source, raw, reasons: [reason] }
  })
    .filter(({ seq }) => seq < before)
    .slice(0, limit)
}

const store: StoreState = {
  state: 'ready',
  says: 'Up to date with the journal',
  upTo: 812_345,
  last: 812_345,
  rate: null,
  left: null,
  oldVerdicts: 0,
  bytes: 48_200_000,
}

const alarms = (now: number): Alarm[] => [
  {
    id: 'silent:room/garage',
    level: 'warning',
    since: now - 3.2 * hour,
    says: 'garage is silent: it is usually heard every 64 s. See to its battery and its place.',
    link: '#/?find=garage',
  },
  {
    id: 'battery:room/attic',
    level: 'warning',
    since: now - 2 * day,
    says: 'The battery of attic is low: change it.',
    link: '#/?find=attic',
  },
]

export interface StatusChange {
  store?: Partial<StoreState>
  /** everything is well, or something is very wrong */
  mood?: 'well' | 'broken'
}

export function statusOf(now: number, started: number, change: StatusChange): Status {
  const isBroken = change.mood === 'broken'
  const received = 812_345 + Math.floor((now - started) / 250)
  const count = (name: string, count: number, of: 'lines' | 'events' = 'events') => ({
    ...{ name, count, of },
    since: null,
    beside: false,
  })
  return {
    now,
    gateway: { name: 'pi-4', version: '1.0.0-alpha.1', started: started - 19 * day },
    accounts: [
      {
        journal: 'j1',
        name: 'log',
        boxes: [
          count('received', received, 'lines'),
          count('logged', received),
          count('clean', received - 22_160),
          { ...count('rejected', 1_412), beside: true },
          { ...count('unknown', 20_748), beside: true },
          count('published', received - (isBroken ? 23_364 : 22_160)),
          { ...count('waiting', isBroken ? 1_204 : 0), beside: true },
        ],
        balanced: !isBroken,
        missing: isBroken ? 3 : 0,
        says: isBroken ? 'the journal has 3 damaged entries; run fieldlog verify' : 'all accounted for',
      },
    ],
    brokers: [
      {
        id: 'b1',
        name: 'house broker',
        address: 'mqtts://broker.local:8883',
        connected: !isBroken,
        since: now - (isBroken ? 720_000 : 6 * day),
        waiting: isBroken ? 1_204 : 0,
        refused: 0,
        problem: isBroken ? 'connection refused: is the broker running?' : null,
      },
    ],
    ports: [
      {
        id: 'p1',
        name: 'JeeLink',
        address: '/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A40117UK-if00-port0',
        state: 'open',
        lastLine: now - 2_000,
        perMinute: 34,
        problem: null,
      },
      {
        id: 'p2',
        name: '',
        address: 'tcp://10.0.0.5:2000',
        state: 'open',
        lastLine: now - 8_000,
        perMinute: 6,
        problem: null,
      },
    ],
    disk: {
      free: isBroken ? 310_000_000 : 21_400_000_000,
      total: 31_000_000_000,
      perDay: 14_000_000,
      daysLeft: isBroken ? 22 : 1528,
    },
    journal: [
      {
        id: 'j1',
        name: 'journal',
        first: now - 400 * day,
        lastSeq: received,
        bytes: 96_000_000,
        verified: isBroken
          ? { at: now - 5 * hour, ok: false, says: '3 entries are damaged in 2026/20261102.txt' }
          : { at: now - 5 * hour, ok: true, says: 'the chain is whole' },
      },
    ],
    store: { ...store, ...change.store },
    machine: { temperature: 48.3, rss: 164_000_000, load: 0.31 },
    alarms:
      change.mood === 'well'
        ? []
        : [
            ...(isBroken
              ? [
                  {
                    id: 'broker:b1',
                    level: 'error' as const,
                    since: now - 720_000,
                    says: 'house broker is away: events wait on disk and are sent when it is back. Is it running, and its address right?',
                    link: '#/gateway',
                  },
                ]
              : []),
            ...alarms(now),
          ],
    nodes: { devices: 'd1e2f3', store: 's1', formats: { room: 'f1', energy: 'f2', p1: 'f3' } },
  }
}

export function spansOf(now: number): SpanRow[] {
  const span = (
    cat: string,
    subject: string | null,
    typical: number,
    count: number,
    open: number,
  ): SpanRow => ({
    cat,
    subject,
    count,
    open,
    min: typical * 0.3,
    mean: typical * 1.2,
    p50: typical,
    p95: typical * 3.1,
    p99: typical * 7,
    max: typical * 19,
    slowest: [19, 12, 8].map((times, index) => ({
      time: now - (index + 1) * 4_000_000 - typical,
      duration: typical * times,
      source: 'events',
      subject,
      outcome: times === 19 ? 'late' : 'done',
    })),
  })
  return [
    span('backup', 'home', 184_000, 12, 1),
    span('http', '/api/readings', 38, 48_211, 0),
    span('http', '/login', 240, 312, 2),
    span('import', null, 5_300, 96, 0),
    span('query', '<b>select</b>', 2.4, 910_452, 0),
  ]
}

export function clustersOf(now: number): ClusterRun[] {
  const centres = [
    [240, 1900],
    [610, 900],
    [1200, 2600],
  ] as const
  const points = Array.from({ length: 900 }, (_, index): [number, number, number] => {
    const label = index % 29 === 0 ? -1 : index % 3
    const [x, y] = centres[index % 3]!
    const wide = label === -1 ? 6 : 1
    const off = (seed: number) => (noise(seed, index * 1000) + noise(seed + 1, index * 1000) - 1) * wide
    return [x + 130 * off(1), y + 380 * off(5), label]
  })
  const counts = (label: number) => points.filter((point) => point[2] === label).length
  return [
    {
      id: 'c1',
      name: 'washing programmes',
      fields: ['duration', 'power'],
      run: 14,
      time: now - 2 * hour,
      groups: [0, 1, 2, -1].map((label): ClusterRun['groups'][number] => ({
        label,
        count: counts(label),
        centre:
          label < 0
            ? ({} as Record<string, number>)
            : { duration: centres[label]![0], power: centres[label]![1] },
      })),
      points,
    },
  ]
}
