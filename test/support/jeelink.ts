// Lines as a JeeLink sends them, with what must become of each: worked out here from the protocol's description,
// by other code than the gateway's. The same seed gives the same lines.

import { seededRandom } from './random.ts'

export type Verdict = 'good' | 'bad' | 'rejected'

export interface SampleLine {
  /** the line without its end */
  bytes: Buffer
  /** undefined: no format takes it */
  expected?: {
    type: string
    verdict: Verdict
    /** not for rejected ones */
    data?: Record<string, number>
  }
}

type Random = (below: number) => number

/** Known lines first, then `count` more of all kinds, mixed as on a real day: half of them are unknown. */
export function jeelinkSample(count: number, seed = 1): SampleLine[] {
  const random = generator(seed)
  const lines = [...vectors()]
  while (lines.length < count) lines.push(anyLine(random))
  return lines
}

/** The lines as they go over the wire. */
export function wire(lines: SampleLine[], end = '\r\n'): Buffer {
  return Buffer.concat(lines.flatMap(({ bytes }) => [bytes, Buffer.from(end)]))
}

/** One packet of one of the four formats, good or bad. */
export function anyPacket(random: Random): SampleLine {
  const kind = random(10)
  if (kind < 6) return homepower(random)
  if (kind < 8) return room(random)
  return kind < 9 ? radioblip(random) : smarelay(random)
}

/** Whole numbers below a bound, the same for the same seed. */
export function generator(seed: number): Random {
  const random = seededRandom(seed)
  return (below) => Math.floor(random() * below)
}

function vectors(): SampleLine[] {
  const power = { c1: 1.5145, p1: 7.8, c2: 11.5955, p2: 1100.9, c3: 25.388, p3: 78.5 }
  return [
    unknown('[RF12demo.12] _ i31* g5 @ 868 MHz c1 q1'),
    text('OK 12 1 118 182 0', 'room', 'good', { light: 0, moved: 0, humi: 59, temp: 18.2, lobat: 0 }),
    text('OK 9 213 11 68 235 151 90 99 6 88 198 136 89', 'homepower', 'bad', power),
    text('OK 34 1 109 178 0', 'room', 'good', { light: 0, moved: 1, humi: 54, temp: 17.8, lobat: 0 }),
    text('OK 12 1 118 182 0 (-66)', 'room', 'good', { light: 0, moved: 0, humi: 59, temp: 18.2, lobat: 0 }),
    text('OK 12 1 118', 'room', 'rejected'),
    text('OK 12 1 118 182 0 7', 'room', 'rejected'),
    text('OK 9 1 2 3 4 5 6', 'homepower', 'rejected'),
    unknown('DF I 3129 63'),
    unknown('DF S 3129 63 222769'),
    unknown(' -> ack'),
    unknown(' ? 4 254 249'),
    unknown('a caf\u00e9, 20 \u20ac and a \\ backslash'),
    unknown(''.padEnd(300, 'x')),
  ]
}

function anyLine(random: Random): SampleLine {
  const kind = random(100)
  if (kind < 48) return anyPacket(random)
  if (kind < 50) return shortPacket(random)
  if (kind < 75) return unknown(` ? ${someBytes(random, 1 + random(20)).join(' ')}`)
  if (kind < 90) return unknown(`OK ${random(2) ? 7 : 21} ${someBytes(random, 4 + random(8)).join(' ')}`)
  if (kind < 95) return unknown(`DF S ${random(4096)} 63 ${random(1_000_000)}`)
  return { bytes: garbage(random) }
}

/** Any bytes but the ones that end a line. */
function garbage(random: Random): Buffer {
  const bytes = someBytes(random, 1 + random(60)).map((byte) => (byte === 10 || byte === 13 ? 0 : byte))
  return Buffer.from([0xff, ...bytes])
}

function shortPacket(random: Random): SampleLine {
  return text(`OK 23 ${someBytes(random, 1 + random(3)).join(' ')}`, 'room', 'rejected')
}

function room(random: Random): SampleLine {
  const [lightByte, moved, humi, lobat] = [random(256), random(2), random(108), random(2)]
  const tenths = random(1024) - 512
  const data = {
    light: Math.round((lightByte * 100) / 255),
    moved,
    humi,
    temp: tenths / 10,
    lobat,
  }
  const word = (tenths & 1023) | (lobat << 10)
  const node = [2, 4, 5, 6, 10, 11, 12, 13, 23, 24][random(10)] as number
  const good = humi <= 100 && Math.abs(tenths) <= 500
  return packet(header(node, random), [lightByte, moved | (humi << 1), ...u16(word)], 'room', good, data)
}

function homepower(random: Random): SampleLine {
  const data: Record<string, number> = {}
  const bytes: number[] = []
  let good = true
  for (const n of [1, 2, 3]) {
    const counter = random(65_536)
    // zero, milliseconds, and from 60,000 on seconds
    const t = random(20) === 0 ? 0 : random(10) === 0 ? 60_001 + random(5000) : 1 + random(60_000)
    bytes.push(...u16(counter), ...u16(t))
    data[`c${n}`] = (counter * 5) / 10_000
    if (t === 0) continue
    const power = Math.floor(18_000_000 / (t > 60_000 ? 1000 * (t - 60_000) : t)) / 10
    data[`p${n}`] = power
    good &&= power <= 1000
  }
  return packet(header(9, random), bytes, 'homepower', good, data)
}

function radioblip(random: Random): SampleLine {
  const ping = random(10_000_000)
  const data: Record<string, number> = { ping, age: Math.floor(ping / 1350) }
  const bytes = [...u16(ping & 0xffff), ...u16(ping >>> 16)]
  if (random(4) > 0) {
    const [id, before, after] = [random(256), random(256), random(256)]
    bytes.push(id, before, after)
    data.battery = id & 127
    data.boost = id >> 7
    data.vpre = ((50 + before) * 2) / 100
    if (id & 128) data.vbatt = (Math.floor(((50 + before) * after) / 255) * 2) / 100
    else data.vpost = ((50 + after) * 2) / 100
  }
  return packet(header(3, random), bytes, 'radioblip', true, data)
}

function smarelay(random: Random): SampleLine {
  const acw = random(3) === 0 ? 0 : random(6500)
  const [produced, total, volts1, volts2] = [random(65_536), random(65_536), random(26_000), random(26_000)]
  const [watts1, watts2] = [random(4200), random(4200)]
  const data: Record<string, number> = {
    yield: produced / 1000,
    total: total / 1000,
    acw,
    dcv1: volts1 / 100,
    dcv2: volts2 / 100,
    ...(acw > 0 ? { dcw1: watts1, dcw2: watts2 } : {}),
  }
  const powers = acw === 0 || (watts1 <= 4000 && watts2 <= 4000)
  const good = acw <= 6000 && volts1 <= 25_000 && volts2 <= 25_000 && powers
  const bytes = [produced, total, acw, volts1, volts2, watts1, watts2].flatMap(u16)
  return packet(header(15, random), bytes, 'smarelay', good, data)
}

/** The node id, sometimes with the flags for "acknowledge" and "to this destination". */
function header(node: number, random: Random): number {
  return node | (random(10) === 0 ? 0x20 : 0) | (random(10) === 0 ? 0x40 : 0)
}

function packet(
  hdr: number,
  bytes: number[],
  type: string,
  good: boolean,
  data: Record<string, number>,
): SampleLine {
  return text(`OK ${[hdr, ...bytes].join(' ')}`, type, good ? 'good' : 'bad', data)
}

function text(line: string, type: string, verdict: Verdict, data?: Record<string, number>): SampleLine {
  return { bytes: Buffer.from(line), expected: { type, verdict, ...(data ? { data } : {}) } }
}

function unknown(line: string): SampleLine {
  return { bytes: Buffer.from(line) }
}

function u16(value: number): [number, number] {
  return [value & 255, (value >>> 8) & 255]
}

function someBytes(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random(256))
}
