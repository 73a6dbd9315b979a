// Who is on the air around the demo collector, when, and with what: a function of time and a seed.
import {
  encodeHomePower,
  encodeOpenTherm,
  encodeOpenThermClock,
  encodeRadioBlip,
  encodeRoom,
  encodeS300,
  encodeSmaRelay,
} from './packets.ts'
import {
  daylight,
  housePower,
  housePulses,
  roomHumidity,
  roomTemperature,
  secondsPerDay,
  solarPower,
  solarYield,
} from './weather.ts'

/** What the radio hears: a packet, or noise that fails its checksum. */
export type Heard =
  | { kind: 'packet'; node: number; flags: number; bytes: number[] }
  | { kind: 'noise'; bytes: number[] }

interface Station {
  node: number
  /** seconds between two sendings */
  period: number
  /** @param chance 0 ≤ x < 1, its n-th number for this sending */
  send(seconds: number, chance: (n: number) => number): number[]
}

export const roomNodes = [2, 4, 5, 6, 10, 11, 12, 13, 23, 24]
export const foreignNodes = [7, 21]
const noiseNode = 0
const ackWanted = 0x20

const stations: Station[] = [
  ...roomNodes.map((node) => ({ node, period: 30, send: room(node) })),
  { node: 9, period: 3, send: homePower },
  { node: 3, period: 64, send: radioBlip },
  { node: 15, period: 30, send: smaRelay },
  { node: 14, period: 7, send: boiler },
  { node: 19, period: 9, send: outdoors },
  // other people's nodes: no format takes them
  ...foreignNodes.map((node, i) => ({
    node,
    period: [11, 16][i] as number,
    send: (_: number, chance: (n: number) => number) => bytes(chance, [3, 8][i] as number),
  })),
  { node: noiseNode, period: 15, send: (_, chance) => bytes(chance, 4 + Math.floor(chance(9) * 17)) },
]

/** The first thing heard after a moment: when (ms since 1970), and what. */
export function nextHeard(after: number, seed: number): { at: number; heard: Heard } {
  let best = { at: Number.POSITIVE_INFINITY, station: stations[0]!, turn: 0 }
  for (const station of stations) {
    const period = station.period * 1000
    for (let turn = Math.floor(after / period) - 1; ; turn++) {
      const at = sendingTime(station, turn, seed)
      if (at <= after) continue
      if (at < best.at) best = { at, station, turn }
      break
    }
  }
  return { at: best.at, heard: sending(best.station, best.turn, best.at, seed) }
}

/** Each sending is up to 0.4 periods late, and a station's first one anywhere in its period. */
function sendingTime(station: Station, turn: number, seed: number): number {
  const phase = hash(seed, station.node, -1)
  const late = hash(seed, station.node, turn) * 0.4
  return Math.round((turn + phase + late) * station.period * 1000)
}

function sending(station: Station, turn: number, at: number, seed: number): Heard {
  const chance = (n: number) => hash(seed, station.node, turn * 64 + n + 1)
  const sent = station.send(at / 1000, chance)
  if (station.node === noiseNode) return { kind: 'noise', bytes: sent }
  const flags = station.node === 2 ? ackWanted : 0
  // now and then a node runs older software, and its packet is too short for the format
  const known = !foreignNodes.includes(station.node)
  const packet = known && chance(40) < 0.015 ? sent.slice(0, 3) : sent
  return { kind: 'packet', node: station.node, flags, bytes: packet }
}

function room(node: number): Station['send'] {
  return (seconds, chance) => {
    // a sensor in the sun now and then: over the format's 50 °C
    const hot = chance(1) < 0.03
    return encodeRoom({
      light: Math.round(80 * daylight(seconds) + 8 * chance(2)),
      moved: chance(3) < 0.2,
      humi: roomHumidity(node, seconds),
      temp: hot ? 50.5 + 0.6 * chance(4) : roomTemperature(node, seconds),
      lobat: node === 23,
    })
  }
}

function homePower(seconds: number): number[] {
  const pair = (phase: number) => ({ pulses: housePulses(phase, seconds), power: housePower(phase, seconds) })
  return encodeHomePower([pair(0), pair(1), pair(2)])
}

function radioBlip(seconds: number, chance: (n: number) => number): number[] {
  const ping = Math.floor(seconds / 64) % 2_000_000
  if (ping % 2 === 0) return encodeRadioBlip({ ping })
  return encodeRadioBlip({
    ping,
    battery: { id: 17, vpre: 2.9 + 0.1 * chance(1), vpost: 2.84 + 0.04 * chance(2) },
  })
}

function smaRelay(seconds: number): number[] {
  const acw = solarPower(seconds)
  const total = Math.floor(seconds / secondsPerDay) % 20_000
  const string = (share: number) => (acw > 0 ? Math.round(acw * 1.06 * share) : 0)
  return encodeSmaRelay({
    yield: solarYield(seconds),
    total: 5_000 + total,
    acw,
    dcv1: acw > 0 ? 212 + 8 * daylight(seconds) : 0,
    dcv2: acw > 0 ? 205 + 8 * daylight(seconds) : 0,
    dcw1: string(0.55),
    dcw2: string(0.45),
  })
}

/** One of a boiler's values at a time; what it heats follows the room. */
function boiler(seconds: number, chance: (n: number) => number): number[] {
  const room = roomTemperature(10, seconds)
  const flow = 38 - 0.8 * (room - 17.5) + chance(1)
  switch (Math.floor(chance(2) * 5)) {
    case 0:
      return encodeOpenThermClock(
        ((Math.floor(seconds / secondsPerDay) + 3) % 7) + 1,
        Math.floor(seconds / 3600) % 24,
        Math.floor(seconds / 60) % 60,
      )
    case 1:
      return encodeOpenTherm(25, flow)
    case 2:
      return encodeOpenTherm(28, flow - 6)
    case 3:
      return encodeOpenTherm(26, 48 + chance(3))
    default:
      return encodeOpenTherm(24, room)
  }
}

/** Two sensors outside of the house. */
function outdoors(seconds: number, chance: (n: number) => number): number[] {
  const unit = chance(1) < 0.5 ? 2 : 3
  return encodeS300(
    unit,
    roomTemperature(unit, seconds) - 14,
    Math.min(99.9, roomHumidity(unit, seconds) + 20),
  )
}

function bytes(chance: (n: number) => number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(chance(10 + i) * 256))
}

/** 0 ≤ x < 1 from three whole numbers; the same for the same ones (an integer mix, as in murmur3). */
function hash(seed: number, a: number, b: number): number {
  let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b)
  x = Math.imul(x ^ (a + 0x7f4a7c15), 0xc2b2ae35)
  x = Math.imul((x ^ (x >>> 15)) + b, 0x27d4eb2f)
  x = Math.imul(x ^ (x >>> 13), 0x165667b1)
  x ^= x >>> 16
  return (x >>> 0) / 2 ** 32
}
