// The packet formats of the demo collector: from readings to the bytes of an `OK` line. The layouts are those of the
// JeeLink sample day; every number is little-endian.

export interface RoomReading {
  /** % of the brightest, 0 … 100 */
  light: number
  moved: boolean
  /** %, 0 … 127 */
  humi: number
  /** °C, −51.2 … 51.1, in tenths */
  temp: number
  lobat: boolean
}

/** A counter and the time of its last pulse, as the meter's node sends them. */
export interface PowerReading {
  /** pulses of 0.5 Wh; the packet holds the low 16 bits */
  pulses: number
  /** W; 0 where no pulse has come yet */
  power: number
}

export interface BlipReading {
  /** packets sent so far */
  ping: number
  /** the battery's part: 3 bytes more */
  battery?: {
    /** 0 … 127 */
    id: number
    /** V before sending, 1.00 … 6.10 in steps of 0.02 */
    vpre: number
    /** the node has a boost converter, and `ratio` (0 … 1) of vpre is its battery's voltage … */
    boost?: { ratio: number }
    /** … else V after sending, as vpre */
    vpost?: number
  }
}

export interface SolarReading {
  /** Wh of this day */
  yield: number
  /** kWh since it was installed */
  total: number
  /** W on the AC side */
  acw: number
  /** V and W of the two strings */
  dcv1: number
  dcv2: number
  dcw1: number
  dcw2: number
}

/** 4 bytes. */
export function encodeRoom(reading: RoomReading): number[] {
  const temp = Math.round(reading.temp * 10) & 0x3ff
  return [
    Math.round(reading.light * 2.55),
    (reading.humi << 1) | Number(reading.moved),
    temp & 0xff,
    (temp >> 8) | (Number(reading.lobat) << 2),
  ]
}

/** 12 bytes: three pairs of counter and pulse time. */
export function encodeHomePower(pairs: [PowerReading, PowerReading, PowerReading]): number[] {
  return pairs.flatMap(({ pulses, power }) => [...u16(pulses), ...u16(pulseTime(power))])
}

/**
 * The time between two pulses of 0.5 Wh at this power: ms up to 60,000, from there on 60,000 + s. 0 stands for
 * no pulse yet.
 */
export function pulseTime(watts: number): number {
  if (watts <= 0) return 0
  const ms = Math.round(1_800_000 / watts)
  return ms <= 60_000 ? ms : Math.min(60_000 + Math.round(ms / 1000), 65_535)
}

/** 4 bytes, 7 with the battery's part. */
export function encodeRadioBlip({ ping, battery }: BlipReading): number[] {
  const count = [...u16(ping), ...u16(Math.floor(ping / 65_536))]
  if (!battery) return count
  const last = battery.boost
    ? Math.round(battery.boost.ratio * 255)
    : hundredths(battery.vpost ?? battery.vpre)
  return [...count, battery.id | (battery.boost ? 0x80 : 0), hundredths(battery.vpre), last]
}

/** 14 bytes. */
export function encodeSmaRelay(reading: SolarReading): number[] {
  const { acw, dcw1, dcw2 } = reading
  const volts = [reading.dcv1, reading.dcv2].map((volt) => Math.round(volt * 100))
  return [reading.yield, reading.total, acw, ...volts, dcw1, dcw2].flatMap((value) => u16(value))
}

/** 3 bytes: an OpenTherm value as a signed number of 1/256. */
export function encodeOpenTherm(id: number, value: number): number[] {
  return [id, ...u16(Math.round(value * 256))]
}

/** 3 bytes: OpenTherm's day of the week (1 Monday … 7) and time of day. */
export function encodeOpenThermClock(day: number, hour: number, minute: number): number[] {
  return [20, minute, (day << 5) | hour]
}

/** 8 bytes: a segment of 7 with the digits of an S300 weather sensor, each in 4 bits with a bit behind it. */
export function encodeS300(unit: number, temp: number, humi: number): number[] {
  const tenths = Math.round(Math.abs(temp) * 10)
  const moisture = Math.round(humi * 10)
  const digits = [1, unit | (temp < 0 ? 8 : 0), ...threeDigits(tenths), ...threeDigits(moisture)]
  const bytes = new Array<number>(7).fill(0)
  for (const [i, digit] of digits.entries()) {
    const at = 5 * i
    const word = (digit | 0x10) << (at & 7)
    bytes[at >> 3]! |= word & 0xff
    bytes[(at >> 3) + 1]! |= word >> 8
  }
  return [(7 << 4) | 3, ...bytes]
}

/** The lowest first. */
function threeDigits(value: number): [number, number, number] {
  return [value % 10, Math.floor(value / 10) % 10, Math.floor(value / 100) % 10]
}

/** `OK <hdr> <byte> …`, without the line's end. `flags` are the header's upper bits (0x20: ACK wanted). */
export function okLine(node: number, bytes: readonly number[], flags = 0): string {
  return ['OK', node | flags, ...bytes].join(' ')
}

/** Volt as 0.02 V above 1 V. */
function hundredths(volt: number): number {
  return Math.round(volt * 50) - 50
}

function u16(value: number): [number, number] {
  return [value & 0xff, (value >> 8) & 0xff]
}
