// The readings of the demo house: functions of the time of day, so that charts look alive and tests can know them.

export const secondsPerDay = 86_400

/** −1 … 1 over the day (UTC), highest at `peak` o'clock. */
function daily(seconds: number, peak: number): number {
  return Math.cos(((seconds / 3600 - peak) / 12) * Math.PI)
}

/** 0 at night … 1 at noon. */
export function daylight(seconds: number): number {
  return Math.max(0, daily(seconds, 12) + 0.15) / 1.15
}

/** °C in the room of a node: each has its own level, warmest in the late afternoon. */
export function roomTemperature(node: number, seconds: number): number {
  return 17.5 + (node % 5) * 0.8 + 2.4 * daily(seconds, 16) + 0.3 * Math.sin(seconds / 700 + node)
}

/** % in the room of a node, falling as it gets warmer. */
export function roomHumidity(node: number, seconds: number): number {
  return Math.round(55 + (node % 7) - 6 * daily(seconds, 16) + 2 * Math.sin(seconds / 1100 + node))
}

/** W that the house takes, through a meter's phase (0, 1, 2). */
export function housePower(phase: number, seconds: number): number {
  const base = [78, 310, 45][phase] ?? 60
  return base * (1.2 + 0.5 * daily(seconds, 19) + 0.25 * Math.sin(seconds / 97 + phase))
}

/** Pulses of 0.5 Wh that a phase has counted since 1970: the integral of `housePower`. */
export function housePulses(phase: number, seconds: number): number {
  const base = [78, 310, 45][phase] ?? 60
  const omega = Math.PI / (12 * 3600)
  const joules =
    base *
    (1.2 * seconds +
      (0.5 / omega) * Math.sin(omega * (seconds - 19 * 3600)) -
      0.25 * 97 * Math.cos(seconds / 97 + phase))
  return Math.floor(joules / 1800)
}

/** W of the panels on the roof. */
export function solarPower(seconds: number): number {
  return Math.round(2900 * daylight(seconds) ** 1.3)
}

/** Wh since midnight (UTC), by steps of 15 minutes. */
export function solarYield(seconds: number): number {
  const step = 900
  const midnight = Math.floor(seconds / secondsPerDay) * secondsPerDay
  let sum = 0
  for (let at = midnight; at + step <= seconds; at += step)
    sum += (solarPower(at) + solarPower(at + step)) / 2
  return Math.round((sum * step) / 3600)
}
